"""Points given in nbgrader's formgrader reach every export."""

import os
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder import catalog
from autograder.exports.gradebook import marks_in
from autograder.report.by_hand import joined
from autograder.report.results import Result
from course.errors import CourseError

NAME = "a6-audit"
QUESTIONS = [question.id for question in catalog.assignment(NAME).written]


def result(student: str) -> Result:
    return Result(student, NAME, "digits", "OK", 20.0, 20.0, "none", 0.0, [], by_hand=10.0)


@pytest.mark.slow
def test_points_of_the_formgrader_are_in_the_mark_and_open_ones_are_open(tmp_path, monkeypatch):
    # nbgrader calls `alembic`, which lies beside the interpreter.
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    path = tmp_path / "gradebook.db"
    with Gradebook(f"sqlite:///{path}") as book:
        book.add_assignment(NAME)
        book.add_notebook(NAME, NAME)
        for question in QUESTIONS:
            book.add_grade_cell(question, NAME, NAME, max_score=5, cell_type="markdown")
        for student in ("ada", "bob"):
            book.add_student(student)
            book.add_submission(NAME, student)
            for question in QUESTIONS:
                grade = book.find_grade(question, NAME, NAME, student)
                grade.needs_manual_grade = student == "bob"
                grade.manual_score = 3.5 if student == "ada" else None
        book.db.commit()
    results = [result("ada"), result("bob")]
    marks = marks_in(path, results)
    ada, bob = joined(results, marks, "leave")
    assert (ada.score, ada.max_score) == (27.0, 30.0)
    assert bob.score is None
    with pytest.raises(CourseError, match="open for 1 of 2 students: bob"):
        joined(results, marks)


def test_a_gradebook_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CourseError, match=r"gone.db is no file"):
        marks_in(tmp_path / "gone.db", [result("ada")])
