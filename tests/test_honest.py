"""Every honest variant gets full marks, in any style.

The findings are stored for the proof (`tests/proof.py`).
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import honest
import proof
import pytest
from honest import Variant

from autograder.judge.judge import Judge
from autograder.judge.setting import Setting
from autograder.report.results import Result, number
from autograder.sandbox import strongest_level

ALL = honest.variants()
QUICK = ("a3-fgsm/batch-loop", "a3-fgsm/notebook", "a3-fgsm/numpy-detour")


def cases() -> list[object]:
    """Each variant as a test case; all but a few are slow."""
    return [
        pytest.param(each, id=each.slug, marks=[] if each.slug in QUICK else pytest.mark.slow)
        for each in ALL
    ]


# Allowed remarks beside full marks: which of two answers was judged, and failed imports.
REMARKS = (
    "is defined more than once",
    "is still a stub",
    "The code below was run all the same",
    "importing it failed here",
)


@pytest.fixture(scope="module")
def judge() -> Callable[[str], Judge]:
    """One judge for each assignment, with one secret, so that its networks are trained once."""

    @cache
    def judge_of(assignment: str) -> Judge:
        return Judge(Setting(assignment, "digits", b"the honest ones' secret"), strongest_level())

    return judge_of


def test_there_are_many() -> None:
    assert len(ALL) >= 40


@pytest.mark.honest
@pytest.mark.parametrize("variant", cases())
def test_honest_variant_gets_full_marks(
    variant: Variant, judge: Callable[[str], Judge], tmp_path: Path
) -> None:
    path = honest.hand_in(variant, tmp_path)
    result = judge(variant.assignment).judge(variant.path.stem, path)
    keep(variant, result)
    lost = {c.name: (c.expected, c.got, c.cause) for c in result.checks if c.status != "OK"}
    assert (lost, unexpected(result)) == ({}, [])
    assert (result.status, result.score) == ("OK", result.max_score)


def test_a_header_with_a_typing_error_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "a3-fgsm"
    folder.mkdir()
    for header in ("saved as: notebok", "score: 20"):
        (folder / "x.py").write_text(f'"""T.\n\n{header}\n"""\n')
        with pytest.raises(ValueError, match=r"x\.py"):
            honest.read(folder / "x.py")


def unexpected(result: Result) -> list[str]:
    """The notes on a page that a right answer should not have."""
    return [note for note in result.notes if not any(words in note for words in REMARKS)]


def keep(variant: Variant, result: Result) -> None:
    """Store the findings for the proof."""
    full = (result.status, result.score) == ("OK", result.max_score)
    right = full and not unexpected(result)
    row = {
        "title": variant.title,
        "family": variant.assignment,
        "assignment": variant.assignment,
        "expected": "full marks",
        "outcome": f"{result.status}, {number(result.score or 0)} of {number(result.max_score)}",
        "saved_as": variant.saved_as,
        "score": result.score,
        "max_score": result.max_score,
        "as_expected": right,
    }
    proof.keep("honest", variant.slug, row)
