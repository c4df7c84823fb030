"""Reading what was handed in: every bad file is Malformed with its name and the remedy."""

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
import threading
import zipfile
from functools import partial
from pathlib import Path

import pytest

from autograder import catalog
from autograder.errors import Malformed
from autograder.handin import submission
from autograder.judge.judge import Judge
from autograder.judge.setting import Setting
from autograder.report.results import CheckResult

ASSIGNMENT = "a3-fgsm"
REQUIRED = ["fgsm", "attack_success_rate"]


def code(source, grade_id: str | None = None, **mark) -> dict:
    metadata = {"nbgrader": {"grade_id": grade_id, **mark}} if grade_id else {}
    return {"cell_type": "code", "metadata": metadata, "source": source, "outputs": []}


def notebook(*cells, **more) -> str:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **more})


@pytest.fixture
def hand_in(tmp_path):
    """Write a file into a student's folder; returns its path."""

    def write(content: str | bytes, name: str = f"{ASSIGNMENT}.ipynb"):
        path = tmp_path / "alice" / ASSIGNMENT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


# --- what can be read -----------------------------------------------------------------------------


def test_cells_come_in_order_and_check_cells_stay_out(hand_in):
    path = hand_in(
        notebook(
            {"cell_type": "markdown", "metadata": {}, "source": "# Title"},
            code("import torch"),
            code(["def fgsm():\n", "    pass"], "fgsm", solution=True, grade=False),
            code("check('a3-fgsm')", "test_fgsm", grade=True, locked=True, points=5),
            code("x = 1", "attack_success_rate", solution=True),
        )
    )
    read = submission.read(path, REQUIRED)
    assert [cell.title for cell in read.cells] == [
        "cell 2",
        "cell 3 (fgsm)",
        "cell 5 (attack_success_rate)",
    ]
    assert read.cells[1].source == "def fgsm():\n    pass"
    assert len(read.sha256) == 64


def test_a_notebook_whose_marks_an_editor_dropped_is_read_as_it_is(hand_in):
    path = hand_in(notebook(code("def fgsm(): pass"), code("x = 1")))
    assert len(submission.read(path, REQUIRED).cells) == 2


@pytest.mark.parametrize(
    "mark", [None, [], "x", {"nbgrader": 1}, {"nbgrader": {"grade_id": 7}}], ids=repr
)
def test_metadata_of_any_kind_is_no_error(hand_in, mark):
    path = hand_in(notebook({"cell_type": "code", "metadata": mark, "source": "x = 1"}))
    assert submission.read(path, REQUIRED).cells[0].source == "x = 1"


def test_cells_that_are_no_cells_are_passed_over(hand_in):
    path = hand_in(notebook(1, None, "x", [], {}, {"cell_type": "raw", "source": 7}, code("x = 1")))
    assert [cell.source for cell in submission.read(path).cells] == ["x = 1"]


def test_a_python_file_is_one_cell(hand_in):
    path = hand_in(b"\xef\xbb\xbfx = 1\r\nd = 'gr\xc3\xb6\xc3\x9fe'\r\n", f"{ASSIGNMENT}.py")
    (cell,) = submission.read(path, REQUIRED).cells
    assert cell.title == "a3-fgsm.py"
    assert cell.source.startswith("x = 1")
    assert "größe" in cell.source


def test_a_notebook_may_start_with_a_byte_order_mark(hand_in):
    path = hand_in(b"\xef\xbb\xbf" + notebook(code("x = 1")).encode())
    assert submission.read(path).cells[0].source == "x = 1"


def test_nul_bytes_in_a_cell_are_for_the_worker_to_refuse(hand_in):
    assert submission.read(hand_in(notebook(code("a\0b")))).cells[0].source == "a\0b"
    assert submission.read(hand_in(b"a\0b", f"{ASSIGNMENT}.py")).cells[0].source == "a\0b"


# --- what can not ---------------------------------------------------------------------------------

