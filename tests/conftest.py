"""What do all tests share? The case, read once, a laboratory that runs its histories, a copy of the case's folder, and a small
invented case that is cheap."""

import shutil
from pathlib import Path

import pytest
from case_folder import Folder
from laboratory import Laboratory

from latecomer.case import kept
from latecomer.case.digests import FILE as DIGESTS
from latecomer.case.load import CASES, load_case

kept.FILES_KEPT = 400  # tests read many cases, and none of them may make another forget the China case


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
    """Return a copy of the China case whose tables may be changed: without their digests."""
    copy = shutil.copytree(
        CASES / "china_auto", tmp_path / "china_auto", ignore=shutil.ignore_patterns(DIGESTS)
    )
    return Folder(Path(copy))


@pytest.fixture(scope="session")
def small_case():
    """Return Ruritania, an invented country: four makers, a venture and an importer, two regions, 31 years."""
    return load_case("ruritania")
