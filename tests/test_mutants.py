"""Every mutant loses the checks that its header names and no other, for the reason it names.

The findings are stored for the proof (`tests/proof.py`).
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import mutants
import proof
import pytest
import sample_class
from mutants import Mutant, trivial

from autograder import catalog
from autograder.judge.judge import Judge
from autograder.judge.setting import Setting
from autograder.report.results import Result, number
from autograder.sandbox import strongest_level

ALL = mutants.mutants()
QUICK = (
    "a3-fgsm/edits-images-in-place",
    "a3-fgsm/identity",
    "a3-fgsm/minus-sign",
    "a3-fgsm/no-clamp",
)
QUICK_TRIVIAL = {("a3-fgsm", "the images"), ("a3-fgsm", "noise"), ("a3-fgsm", "zero")}


def cases() -> list[object]:
    """Each mutant as a test case; all but a few are slow."""
    return [
        pytest.param(mutant, id=mutant.slug, marks=[] if mutant.slug in QUICK else pytest.mark.slow)
        for mutant in ALL
    ]


@pytest.fixture(scope="module")
def judge() -> Callable[[str], Judge]:
    """One judge for each assignment, with one secret, so that its networks are trained once."""

    @cache
    def judge_of(assignment: str) -> Judge:
        return Judge(Setting(assignment, "digits", b"the mutants' secret"), strongest_level())

    return judge_of


def test_there_are_mutants_of_every_check() -> None:
    lost = {name for mutant in ALL for name in mutant.loses}
    checks = {check.name for name in catalog.ASSIGNMENTS for check in catalog.checks(name)}
    assert checks - lost == set()
    assert len(ALL) >= 60


@pytest.mark.mutants
@pytest.mark.parametrize("mutant", cases())
def test_mutant_is_refused_for_the_right_reason(
    mutant: Mutant, judge: Callable[[str], Judge], tmp_path: Path
) -> None:
    path = tmp_path / f"{mutant.assignment}.py"
    path.write_text(mutants.reference(mutant.assignment) + mutant.code, encoding="utf-8")
    result = judge(mutant.assignment).judge(mutant.path.stem, path)
    keep(mutant, result)
    assert mutants.differences(mutant, result) == []


@pytest.mark.mutants
@pytest.mark.parametrize(
    ("assignment", "answer"),
    [
        pytest.param(
            assignment,
            answer,
            marks=[] if (assignment, answer) in QUICK_TRIVIAL else pytest.mark.slow,
        )
        for assignment in catalog.ASSIGNMENTS
        for answer in trivial.ANSWERS
    ],
)
def test_trivial_answers_earn_nothing(
    assignment: str, answer: str, judge: Callable[[str], Judge], tmp_path: Path
) -> None:
    path = tmp_path / f"{assignment}.py"
    path.write_text(trivial.source(assignment, answer), encoding="utf-8")
    assert judge(assignment).judge("trivial", path).score == 0


@pytest.mark.mutants
@pytest.mark.slow
@pytest.mark.parametrize("assignment", catalog.ASSIGNMENTS)
def test_the_released_notebook_earns_nothing(
    assignment: str, judge: Callable[[str], Judge], tmp_path: Path
) -> None:
    path = tmp_path / f"{assignment}.ipynb"
    path.write_text(sample_class.released(assignment), encoding="utf-8")
    assert judge(assignment).judge("nobody", path).score == 0


def test_a_header_with_a_typing_error_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "a3-fgsm"
    folder.mkdir()
    for header in ("loses: fgsm_stays_in_rnage", "looses: fgsm_stays_in_range", "cause: none"):
        (folder / "x.py").write_text(f'"""T.\n\n{header}\n"""\n')
        with pytest.raises(ValueError, match=r"x\.py"):
            mutants.read(folder / "x.py")


def keep(mutant: Mutant, result: Result) -> None:
    """Store the findings for the proof."""
    failed = [check for check in result.checks if check.status not in ("OK", "SKIP")]
    told = {check.name: check.cause for check in failed}
    row = {
        "title": mutant.title,
        "family": mutant.assignment,
        "assignment": mutant.assignment,
        "expected": f"loses {', '.join(mutant.loses)}",
        "outcome": f"{result.status}, {number(result.score or 0)} of {number(result.max_score)}",
        "lost": [check.title for check in failed],
        "cause": told.get(mutant.loses[0], ""),
        "score": result.score,
        "max_score": result.max_score,
        "as_expected": not mutants.differences(mutant, result),
    }
    proof.keep("mutants", mutant.slug, row)
