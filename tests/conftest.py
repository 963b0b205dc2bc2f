"""What do all tests share? The case, read once, a laboratory that runs its histories, and a copy of the case's folder."""

import shutil
from pathlib import Path

import pytest
from case_folder import Folder
from laboratory import Laboratory

from latecomer.case.load import CASES, load_case


@pytest.fixture(scope="session")
def case():
    """Return the China case."""
    return load_case("china-auto")


@pytest.fixture(scope="session")
def laboratory(case):
    """Return the laboratory of the China case."""
    return Laboratory(case)


@pytest.fixture
def folder(tmp_path):
    """Return a copy of the China case."""
    return Folder(Path(shutil.copytree(CASES / "china_auto", tmp_path / "china_auto")))
