"""Does the store of compiled code survive whatever happens to its files, and does one code serve records of all lengths?"""

import errno
import logging
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import numpy as np
import pytest
from numba import config, types

from latecomer import compiled
from latecomer.compiled import forget_old, kernel, kernel_digest, stored_kernel
from latecomer.layout import LAYOUTS, RowType, address_of, kind_of, layout_of, table_from

pytestmark = pytest.mark.skipif(config.DISABLE_JIT, reason="nothing is compiled")

SIGNATURE = (types.int64,)
TWICE = """
import sys
sys.path.insert(0, {here!r})
from test_compiled import twice
print(twice(21))
"""


def twice_of(number: int) -> int:
    """Return twice the number."""
    return 2 * number


twice = stored_kernel(twice_of)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Return a store of its own."""
    monkeypatch.setenv("LATECOMER_CACHE", str(tmp_path / "cache"))
    compiled.tell_once.cache_clear()
    return tmp_path / "cache" / "kernels"


def kept(place):
    """Compile a kernel, and return the file in which it is kept."""
    assert stored_kernel(twice_of)(21) == 42
    (file,) = place.glob("*twice_of-*")
    return file


def test_code_is_read_back(place, caplog):
    file = kept(place)
    before = file.stat().st_mtime_ns
    again = stored_kernel(twice_of)
    assert again(21) == 42
    assert again._cache_hits
    assert file.stat().st_mtime_ns == before
    assert not caplog.records


def flip(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 4
    file.write_bytes(content)


HARMS = {
    "emptied": lambda file: file.write_bytes(b""),
    "cut": lambda file: file.write_bytes(file.read_bytes()[:-100]),
    "one bit flipped": flip,
    "writable by all": lambda file: file.chmod(0o666),
    "something else": lambda file: file.write_bytes(b"cbuiltins\nexit\n(I3\ntR."),
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_harmed_file_is_told_in_one_line_and_made_again(place, caplog, harm):
    file = kept(place)
    HARMS[harm](file)
    with caplog.at_level(logging.WARNING):
        assert stored_kernel(twice_of)(21) == 42
    (record,) = caplog.records
    assert "\n" not in record.getMessage()
    assert "compiled again" in record.getMessage()
    caplog.clear()
    assert stored_kernel(twice_of)(21) == 42
    assert not caplog.records


def test_a_folder_in_a_files_place_is_done_without(place, caplog):
    file = kept(place)
    file.unlink()
    (file / "inside").mkdir(parents=True)
    with caplog.at_level(logging.WARNING):
        assert stored_kernel(twice_of)(21) == 42
    assert caplog.records


def test_a_pipe_in_a_files_place_is_not_waited_for(place):
    file = kept(place)
    file.unlink()
    os.mkfifo(file)
    assert stored_kernel(twice_of)(21) == 42
    assert file.is_file()


def test_a_store_that_is_full_keeps_no_part(place, monkeypatch, caplog):
    def full(*paths):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with caplog.at_level(logging.WARNING):
        assert stored_kernel(twice_of)(21) == 42
    assert "cannot be kept" in caplog.text
    assert list(place.iterdir()) == []


def test_a_store_that_cannot_be_used_is_done_without(tmp_path, monkeypatch, caplog):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("LATECOMER_CACHE", str(tmp_path / "file"))
    compiled.tell_once.cache_clear()
    with caplog.at_level(logging.WARNING):
        assert stored_kernel(twice_of)(21) == 42
        assert stored_kernel(twice_of)(21) == 42
    (record,) = caplog.records
    assert "cannot be kept" in record.getMessage()
    assert not compiled.can_keep()


def test_another_users_file_is_not_read(place, monkeypatch):
    file = kept(place)
    monkeypatch.setattr(os, "getuid", lambda: file.stat().st_uid + 1)
    with pytest.raises(OSError, match="another user"):
        compiled.trusted(file)


def test_two_processes_at_once_both_answer(place):
    here = os.path.dirname(__file__)
    asked = [sys.executable, "-c", TWICE.format(here=here)]
    both = [
        subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    answers = [process.communicate() for process in both]
    assert [said.strip() for said, _ in answers] == ["42", "42"], answers
    assert not any(complaints for _, complaints in answers)


def test_a_lock_that_cannot_be_opened_is_done_without(place):
    (place / "lock").mkdir(parents=True)
    with compiled.one_at_a_time():
        assert compiled.can_keep()


def test_who_waits_for_another_process_is_told(place, caplog, monkeypatch):
    fcntl = pytest.importorskip("fcntl")
    place.mkdir(parents=True)
    asked = []

    def locked(handle, how):
        asked.append(how)
        if how & fcntl.LOCK_NB:
            raise BlockingIOError

    monkeypatch.setattr(fcntl, "flock", locked)
    with caplog.at_level(logging.WARNING), compiled.one_at_a_time():
        assert "Another process" in caplog.text
    assert asked == [fcntl.LOCK_EX | fcntl.LOCK_NB, fcntl.LOCK_EX]


def test_only_the_latest_versions_are_kept(tmp_path):
    for number in range(compiled.FILES_KEPT + 3):
        file = tmp_path / f"k-{number}"
        file.write_text("")
        os.utime(file, (number, number))
    forget_old(tmp_path, "k")
    kept_numbers = {int(file.name[2:]) for file in tmp_path.iterdir()}
    assert kept_numbers == set(range(3, compiled.FILES_KEPT + 3))


def test_the_digest_follows_imports_only():
    assert kernel_digest("latecomer.model.makers.plan") != kernel_digest("latecomer.model.step")
    imported = compiled.imports_of(compiled.source_of("latecomer.model.step"))
    assert "latecomer.model.makers.plan" in imported
    assert compiled.source_of("numpy") is None


def record_of(own):
    """Return a record with a number, an array of the case's length and a table, after and before fixed ones."""
    return np.dtype(
        [
            ("lines", "i8"),
            ("price", "f8", (3,)),
            ("sold", "f8", (own["m"], 2)),
            ("total", "f8"),
            ("near", "f8", (own["r"],)),
        ]
    )


