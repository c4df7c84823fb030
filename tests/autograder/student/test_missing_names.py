"""A name that a hand-in lacks is named from its text."""

import pytest

from autograder.student.missing_names import missing_name
from autograder.worker.cells import Cell


def cells(*sources: str) -> list[Cell]:
    return [Cell(f"cell {number}", source) for number, source in enumerate(sources)]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (1, ""),  # everything there is defined
        (2, "check_attack"),
        (3, ""),  # `len` is Python's own
        (9, ""),
        ("2", ""),
    ],
)
def test_the_name_that_no_cell_defines_is_found(line: object, name: str) -> None:
    answer = "def fgsm(images):\n    check_attack(images)\n    return len(images)"
    assert missing_name(cells("%matplotlib inline\nimport torch", answer), "cell 1", line) == name


def test_lines_of_a_script_are_numbered_through() -> None:
    parts = [Cell("a.py", "x = 1\n"), Cell("a.py", "y = x + z\n", 2)]
    assert missing_name(parts, "a.py", 2) == "z"


@pytest.mark.parametrize(
    "other", ["from helpers import *", "def helper():\n    global clip\n    clip = 1"]
)
def test_nothing_is_said_where_it_may_be_defined(other: str) -> None:
    assert missing_name(cells("clip(1)", other), "cell 0", 1) == ""


@pytest.mark.parametrize("other", ["def (", "1" + "+1" * 20_000, "\0"])
def test_nothing_is_said_where_a_cell_cannot_be_read(other: str) -> None:
    assert missing_name(cells("clip(1)", other), "cell 0", 1) == ""