UNREADABLE = {
    "empty file": ("", "is empty", "JupyterLab"),
    "not JSON": ("def fgsm(): pass", "not JSON", "JupyterLab"),
    "cut off": (notebook(code("x = 1"))[:-20], "ends in the middle", "JupyterLab"),
    "not UTF-8": ("größe".encode("latin-1"), "not UTF-8", "UTF-8"),
    "UTF-16": (notebook(code("x = 1")).encode("utf-16"), "not UTF-8", "UTF-8"),
    "NUL bytes": (b"\0" * 1000, "not JSON", "JupyterLab"),
    "deep": ("[" * 100_000 + "]" * 100_000, "not JSON", "JupyterLab"),
    "deep cells": ('{"cells":' + '[{"a":' * 50_000, "ends in the middle", "JupyterLab"),
    "huge number": ('{"cells": ' + "9" * 10_000 + "}", "not JSON", "JupyterLab"),
    "a list": ("[]", "no cells", "JupyterLab"),
    "no cells": ("{}", "no cells", "JupyterLab"),
    "cells no list": ('{"cells": {}}', "no cells", "JupyterLab"),
    "nbformat 3": ('{"nbformat": 3, "worksheets": [{"cells": []}]}', "before 2015", "JupyterLab"),
    "nbformat 2": ('{"nbformat": 2, "worksheets": []}', "before 2015", "JupyterLab"),
    "empty cells": (notebook(), "0 cells", "released notebook"),
    "too many cells": (notebook(*[code("")] * 2_001), "2001 cells", "released notebook"),
    "source a number": (notebook(code(7)), "cell 1", "JupyterLab"),
    "source null": (notebook(code("x"), code(None)), "cell 2", "JupyterLab"),
    "source a mixed list": (notebook(code(["x", 1])), "cell 1", "JupyterLab"),
    "too many parts": ("[" * 1_000_001, "1,000,000 lists", "Clear all outputs"),
    "too many objects": ('{"cells": [' + "{}," * 2_000_000 + "{}]}", "1,000,000", "Clear all"),
    "nested 10,000 deep": ('{"a":' * 10_000 + "1" + "}" * 10_000, "not JSON", "JupyterLab"),
    "source an object": (notebook(code({})), "cell 1", "JupyterLab"),
}


@pytest.mark.parametrize("case", UNREADABLE, ids=list(UNREADABLE))
def test_what_cannot_be_read_is_named_with_a_remedy(hand_in, case):
    content, wrong, remedy = UNREADABLE[case]
    path = hand_in(content)
    with pytest.raises(Malformed) as caught:
        submission.read(path)
    assert path.name in caught.value.got
    assert wrong in caught.value.got
    assert remedy in caught.value.hint
    assert "\n" not in caught.value.got + caught.value.hint


@pytest.mark.parametrize(
    ("ids", "wrong", "remedy"),
    [
        (["fgsm"], "no cell `attack_success_rate`", "released notebook"),
        (["fgsm", "attack_success_rate2"], "deleted or renamed", "released notebook"),
        (["fgsm", "fgsm", "attack_success_rate"], "`fgsm` 2 times", "Keep one"),
    ],
    ids=["deleted", "renamed", "doubled"],
)
def test_answer_cells_that_are_missing_or_doubled_are_named(hand_in, ids, wrong, remedy):
    path = hand_in(notebook(*(code("x = 1", name) for name in ids)))
    with pytest.raises(Malformed) as caught:
        submission.read(path, REQUIRED)
    assert wrong in caught.value.got
    assert remedy in caught.value.hint


def test_a_huge_file_is_refused_unread(hand_in):
    path = hand_in("")
    os.truncate(path, submission.MAX_BYTES + 1)  # sparse: takes no room
    with pytest.raises(Malformed, match="larger than 32 MB") as caught:
        submission.read(path)
    assert "outputs" in caught.value.hint


def test_a_python_file_that_is_not_utf8_is_refused(hand_in):
    with pytest.raises(Malformed, match="not UTF-8"):
        submission.read(hand_in("größe".encode("latin-1"), f"{ASSIGNMENT}.py"))


# --- files that are none, and files that change ---------------------------------------------------


@pytest.mark.parametrize("kind", ["pipe", "folder", "device"])
def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path, kind):
    path = tmp_path / "a3-fgsm.ipynb"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path = Path("/dev/zero")
    with pytest.raises(Malformed, match="is no file"):
        submission.read(path)


def test_a_file_that_may_not_be_read_says_so(hand_in):
    path = hand_in(notebook(code("x = 1")))
    path.chmod(0)
    for folder in (path.parent, *path.parent.parents[:2]):
        folder.chmod(0o755)
    script = (
        "import os, sys; from pathlib import Path; from autograder.handin import submission\n"
        "from autograder.errors import Malformed\n"
        "import os; descriptor = os.open(sys.argv[1], os.O_RDONLY); os.fchdir(descriptor)\n"
        "if os.geteuid() == 0: os.setegid(65534), os.seteuid(65534)\n"
        "try: submission.read(Path(sys.argv[2]))\n"
        "except Malformed as fault: print(fault.got, fault.hint)"
    )
    command = [sys.executable, "-c", script, str(path.parent), path.name]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "may not be read" in done.stdout
    assert "Allow others to read it" in done.stdout


def test_a_file_that_grows_while_it_is_read_ends_at_the_limit(hand_in, monkeypatch):
    monkeypatch.setattr(submission, "MAX_BYTES", 1 << 20)
    path = hand_in(" " * 1000)
    stop = threading.Event()

    def grow() -> None:
        with path.open("ab") as file:
            while not stop.is_set() and file.tell() < 8 << 20:
                file.write(b" " * 4096)
                file.flush()

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        for _ in range(20):
            try:
                assert len(submission.bytes_of(path)) <= submission.MAX_BYTES
            except Malformed as fault:
                assert "larger than" in fault.got  # noqa: PT017
    finally:
        stop.set()
        writer.join()


