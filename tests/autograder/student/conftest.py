"""A student's code in a worker, as in `autograder check` and as in grading."""

import contextlib
from collections.abc import Iterator

import pytest
from support.student_cells import CELLS, LIMITS, NAMES, SECRET, submission_of

from autograder.student import Student, student_in_worker


@pytest.fixture(scope="module")
def shown() -> Iterator[Student]:
    """The student as in `autograder check`: messages may be shown."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_SECRET", SECRET)
        student = student_in_worker(submission_of(CELLS), NAMES, "none", LIMITS, public=True)
        assert student.notes == []
        with contextlib.closing(student):
            yield student


@pytest.fixture(scope="module")
def hidden(shown) -> Student:
    """The same process as in grading: the inputs are hidden."""
    return Student(shown.transport, shown.limits, public=False, cells=shown.cells)
