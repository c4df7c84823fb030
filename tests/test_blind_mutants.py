"""Blind mutants: each rule makes its stated change, and every survivor has a verdict.

`make mutate` grades them; here none is graded.
"""

import ast
import json
from dataclasses import asdict
from functools import cache
from pathlib import Path

import mutate
import pytest
from mutations import verdicts
from mutations.answers import BlindMutant, blind_mutants, changed_names, unchanged
from mutations.operators import mutations
from mutations.verdicts import EQUIVALENT, HOLE

from autograder import catalog
from autograder.judge.provenance import grader_version
from autograder.report.results import CheckResult, Result


@cache
def of(assignment: str) -> tuple[BlindMutant, ...]:
    return tuple(blind_mutants(assignment))


def mutants_of(code: str) -> dict[str, str]:
    """The body of each mutant of a function `f`, by its description."""
    (function,) = ast.parse(code).body
    found = {}
    for mutation in mutations(function):
        assert isinstance(mutation.tree, ast.FunctionDef)
        found[mutation.description] = "; ".join(map(ast.unparse, mutation.tree.body))
    return found


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("return a < b", {"return None", "return a <= b"}),
        ("return a == b", {"return None", "return a != b"}),
        ("return 0 < a < b", None),
        ("return a + b", {"return None", "return a - b"}),
        ("return a & b", {"return None", "return a | b"}),
        ("return -a", {"return None", "return a"}),
        ("return not a", {"return None", "return a"}),
        ("return 1", {"return None", "return 2", "return 0"}),
        ("return 0.5", {"return None", "return 1.5"}),
        ("return True", {"return None", "return False"}),
        ("return 'text'", {"return None"}),
        ("return a and b", {"return None", "return a or b", "return a", "return b"}),
        ("return a if b else c", {"return None", "return a", "return c"}),
        (
            "return g(a, b, k=c)",
            {
                "return None",
                "return a",
                "return g(a, k=c)",
                "return g(b, a, k=c)",
                "return g(a, b)",
            },
        ),
        ("return a.g()", {"return None", "return a"}),
        ("return [x for x in a if x]", {"return None", "return [x for x in a]"}),
        ("a.g()", {"pass"}),
        ("a += b", {"pass", "a -= b", "a = b"}),
        ("a = b", {"pass"}),
        ("new = b", set()),
        ("raise ValueError(f'{1 + 1}')", {"pass"}),
        ("'''Words, and 1 + 1.'''", set()),
    ],
)
def test_each_rule_changes_what_it_says(statement: str, expected: set[str] | None) -> None:
    found = set(mutants_of(f"def f(a, b, c):\n    {statement}\n").values())
    if expected is None:
        assert {"return 0 <= a < b", "return 0 < a", "return a < b", "return 1 < a < b"} < found
    else:
        assert found == expected


def test_a_context_manager_is_taken_from_its_block() -> None:
    found = mutants_of("def f(a):\n    with g(), h() as b:\n        a.k(b)\n")
    assert found["without `with g()`"] == "with h() as b:\n    a.k(b)"
    alone = mutants_of("def f(a):\n    with g():\n        a.k()\n")
    assert alone["without `with g()`"] == "if True:\n    a.k()"


def test_a_condition_is_reversed_once() -> None:
    code = "def f(a, b):\n    if a < b:\n        a.g()\n"
    assert set(mutants_of(code)) == {
        "if a < b: → if not a < b:",
        "if a < b: → if a <= b:",
        "without `a.g()`",
    }
    found = mutants_of("def f(a, b):\n    if a == b:\n        a.g()\n")
    assert set(found) == {"if a == b: → if a != b:", "without `a.g()`"}


def test_what_is_the_same_twice_is_told_apart() -> None:
    found = mutants_of("def f(a):\n    a.g()\n    a.g()\n    return a\n")
    assert found["without `a.g()`"] == "pass; a.g(); return a"
    assert found["without `a.g()` (2)"] == "a.g(); pass; return a"


def test_defaults_change_and_annotations_do_not() -> None:
    found = mutants_of("def f(a: 'g(1)', n: int = 3) -> 'h(1)':\n    return a\n")
    assert set(found) == {"def f(a, n=3) → def f(a, n=4)", "return a → return None"}


