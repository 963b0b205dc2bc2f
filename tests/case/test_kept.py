"""Is a kept case the case that was read, and is nothing used that was cut off, changed or made by somebody else?"""

import copy
import errno
import os
import pickle
import shutil
import stat
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from latecomer.case import kept
from latecomer.case.folder import CASES, checksum
from latecomer.case.load import read_case
from latecomer.types import Case

FOLDER = CASES / "china_auto"


@pytest.fixture(scope="module")
def fresh():
    return read_case(FOLDER)


@pytest.fixture(scope="module")
def data(fresh):
    return kept.packed_case(fresh)


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("LATECOMER_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "kept"


def test_a_kept_case_is_the_case_to_the_bit(fresh, data):
    again = kept.unpacked_case(data, FOLDER)
    for field in fields(Case):
        was, now = getattr(fresh, field.name), getattr(again, field.name)
        if isinstance(was, np.ndarray):
            assert type(was) is type(now) and was.dtype == now.dtype and was.tobytes() == now.tobytes()
            assert was.dtype.isalignedstruct == now.dtype.isalignedstruct
            assert now.flags.writeable is False and now.flags.aligned
        elif isinstance(was, pd.DataFrame):
            pd.testing.assert_frame_equal(was, now)
        elif field.name == "tables":
            assert list(was) == list(now)
            for name in was:
                pd.testing.assert_frame_equal(was[name], now[name])
        else:
            assert was == now


def test_tables_are_unpacked_only_when_asked_for():
    code = (
        "import sys; from latecomer.case.kept import open_case; case = open_case('china-auto'); "
        "sys.exit(len({'pandas', 'scipy', 'numba'} & set(sys.modules)))"
    )
    for _ in range(2):  # the first may have to read the case
        done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_kept_case_can_be_changed_copied_and_pickled(data):
    again = kept.unpacked_case(data, FOLDER)
    assert replace(again, title="other").title == "other"
    assert copy.copy(kept.unpacked_case(data, FOLDER)).facts.shape == again.facts.shape
    moved = pickle.loads(pickle.dumps(kept.unpacked_case(data, FOLDER)))  # noqa: S301 (our own)
    assert moved.facts.shape == again.facts.shape
    with pytest.raises(AttributeError, match="nothing"):
        _ = again.nothing


def test_what_was_cut_off_or_changed_is_not_used(store):
    kept.keep("case-a", b"0123456789")
    assert kept.kept("case-a") == b"0123456789"
    whole = (store / "case-a").read_bytes()
    harmed = [b"", whole[:-1], whole[:20], bytes([whole[0] ^ 1]) + whole[1:], whole[:-1] + b"x"]
    for bad in harmed:
        (store / "case-a").write_bytes(bad)
        assert kept.kept("case-a") is None


def test_only_the_user_can_write_where_it_is_kept(store):
    kept.keep("case-a", b"0123456789")
    assert stat.S_IMODE(store.stat().st_mode) & 0o077 == 0
    store.chmod(0o777)
    assert kept.kept("case-a") is None
    kept.keep("case-b", b"0")
    assert not (store / "case-b").exists()


def test_a_link_in_place_of_the_folder_is_not_followed(store, tmp_path):
    (tmp_path / "theirs").mkdir(mode=0o777)
    store.parent.mkdir()
    store.symlink_to(tmp_path / "theirs")
    assert kept.kept_folder() is None


def test_where_nothing_can_be_kept_everything_works(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LATECOMER_CACHE", str(tmp_path / "file"))
    kept.keep("case-a", b"0")
    assert kept.kept("case-a") is None


def test_a_text_is_made_once(store):
    made = []
    for _ in range(2):
        assert kept.kept_text("text-a", lambda: made.append(1) or "奇瑞") == "奇瑞"
    assert made == [1]


def test_old_files_are_forgotten(store):
    for n in range(kept.FILES_KEPT + 3):
        kept.keep(f"case-{n}", b"0")
        os.utime(store / f"case-{n}", (n, n))
    assert len(list(store.iterdir())) == kept.FILES_KEPT


def test_a_changed_file_is_read_anew(store, tmp_path, fresh):
    folder = Path(shutil.copytree(FOLDER, tmp_path / "case"))
    assert kept.open_case(folder).title == fresh.title
    assert kept.is_kept(folder)
    head = folder / "case.yaml"
    head.write_text(head.read_text(encoding="utf-8").replace("title: ", "title: New "), encoding="utf-8")
    assert not kept.is_kept(folder)
    assert kept.open_case(folder).title.startswith("New ")
    assert kept.key(checksum(folder)) != kept.key(fresh.checksum)


def test_a_pipe_in_place_of_a_kept_file_is_not_waited_for(store):
    kept.keep("x", b"text")
    (store / "x").unlink()
    os.mkfifo(store / "x")
    assert kept.kept("x") is None


def test_a_full_disk_leaves_nothing_behind(store, monkeypatch):
    def full(*paths):
        raise OSError(errno.ENOSPC, "No space left on device")

    kept.keep("x", b"text")
    monkeypatch.setattr(os, "replace", full)
    kept.keep("y", b"text")
    assert [path.name for path in store.iterdir()] == ["x"]
