"""The extensions' checks: wrong answers get their cause, right ones in other styles pass.

The answers are files of the mutants and of the honest variants. Those of extensions are separate
from the graded ones, which the proof consists of.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import honest
import mutants
import pytest
from honest import Variant
from mutants import Mutant

from autograder import catalog
from autograder.judge.judge import Judge
from autograder.judge.setting import Setting
from autograder.report import table
from autograder.report.results import Result
from autograder.sandbox import strongest_level

MUTANTS = [mutants.read(path) for path in sorted(mutants.FOLDER.glob("x-*/*.py"))]
VARIANTS = [honest.read(path) for path in sorted(honest.FOLDER.glob("x-*/*.py"))]
QUICK = ("x-targeted/likeliest", "x-l2/cuts-each-pixel")


@pytest.fixture(scope="module")
def judge() -> Callable[[str], Judge]:
    """One judge for each extension, so that its networks are trained once."""

    @cache
    def judge_of(extension: str) -> Judge:
        return Judge(Setting(extension, "digits"), strongest_level())

    return judge_of


def lost(result: Result) -> dict[str, tuple[str, str, str]]:
    """What each check that did not pass expected, got, and gave as the cause."""
    return {c.name: (c.expected, c.got, c.cause) for c in result.checks if c.status != "OK"}


def test_every_check_has_a_wrong_answer_and_every_extension_a_right_one() -> None:
    # That an answer is no answer at all is what the first check of an exercise is for.
    first = {"targeted_returns_images"}
    lost = {name for mutant in MUTANTS for name in mutant.loses}
    checks = {check.name for name in catalog.EXTENSIONS for check in catalog.checks(name)}
    assert checks - lost - first == set()
    assert {variant.assignment for variant in VARIANTS} == set(catalog.EXTENSIONS)


@pytest.mark.slow
@pytest.mark.parametrize("secret", [b"one", b"two", b"three"])
@pytest.mark.parametrize("extension", catalog.EXTENSIONS)
def test_the_reference_passes_whatever_is_drawn(
    extension: str, secret: bytes, tmp_path: Path
) -> None:
    """Twenty steps towards a target had to get 1.1 times as far as one: on most networks the right
    answer gets 1.06 to 1.1 times as far."""
    path = tmp_path / f"{extension}.py"
    path.write_text(mutants.reference(extension), encoding="utf-8")
    result = Judge(Setting(extension, "digits", secret), strongest_level()).judge("ada", path)
    assert (lost(result), result.notes) == ({}, [])


@pytest.mark.mutants
@pytest.mark.parametrize(
    "mutant",
    [
        pytest.param(mutant, id=mutant.slug, marks=[] if mutant.slug in QUICK else pytest.mark.slow)
        for mutant in MUTANTS
    ],
)
def test_wrong_answer_is_told_what_is_wrong(
    mutant: Mutant, judge: Callable[[str], Judge], tmp_path: Path
) -> None:
    path = tmp_path / f"{mutant.assignment}.py"
    path.write_text(mutants.reference(mutant.assignment) + mutant.code, encoding="utf-8")
    result = judge(mutant.assignment).judge(mutant.path.stem, path)
    assert mutants.differences(mutant, result) == []


@pytest.mark.honest
@pytest.mark.slow
@pytest.mark.parametrize("variant", VARIANTS, ids=[each.slug for each in VARIANTS])
def test_right_answer_in_another_style_passes(
    variant: Variant, judge: Callable[[str], Judge], tmp_path: Path
) -> None:
    path = honest.hand_in(variant, tmp_path)
    result = judge(variant.assignment).judge(variant.path.stem, path)
    assert (lost(result), result.notes) == ({}, [])
    assert "points" not in table.as_text(result, colour=False)