def test_memory_is_bounded_whatever_a_notebook_holds(hand_in):
    """The worst in 32 MB that is read at all: numbers, texts, keys and nested lists."""
    for number, part in enumerate(("[1.5e9],", "1.5e9,", '"ab",', '{"a":1},')):
        count = (submission.MAX_BYTES - 100) // len(part)
        count = min(count, submission.MAX_PARTS - 10) if part[0] in "[{" else count
        hand_in('{"cells": [' + part * count + "1]}", f"{number}.ipynb")
    script = (
        "import resource, sys; from pathlib import Path; from autograder.handin import submission\n"
        "from autograder.errors import Malformed\n"
        "for path in sorted(Path(sys.argv[1]).iterdir()):\n"
        "    try: submission.read(path)\n"
        "    except Malformed as fault: print(fault.got)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    folder = hand_in("", "0.py").parent
    (folder / "0.py").unlink()
    command = [sys.executable, "-c", script, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    *reasons, kilobytes = done.stdout.splitlines()
    assert len(reasons) == 4
    assert all("cells" in reason for reason in reasons)
    assert int(kilobytes) < 1_500_000


@pytest.mark.slow
def test_a_class_of_bad_files_stops_nobody(tmp_path, monkeypatch, capsys):
    """The whole way of `autograder grade`: every bad file has its status and its words."""
    from autograder.cli import main

    good = "def attack_success_rate(model, images, adversarial, labels):\n    return 0.0\n"
    for name, (content, _, _) in UNREADABLE.items():
        path = tmp_path / "class" / name / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for name in ("sparse", "pipe", "folder", "empty", "link", "zip", "good"):
        (tmp_path / "class" / name / ASSIGNMENT).mkdir(parents=True)
    at = {name: tmp_path / "class" / name / ASSIGNMENT for name in os.listdir(tmp_path / "class")}
    with (at["sparse"] / f"{ASSIGNMENT}.ipynb").open("wb") as file:
        file.truncate(10**12)
    os.mkfifo(at["pipe"] / f"{ASSIGNMENT}.ipynb")
    (at["folder"] / f"{ASSIGNMENT}.ipynb").mkdir()
    (at["link"] / f"{ASSIGNMENT}.py").symlink_to("/dev/zero")
    (at["zip"] / "work.zip").write_bytes(b"PK\x03\x04 but no more")
    (at["good"] / f"{ASSIGNMENT}.py").write_text(good)
    (tmp_path / "secret").write_text("a secret of this test")
    out = tmp_path / "out"
    options = f"--sandbox none --trust-submissions --jobs 1 --out {out}"
    words = ["grade", ASSIGNMENT, str(tmp_path / "class"), *options.split()]
    assert main([*words, "--secret", str(tmp_path / "secret")]) == 2
    with (out / "grades.csv").open(newline="", encoding="utf-8") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    assert rows.keys() == at.keys()
    assert rows.pop("good")["status"] == "WRONG"
    assert {row["status"] for row in rows.values()} == {"FORMAT"}
    assert {row["score"] for row in rows.values()} == {""}
    for name in rows:
        result = json.loads((out / "results" / f"{name}.json").read_text(encoding="utf-8"))
        (note,) = result["notes"]
        assert len(note) < 400
        assert note.count(".") >= 2, "what is wrong, and what to do"
        assert "This has cost you no points" in (out / "feedback" / f"{name}.html").read_text()
    assert main([*words, "--secret", str(tmp_path / "secret"), "--resume"]) == 2


# --- a file that changes while it is graded -------------------------------------------------------


def zipped(text: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"{ASSIGNMENT}.py", text)
    return packed.getvalue()


EXERCISES = [exercise.id for exercise in catalog.assignment(ASSIGNMENT).exercises]
KINDS = {
    ".ipynb": lambda text: notebook(code(text), *map(partial(code, ""), EXERCISES)).encode(),
    ".py": str.encode,
    ".zip": zipped,
}


@pytest.mark.parametrize("suffix", KINDS)
def test_the_digest_is_of_the_bytes_that_were_judged(suffix, hand_in, monkeypatch):
    """A file that is replaced as soon as it was read is judged, and named, as it was read."""
    first, second = KINDS[suffix]("answer = 1"), KINDS[suffix]("answer = 2")
    path = hand_in(first, f"{ASSIGNMENT}{suffix}")
    read = submission.bytes_of

    def read_and_replace(path: Path) -> bytes:
        content = read(path)
        path.write_bytes(second)
        return content

    judged = []

    def run(
        judge: Judge, found: submission.Submission, student: str
    ) -> tuple[list[CheckResult], list[str]]:
        judged.extend(cell.source for cell in found.cells)
        return [], []

    monkeypatch.setattr(submission, "bytes_of", read_and_replace)
    monkeypatch.setattr(Judge, "run", run)
    result = Judge(Setting(ASSIGNMENT, "digits"), "none").judge("alice", path.parents[1])
    assert path.read_bytes() == second
    assert judged[0] == "answer = 1"
    assert result.provenance["submission_sha256"] == hashlib.sha256(first).hexdigest()
