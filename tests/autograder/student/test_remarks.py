"""Messages about how the cells were run: cause, place, and next step."""

from pathlib import Path

import pytest

from autograder.handin.submission import Submission
from autograder.student import remarks
from autograder.student.faults import fault_of
from autograder.worker.cells import Cell

CELLS = [Cell("cell 1", "import x\nimport y"), Cell("cell 2 (fgsm)", "def fgsm(): pass")]


def submission(path: Path = Path("a3.ipynb"), **more) -> Submission:
    return Submission(path, CELLS, "", **more)


def error(kind: str, message: str, **more) -> dict:
    return {"type": kind, "message": message, "cell": "cell 1", "line": 2, **more}


def note(read: Submission, **result) -> str:
    (line,) = remarks.notes_of(result, read)
    return line


def test_a_syntax_error_names_the_graders_python(monkeypatch):
    monkeypatch.setattr("platform.python_version_tuple", lambda: ("3", "11", "7"))
    broken = error("SyntaxError", "invalid syntax")
    line = note(submission(), errors=[broken])
    assert line == "SyntaxError in cell 1, line 2: invalid syntax. The grader runs Python 3.11"
    line = note(submission(python="3.12.1"), errors=[broken])
    assert "The grader runs Python 3.11, and your notebook was run with 3.12.1" in line
    assert "your notebook" not in note(submission(python="3.9.0"), errors=[broken])


def test_a_helper_file_beside_the_notebook_is_named(tmp_path):
    failed = error("ModuleNotFoundError", "No module named 'helper'")
    read = submission(tmp_path / "a3.ipynb")
    assert "copy the code of a file of your own into a cell" in note(read, errors=[failed])
    (tmp_path / "helper.py").touch()
    assert "helper.py is beside your notebook" in note(read, errors=[failed])


def test_a_name_of_a_module_leads_nowhere_else(tmp_path):
    (tmp_path / "secret.py").touch()
    (tmp_path / "in").mkdir()
    failed = error("ModuleNotFoundError", "No module named '../secret'")
    assert "beside" not in note(submission(tmp_path / "in" / "a3.ipynb"), errors=[failed])


PLACE = {"cell": "cell 2 (fgsm)", "line": 1}
REMARKS = {
    "ended": ({"name": "fgsm", **PLACE}, "`fgsm` is missing: the cell that defines it ended early"),
    "near": ({"name": "fgsm", "near": "fsgm"}, "there is no `fgsm`, but there is `fsgm`"),
    "stub": ({"name": "fgsm", **PLACE, "other": {"cell": "cell 1", "line": 1}}, "cell 1, line 1"),
    "late": ({"name": "helper", **PLACE}, "cell 2 (fgsm), line 1, below the check cell"),
    "twice": ({"name": "fgsm", **PLACE}, "the one in cell 2 (fgsm), line 1 was judged"),
    "written": ({"name": "fgsm", **PLACE}, "`%%writefile`"),
}


@pytest.mark.parametrize("kind", REMARKS)
def test_a_remark_has_a_line(kind):
    remark, expected = REMARKS[kind]
    assert expected in note(submission(), remarks=[{"kind": kind, **remark}])
    missing = remarks.missing_of({"remarks": [{"kind": kind, **remark}]}, submission())
    assert missing.keys() == ({"fgsm"} if kind in ("ended", "near") else set())


@pytest.mark.parametrize("remark", [None, 3, {}, {"kind": ["x"]}, {"kind": "other", "name": {}}])
def test_what_the_worker_would_not_say_is_left_out(remark):
    assert remarks.notes_of({"remarks": [remark], "errors": remark}, submission()) == []
    assert remarks.notes_of({"remarks": remark}, submission()) == []


def test_there_are_not_endlessly_many():
    many = [error("NameError", f"name {n}") for n in range(1000)]
    assert len(remarks.notes_of({"errors": many}, submission())) == remarks.MOST_NOTES


@pytest.mark.parametrize(
    ("known", "cause"),
    [("gpu", "the grader has none"), ("input", "`input()`"), ("no forward", "called `forward`")],
)
@pytest.mark.parametrize("public", [True, False])
def test_a_known_mistake_has_its_cause_and_its_own_next_step(known, cause, public):
    kind = "NotImplementedError" if known == "no forward" else "AssertionError"
    report = error(kind, "the message", known=known)
    fault = fault_of(report, public=public, cells=CELLS)
    assert cause in fault.cause
    assert "`assert` of your own" not in fault.hint
    assert ("the message" in fault.got) is public


def test_a_near_miss_is_shown_on_public_inputs_only():
    report = error("NameError", "name 'helpers' is not defined", near="helper")
    assert "`helper`" in fault_of(report, public=True, cells=CELLS).cause
    assert "`helper`" not in str(vars(fault_of(report, public=False, cells=CELLS)))
