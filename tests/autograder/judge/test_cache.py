"""The judge's cache: entries are whole, private and bounded, and damage is detected."""

import json
import os
import stat
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from autograder import installed
from autograder.judge import cache
from autograder.judge.cache import Damaged, Entry

SECRET = b"a secret of this test"
ABOUT = {"assignment": "a3-fgsm", "grader_version": "1"}
ENTRY = Entry(ABOUT, SECRET)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "cache"))
    return cache.folder()


def only(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def test_an_entry_is_read_as_it_was_written_and_by_its_owner_alone(folder):
    assert ENTRY.read() is None
    ENTRY.write(b"content")
    assert ENTRY.read() == b"content"
    for other in (Entry(ABOUT, b"another secret, too"), Entry(ABOUT | {"x": 1}, SECRET)):
        assert other.read() is None
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_nothing_of_the_secret_is_in_the_folder(folder):
    ENTRY.write(b"content")
    text = b"".join(path.name.encode() + path.read_bytes() for path in folder.iterdir())
    assert SECRET not in text
    assert SECRET.hex().encode() not in text


def cut_content(folder: Path) -> None:
    only(folder, "*.safetensors").write_bytes(b"cont")


def flip_a_bit(folder: Path) -> None:
    only(folder, "*.safetensors").write_bytes(b"confent")


def cut_index(folder: Path) -> None:
    only(folder, "*.json").write_text('{"sha256": ')


def other_content(folder: Path) -> None:
    """A forged entry by a student with write access: all is right but the signature."""
    Entry(ABOUT | {"x": 1}, b"the student's own secret").write(b"weak")
    newest = max(folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    (folder / f"{ENTRY.key}.json").write_bytes(newest.read_bytes())


@pytest.mark.parametrize("damage", [cut_content, flip_a_bit, cut_index, other_content])
def test_a_damaged_entry_is_found_out_and_made_again_with_one_line(damage, folder):
    said: list[str] = []
    ENTRY.write(b"content")
    damage(folder)
    with pytest.raises(Damaged):
        ENTRY.read()
    assert cache.fetched(ENTRY, lambda: b"content", said.append) == b"content"
    assert len(said) == 1
    assert "made again" in said[0]
    assert ENTRY.read() == b"content"


def test_makers_at_once_and_one_that_is_killed_damage_nothing(folder):
    code = (
        "from autograder.judge.cache import Entry\n"
        f"entry = Entry({ABOUT!r}, {SECRET!r})\n"
        "while True: entry.write(b'x' * 4_000_000)\n"
    )
    makers = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
    threads = [threading.Thread(target=partial(ENTRY.write, b"x" * 4_000_000)) for _ in range(3)]
    for thread in threads:
        thread.start()
    seen = 0
    end = time.monotonic() + 60
    while seen < 30 and time.monotonic() < end:
        seen += ENTRY.read() == b"x" * 4_000_000  # raises Damaged for half an entry
    for maker in makers:
        maker.kill()
        maker.wait()
    for thread in threads:
        thread.join()
    assert seen == 30
    assert ENTRY.read() == b"x" * 4_000_000


def test_what_was_not_used_for_longest_goes_first(folder, monkeypatch):
    monkeypatch.setattr(cache, "MOST_BYTES", 25)
    entries = [Entry(ABOUT | {"grader_version": str(number)}, SECRET) for number in range(3)]
    for number, entry in enumerate(entries):
        entry.write(bytes([number]) * 10)
        os.utime(folder / f"{entry.key}.json", (1000 + number, 1000 + number))
        if number == 1:
            entries[0].read()  # it counts as used now
    entries[2].write(bytes([2]) * 10)
    assert [entry.read() is not None for entry in entries] == [True, False, True]
    assert sum(path.stat().st_size for path in folder.glob("*.safetensors")) == 20


def test_what_an_unfinished_write_left_is_removed(folder):
    ENTRY.write(b"content")
    for name in (".left.tmp", "left.safetensors"):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (1000, 1000))
    ENTRY.write(b"content")
    assert not list(folder.glob("*left*"))
    assert ENTRY.read() == b"content"


def test_where_nothing_can_be_written_it_is_said_and_goes_on(tmp_path, monkeypatch):
    said: list[str] = []
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COURSE_CACHE", str(tmp_path / "file"))
    assert cache.fetched(ENTRY, lambda: b"content", said.append) == b"content"
    assert len(said) == 1


def test_a_folder_that_students_code_is_shown_is_refused(monkeypatch):
    monkeypatch.setenv("COURSE_CACHE", str(installed.COURSE / "cache"))
    with pytest.raises(OSError, match="shown to students' code"):
        ENTRY.write(b"content")
    assert not (installed.COURSE / "cache").exists()


def test_the_index_says_what_the_entry_is(folder):
    ENTRY.write(b"content")
    assert json.loads(only(folder, "*.json").read_text())["about"] == ABOUT
