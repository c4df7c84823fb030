"""Results with the points of a person: signed, on pages and in tables."""

import json

import pytest

from autograder import catalog
from autograder.cli import main
from autograder.judge.provenance import sign
from autograder.report.results import CheckResult, Result
from autograder.secret import read_secret, secret_id

QUESTIONS = [question.id for question in catalog.assignment("a6-audit").written]
HEAD = "student,question,points,max_points,comment,by"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A graded folder, signed, with points by hand for ada and none for bob's last answer."""
    monkeypatch.chdir(tmp_path)
    secret = read_secret(tmp_path / "secret")
    (tmp_path / "grades" / "results").mkdir(parents=True)
    results = []
    for who in ("ada", "bob"):
        made = Result(
            who, "a6-audit", "digits", "WRONG", 18.0, 20.0, "none", 1.0,
            [CheckResult("radius", "The radius", "WRONG", 18.0, 20.0)],
            provenance={"secret_id": secret_id(secret)}, by_hand=10.0,
        )  # fmt: skip
        made.signature = sign(made, secret)
        results.append(made)
        (tmp_path / "grades" / "results" / f"{who}.json").write_text(made.to_json())
    lines = [f"{who},{question},4,5,fine,eve" for who in ("ada", "bob") for question in QUESTIONS]
    write_marks(tmp_path, lines)
    return tmp_path


def write_marks(folder, lines) -> None:
    (folder / "grades" / "by-hand.csv").write_text("\n".join([HEAD, *lines]) + "\n")


def finish(*options: str) -> int:
    return main(["marking", "grades", "--finish", "final", "--secret", "secret", *options])


def test_the_whole_mark_is_signed_and_shown(folder, capsys):
    before = (folder / "grades" / "results" / "ada.json").read_bytes()
    assert finish() == 0
    assert main(["verify", "final", "--secret", "secret"]) == 0
    assert "2 results, no problems found" in capsys.readouterr().out
    whole = json.loads((folder / "final" / "results" / "ada.json").read_text())
    assert (whole["score"], whole["max_score"], whole["by_hand"]) == (26, 30, 0)
    page = (folder / "final" / "feedback" / "ada.html").read_text()
    assert "26 <small>of 30" in page
    assert "fine" in page
    assert "ada,a6-audit,digits,WRONG,26,30" in (folder / "final" / "grades.csv").read_text()
    assert (folder / "final" / "index.html").is_file()
    assert (folder / "grades" / "results" / "ada.json").read_bytes() == before
    assert main(["export", "final", "--format", "nbgrader"]) == 0  # no points are open in it


def test_finishing_again_takes_what_was_graded_again(folder):
    finish()
    path = folder / "grades" / "results" / "ada.json"
    again = Result.from_json(path.read_text())
    again.score, again.checks[0].points = 20.0, 20.0
    again.signature = sign(again, read_secret(folder / "secret"))
    path.write_text(again.to_json())
    assert finish() == 0
    assert json.loads((folder / "final" / "results" / "ada.json").read_text())["score"] == 28


def test_what_was_changed_by_hand_elsewhere_is_not_signed(folder, capsys):
    path = folder / "grades" / "results" / "ada.json"
    path.write_text(path.read_text().replace('"score": 18.0', '"score": 20.0'))
    assert finish() == 2
    assert "the signature of ada does not hold" in capsys.readouterr().err
    assert not (folder / "final").exists()


def test_open_points_are_a_choice(folder, capsys):
    write_marks(folder, [f"ada,{question},4,5,fine,eve" for question in QUESTIONS])
    assert finish() == 2
    assert "points by hand are open for 1 of 2 students: bob" in capsys.readouterr().err
    assert finish("--open", "leave") == 0
    assert json.loads((folder / "final" / "results" / "bob.json").read_text())["score"] is None
    assert main(["marking", "grades", "--finish", "grades", "--secret", "secret"]) == 2
    assert "name another folder" in capsys.readouterr().err
