"""Every mutant loses the checks that its header names and no other, for the reason it names.

What was found goes to build/mutants.json: counts, and which check refuses which mutant.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import mutants
import pytest
from mutants import Mutant

from autograder import catalog
from autograder.judge import Judge
from autograder.results import Result
from autograder.sandbox import strongest_level
from autograder.setting import Setting

ALL = mutants.mutants()
QUICK = (
    "a3-fgsm/edits-images-in-place",
    "a3-fgsm/identity",
    "a3-fgsm/minus-sign",
    "a3-fgsm/no-clamp",
)
ROWS = mutants.ROOT / "build" / "mutants"


def cases() -> list[object]:
    """Each mutant as a test case; all but a few are slow."""
    return [
        pytest.param(mutant, id=mutant.slug, marks=[] if mutant.slug in QUICK else pytest.mark.slow)
        for mutant in ALL
    ]


@pytest.fixture(scope="module")
def judge() -> Iterator[Callable[[str], Judge]]:
    """One judge for each assignment, with one secret: its own networks are trained once."""

    @cache
    def judge_of(assignment: str) -> Judge:
        return Judge(Setting(assignment, "digits", b"the mutants' secret"), strongest_level())

    yield judge_of
    collect_matrix()


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
    keep_row(mutant, result)
    assert mutants.differences(mutant, result) == []


@pytest.mark.mutants
@pytest.mark.parametrize(
    ("assignment", "slugs"),
    [
        ("a3-fgsm", ["identity", "rate-constant", "curve-constant"]),
        ("a3-fgsm", ["noise", "rate-constant", "curve-of-clean-images"]),
        pytest.param(
            "a1-cnn",
            ["cnn-constant", "train-constant", "accuracy-constant"],
            marks=pytest.mark.slow,
        ),
        pytest.param("a5-adversarial-training", ["constant-class"], marks=pytest.mark.slow),
    ],
)
def test_trivial_answers_earn_nothing(
    assignment: str, slugs: list[str], judge: Callable[[str], Judge], tmp_path: Path
) -> None:
    names = {f"{assignment}/{slug}" for slug in slugs}
    answers = [mutant.code for mutant in ALL if mutant.slug in names]
    path = tmp_path / f"{assignment}.py"
    path.write_text(mutants.reference(assignment) + "\n\n".join(answers), encoding="utf-8")
    assert judge(assignment).judge("trivial", path).score == 0


def test_a_header_with_a_typing_error_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "a3-fgsm"
    folder.mkdir()
    for header in ("loses: fgsm_stays_in_rnage", "looses: fgsm_stays_in_range", "cause: none"):
        (folder / "x.py").write_text(f'"""T.\n\n{header}\n"""\n')
        with pytest.raises(ValueError, match=r"x\.py"):
            mutants.read(folder / "x.py")


# --- the matrix ----------------------------------------------------------------------------------


def keep_row(mutant: Mutant, result: Result) -> None:
    """Keep what grading found, in a file of the mutant's own: tests run side by side."""
    row = {
        "mutant": mutant.slug,
        "title": mutant.title,
        "as_expected": not mutants.differences(mutant, result),
        "score": result.score,
        "max_score": result.max_score,
        "checks": {check.name: check.status for check in result.checks},
        "causes": {check.name: check.cause for check in result.checks if check.cause},
        "seconds": result.seconds,
    }
    path = ROWS / f"{mutant.slug}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")


def collect_matrix() -> None:
    """Put the rows of all mutants that were ever graded into build/mutants.json."""
    files = [ROWS / f"{mutant.slug}.json" for mutant in ALL]
    rows = [json.loads(path.read_text(encoding="utf-8")) for path in files if path.is_file()]
    counts = Counter(row["mutant"].partition("/")[0] for row in rows)
    content = {"counts": counts, "refused": sum(row["as_expected"] for row in rows), "rows": rows}
    draft = ROWS / f"matrix-{os.getpid()}.json"
    draft.parent.mkdir(parents=True, exist_ok=True)
    draft.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
    draft.replace(ROWS.with_suffix(".json"))
