"""Where do the seconds go before the first picture? Each stage in a fresh process, with wall and processor seconds.

    python benchmarks/first_minute.py [--case china-auto]

Stages: import, reading the case cold and from its cache, compiling into an empty store, reading what is stored, one history.
To compare two versions of the code, run it in both checkouts on the same quiet machine, one after the other.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time

STAGES = {
    "import": "import latecomer",
    "help": "from latecomer.cli import main; main(['--help'])",
    "read the case, first time": "import latecomer; latecomer.load_case({case!r})",
    "read the case again": "import latecomer; latecomer.load_case({case!r})",
    "compile": "from latecomer.machine import addresses; addresses()",
    "read what was compiled": "from latecomer.machine import addresses; addresses()",
    "24 histories": "import latecomer; latecomer.run(latecomer.load_case({case!r}), histories=24)",
}


def main() -> None:
    """Print a row for each stage."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--case", default="china-auto")
    case = parser.parse_args().case
    with tempfile.TemporaryDirectory() as folder:
        print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors")
        print(f"{'stage':28} {'wall s':>8} {'processor s':>12}")
        for name, code in STAGES.items():
            before, begun = os.times(), time.perf_counter()
            environment = os.environ | {"LATECOMER_CACHE": folder}
            subprocess.run(
                [sys.executable, "-c", code.format(case=case)],
                env=environment,
                check=True,
                capture_output=True,
            )
            after, ended = os.times(), time.perf_counter()
            spent = (
                after.children_user + after.children_system - before.children_user - before.children_system
            )
            print(f"{name:28} {ended - begun:8.2f} {spent:12.2f}")


if __name__ == "__main__":
    main()