KIND = kind_of("tried", record_of)
as_table = table_from(KIND)


@kernel
def add_up(row):
    """Sum the array of the case's length into the total, and count its rows."""
    row.lines = len(row.sold)
    for m in range(len(row.sold)):
        row.total += row.sold[m, 1] * row.price[2] + row.near.sum()


@stored_kernel
def try_out(address, place):
    """Work on one row of a table."""
    table = as_table(address)
    add_up(table[place])
    return table.size


@pytest.mark.parametrize("length", [1, 2, 5])
def test_one_code_serves_records_of_all_lengths(length):
    records = np.zeros(3, record_of({"m": length, "r": length + 1, "x": 1})).view(np.recarray)
    records.sold[1] = np.arange(2.0 * length).reshape(length, 2)
    records.price[1], records.near[1] = (5.0, 6.0, 7.0), 0.5
    numbers = np.array(address_of(KIND, records))
    assert try_out(numbers.ctypes.data, 1) == 3
    assert records.lines.tolist() == [0, length, 0]
    assert records.total[1] == 7.0 * np.arange(1, 2 * length, 2).sum() + length * 0.5 * (length + 1)
    assert records.total[0] == records.total[2] == 0.0
    assert len(try_out.overloads) == 1


def test_fixed_and_own_lengths_are_told_apart():
    assert KIND.fields["price"].shape == (3,)
    assert KIND.fields["sold"].shape == (None, 2)
    assert KIND.fields["sold"].offset is not None
    assert KIND.fields["near"].offset is None
    assert str(RowType(KIND)) == "row(tried)"


def test_what_is_made_once_is_made_by_one_thread():
    start, made = Barrier(4), []

    @compiled.once
    def slow():
        made.append(object())
        time.sleep(0.05)
        return made[-1]

    def ask():
        start.wait()
        return slow()

    with ThreadPoolExecutor(4) as pool:
        found = [each.result() for each in [pool.submit(ask) for _ in range(4)]]
    assert len(made) == 1
    assert all(one is made[0] for one in found)


def test_threads_that_ask_at_once_share_one_layout():
    """Compiled code keeps an address: whoever asked must hold the array that is kept."""
    for length in range(20, 60):
        dtype, start = record_of({"m": length, "r": 3, "x": 1}), Barrier(4)

        def ask(dtype=dtype, start=start):
            start.wait()
            return layout_of(KIND, dtype)

        with ThreadPoolExecutor(4) as pool:
            found = [each.result() for each in [pool.submit(ask) for _ in range(4)]]
        assert all(one is found[0] for one in found)
        assert found[0] is LAYOUTS[KIND, dtype]


def test_a_record_of_another_make_is_refused():
    with pytest.raises(KeyError):
        layout_of(KIND, np.dtype([("lines", "i8")]))
    fields = record_of({"m": 2, "r": 2, "x": 2}).descr
    other = np.dtype([("total", "f4") if field[0] == "total" else field for field in fields])
    with pytest.raises(TypeError, match=r"tried\.total"):
        layout_of(KIND, other)
