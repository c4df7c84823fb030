"""The proof's results and its page: nothing is lost on the way, and both agree."""

import json
from pathlib import Path
from typing import Any

import proof
import proof_page
import pytest
from scoreboard import course
from scoreboard import run as scoreboard


def row(name: str = "a/x", **changes: Any) -> dict[str, Any]:
    """An attack without success."""
    return {
        "kind": "redteam",
        "name": name,
        "title": "Asks for `points` | and <b>more</b>.",
        "family": "reading secrets",
        "assignment": "a3-fgsm",
        "outcome": "WRONG, 0 points",
        "graded": True,
        "score": 0,
        "max_score": 20,
        "gained": 0,
        "harmed": [],
        "as_expected": True,
        **changes,
    }


def test_the_page_is_what_the_results_say() -> None:
    ours, theirs = proof.rows_of(proof.PROOF), proof.rows_of(scoreboard.SCOREBOARD)
    written = proof_page.PAGE.read_text(encoding="utf-8")
    assert written == proof_page.page(ours, theirs), "run python tools/proof_page.py"


def test_text_is_no_markup_and_code_looks_like_code() -> None:
    shown = proof_page.plain("<b> `a | b` in __exit__,\n*then* $x$")
    code = "<code>a &#124; b</code> in <code>&#95;&#95;exit&#95;&#95;</code>,"
    assert shown == f"&#60;b&#62; {code} &#42;then&#42; &#36;x&#36;"


def test_a_gain_and_a_harm_are_shown_and_counted() -> None:
    theirs = [row(gained=3, harmed=["changed another student's grade"], reached=[])]
    text = proof_page.page([row()], theirs)
    assert "**gained 3 points; changed another student's grade**" in text
    assert "1 of 1 did: 1 gained points, 1 harmed something" in text
    assert "none of 1 gained or harmed anything" in text
    assert "<b>more" not in text


def test_results_are_never_replaced_by_fewer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(proof, "PROOF", proof.ROOT / "build" / tmp_path.name / "proof.json")
    proof.write(proof.PROOF, [row("a/x"), row("a/y")], of=2)
    before = proof.PROOF.read_text()
    assert proof.finish([row("a/x")], 2, whole=True) == 1
    assert proof.finish([row("a/x")], 2, whole=False) == 1
    assert proof.PROOF.read_text() == before
    assert "stays as it was" in capsys.readouterr().out
    assert proof.finish([row("a/x"), row("a/y")], 2, whole=True) == 0


def test_a_stated_weakness_fails_no_proof_unless_it_harms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "PROOF", proof.ROOT / "build" / tmp_path.name / "proof.json")
    known = row(as_expected=False, gained=2, known_weakness="its pixels stay in [0, 1]")
    assert proof.finish([known], 1, whole=True) == 0
    assert "0 other than expected" in proof.unlike([known])
    for worse in (row(as_expected=False, gained=2), {**known, "harmed": ["left a process"]}):
        assert proof.finish([worse], 1, whole=True) == 1
        assert "1 other than expected" in proof.unlike([worse])


def test_rows_come_back_as_they_were_written(tmp_path: Path) -> None:
    rows = [row("a/x"), row("a/y", title="ä")]
    proof.write(tmp_path / "r.json", [{**each, "grader": "1"} for each in rows], of=3)
    assert proof.rows_of(tmp_path / "r.json") == rows
    assert json.loads((tmp_path / "r.json").read_text())["graders"] == ["1"]


@pytest.mark.parametrize("assignment", course.ASSIGNMENTS)
def test_plain_notebook_is_worth_as_much_as_ours(assignment: str) -> None:
    marks = [cell.metadata.nbgrader for cell in course.notebook(assignment).cells]
    assert sum(mark.get("points", 0) for mark in marks) == scoreboard.POINTS


def test_harm_is_told_in_words() -> None:
    clean = {"exit": 0, "others_changed": False, "changed": [], "left": 0, "canary": False}
    assert list(scoreboard.harm(clean)) == []
    assert len(list(scoreboard.harm({**clean, "exit": None, "left": 2, "canary": True}))) == 3
    assert list(scoreboard.harm({"died": "killed"})) == ["killed the run of nbgrader"]
    assert scoreboard.reached(["ValueError: ../source", "TypeError: x"]) == ["../source"]


def test_what_a_run_cut_short_graded_is_a_sample_of_all() -> None:
    known = list(scoreboard.items())
    order = scoreboard.in_order(known, 4, 2)
    assert order == scoreboard.in_order(known[::-1], 4, 2)
    kinds = [item.kind for item in order]
    assert kinds.count("mutants") == 4
    assert kinds.count("honest") == 2
    assert kinds.count("redteam") == len([item for item in known if item.kind == "redteam"])
    short = [item for item in order if item.assignment not in scoreboard.SECONDS]
    assert order[: len(short)] == short
    assert {item.kind for item in order[:5]} == {"plain"}


def test_the_page_says_where_it_knows_a_sample_only() -> None:
    ours, theirs = [row("a/x"), row("a/y")], [row("a/x", reached=["../source"])]
    text = proof_page.page(ours, theirs)
    assert "so far, 1 of 1 did: 1 reached something secret" in text
    assert "**reached ../source**" in text
    assert "so far" not in proof_page.page(ours, ours)


def test_a_run_too_slow_for_the_first_cell_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scoreboard, "KEPT", tmp_path / "kept.json")
    item, reports = next(scoreboard.items()), dict[str, dict[str, Any]]()
    late = 'preview:\n    data = load("digits")\nRemoving failed assignment: x'
    scoreboard.keep(item, {"exit": 1, "log": late}, reports)
    assert not reports
    scoreboard.keep(item, {"exit": 0, "log": ""}, reports)
    assert (
        json.loads((tmp_path / "kept.json").read_text())
        == reports
        == {item.key: {"exit": 0, "log": ""}}
    )
