"""Starting a worker: cells that never end, cells that fail, a worker that does not start."""

import contextlib
import sys

import pytest
from support.student_cells import LIMITS, submission_of

from autograder.errors import GraderFault, Timeout
from autograder.student import student_in_worker
from autograder.worker.limits import Limits


def test_cells_that_never_end_are_a_timeout_and_others_are_noted():
    limits = Limits(train_seconds=1.0)
    cells = {"cell 1": "while True:\n    forever = 1", "cell 2": "def f(): return forever"}
    with pytest.raises(Timeout):
        student_in_worker(submission_of(cells), ["f"], "none", limits, public=False)


def test_a_cell_that_fails_is_noted_with_its_place_and_message():
    cells = {
        "cell 1": "def f(): return 1\nf = 1 / 0",
        "cell 2": "def g(: pass",
        "cell 3": "def h(): return 3",
    }
    student = student_in_worker(submission_of(cells), ["f", "h"], "none", LIMITS, public=False)
    with contextlib.closing(student):
        scratch = student.transport.box.scratch
        assert student.call("h") == 3
    assert not any("(cell 2" in note for note in student.notes)  # the place is named once
    assert sorted(note.partition(":")[0] for note in student.notes) == [
        "SyntaxError in cell 2, line 1",
        "ZeroDivisionError in cell 1, line 2",
    ]
    assert not scratch.exists()


def test_a_worker_that_does_not_start_is_the_graders_fault(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(GraderFault):
        student_in_worker(submission_of({}), [], "none", LIMITS, public=False)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-such-python"))
    with pytest.raises(GraderFault):
        student_in_worker(submission_of({}), [], "none", LIMITS, public=False)
    assert list(tmp_path.iterdir()) == []
