"""A student's code in a worker, as `autograder check` and as grading see it."""

import contextlib
from collections.abc import Iterator

import pytest
from support.student_cells import CELLS, LIMITS, NAMES, SECRET, submission_of

from autograder.student import Student, student_in_worker


@pytest.fixture(scope="module")
def shown() -> Iterator[Student]:
    """The student as `autograder check` sees one: messages may be shown."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_SECRET", SECRET)
        student = student_in_worker(submission_of(CELLS), NAMES, "none", LIMITS, public=True)
        assert student.notes == []
        with contextlib.closing(student):
            yield student


@pytest.fixture(scope="module")
def hidden(shown) -> Student:
    """The same process as grading sees it: the inputs are hidden."""
    return Student(shown.transport, shown.limits, public=False, cells=shown.cells)
