"""How does a file come into a store of the user's, so that no other process ever reads half of it?"""

import os
import tempfile
from pathlib import Path


def replace_whole(path: Path, content: bytes, prefix: str) -> None:
    """Write a file that only its owner can read, whole or not at all; raise OSError and leave nothing where that fails.

    `prefix` begins the name of what a killed process may leave, so that it is forgotten with the files of the same beginning.
    """
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=prefix, suffix=".part", delete=False) as part:
        try:
            part.write(content)
            part.flush()  # a full disk shows here
            os.replace(part.name, path)
        except BaseException:
            os.unlink(part.name)
            raise