@pytest.mark.parametrize("assignment", catalog.ASSIGNMENTS)
def test_every_mutant_compiles_and_differs(assignment: str) -> None:
    found = of(assignment)
    assert len(found) > 50
    assert len({unchanged(assignment).text, *(mutant.text for mutant in found)}) == len(found) + 1
    assert len({mutant.key for mutant in found}) == len(found)
    for mutant in found:
        compile(mutant.text, mutant.mutation, "exec")


@pytest.mark.parametrize("assignment", catalog.ASSIGNMENTS)
def test_every_graded_name_is_changed(assignment: str) -> None:
    assert set(catalog.assignment(assignment).names) <= set(changed_names(assignment))


def test_helpers_are_changed_where_they_belong() -> None:
    assert "check_attack" in changed_names("a3-fgsm")
    assert "check_attack" not in changed_names("a4-pgd")
    assert {"project", "cross_entropy"} <= {*changed_names("a4-pgd")}
    assert {"STEPS", "StraightThrough"} <= {*changed_names("a6-audit")}


# --- outcomes and verdicts ------------------------------------------------------------------------


def result(score: float | None, status: str, **statuses: str) -> Result:
    checks = [CheckResult(name, name, each, 0, 0) for name, each in statuses.items()]
    return Result("m", "a3-fgsm", "digits", status, score, 20, "none", 0.0, checks)


def test_a_mutant_survives_where_nothing_fails() -> None:
    passed = mutate.outcome_of(result(20, "OK", one="OK"))
    remarked = mutate.outcome_of(result(20, "WRONG", one="OK", two="WRONG"))
    killed = mutate.outcome_of(result(17, "WRONG", one="WRONG"))
    unread = mutate.outcome_of(result(None, "FORMAT"))
    assert [each.survived for each in (passed, remarked, killed, unread)] == [True, *[False] * 3]
    assert [each.remarked for each in (passed, remarked, killed, unread)] == [
        False,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("graded", [False, True])
def test_nothing_is_shown_where_the_answer_itself_fails(
    graded: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stored(known: list[BlindMutant], *, lost_before: bool) -> dict[str, mutate.Outcome]:
        outcomes = {mutant.id: mutate.Outcome(mutant.id, "", "WRONG", 20, {}) for mutant in known}
        if not graded:
            del outcomes[unchanged("a3-fgsm").id]
        return outcomes

    monkeypatch.setattr(mutate, "stored", stored)
    before = verdicts.read()
    assert mutate.main(["--collect", "--assignment", "a3-fgsm"]) == 1
    assert "the unchanged answer has no full marks" in capsys.readouterr().out
    assert verdicts.read() == before


def test_another_version_counts_only_for_mutants_that_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mutate, "BUILD", tmp_path)
    (tmp_path / "a3-fgsm").mkdir()
    known = of("a3-fgsm")[:4]
    for mutant, grader, lost in zip(
        known, ("old", "old", *[grader_version()] * 2), (0, 3, 0, 3), strict=True
    ):
        outcome = mutate.Outcome(mutant.id, grader, "WRONG" if lost else "OK", lost, {})
        (tmp_path / "a3-fgsm" / f"{mutant.id}.json").write_text(json.dumps(asdict(outcome)))
    assert set(mutate.stored(known, lost_before=False)) == {each.id for each in known[2:]}
    assert set(mutate.stored(known, lost_before=True)) == {each.id for each in known[1:]}


def test_a_survivor_without_a_reason_is_a_hole() -> None:
    assert verdicts.survivor(("a3-fgsm", "fgsm", "no such mutation")).verdict == HOLE


def test_every_reason_belongs_to_a_mutant() -> None:
    keys = {mutant.key for assignment in catalog.ASSIGNMENTS for mutant in of(assignment)}
    assert set(verdicts.reasons()) - keys == set(), "correct tools/mutations/equivalent.yml"


def test_every_committed_survivor_has_a_verdict() -> None:
    tallies, survivors = verdicts.read()
    for each in survivors:
        assert each == verdicts.survivor((each.assignment, each.name, each.mutation))
        assert each.verdict == HOLE or (each.verdict == EQUIVALENT and each.reason)
    for tally in tallies:
        own = [each.verdict for each in survivors if each.assignment == tally.assignment]
        assert (own.count(EQUIVALENT), own.count(HOLE)) == (tally.equivalent, tally.holes)
        assert tally.killed + tally.remarked + len(own) == tally.mutants
