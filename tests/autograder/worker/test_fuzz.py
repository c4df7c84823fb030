"""The inputs found by fuzzing (`fuzz/`): each is still read or refused, within its memory."""

import json
import tracemalloc
import zipfile
from pathlib import Path

import fuzz
import pytest

from autograder.handin import submission

# The memory for reading a few kilobytes: the buffer for the largest file, and little more.
MOST = submission.MAX_BYTES + (16 << 20)


@pytest.mark.parametrize("target", fuzz.TARGETS)
def test_every_kept_input_is_read_or_refused(target: str) -> None:
    read = fuzz.TARGETS[target]
    inputs = [path.read_bytes() for path in fuzz.corpus(target)]
    tracemalloc.start()
    found = {read(data) for data in inputs}
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "malformed" in found
    assert len(found) > 1  # the corpus reaches both ends
    assert peak < MOST


def test_cell_whose_type_is_a_list_is_left_out() -> None:
    odd = {"cell_type": [], "source": "x", "metadata": {}}
    assert fuzz.notebook(json.dumps({"cells": [odd]}).encode()) == "0 cells"


def test_archive_whose_file_begins_before_it_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a3-fgsm.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a3-fgsm.ipynb", "{}")
    data = bytearray(path.read_bytes())
    end = data.rfind(b"PK\x05\x06")
    data[end + 16 : end + 20] = (10_000).to_bytes(4, "little")  # where the directory begins
    assert fuzz.archive(bytes(data)) == "malformed"


def test_archive_with_a_name_that_is_not_the_utf8_it_says_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a3-fgsm.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ä3-fgsm.ipynb", "{}")
    assert fuzz.archive(path.read_bytes().replace("ä".encode(), b"\xb2\xb2")) == "malformed"
