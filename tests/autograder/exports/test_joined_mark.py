"""Judge's points and points by hand are one mark with one maximum, in every export."""

import csv
import json
from pathlib import Path

import pytest

from autograder import catalog
from autograder.cli import main
from autograder.report.results import CheckResult, Result

NAME = "a6-audit"
QUESTIONS = [question.id for question in catalog.assignment(NAME).written]
SHEET = "Student,ID,SIS Login ID,Section,Audit (46)\nPoints Possible,,,,30\n" + "".join(
    f"{who},{n},{who},1,\n" for n, who in enumerate(("ada", "bob"), 1)
)


def result(student: str, points: float = 18.5, status: str = "WRONG") -> Result:
    scored = None if status == "REVIEW" else points
    checks = [CheckResult("radius", "The radius", status, points, 20.0)]
    return Result(student, NAME, "digits", status, scored, 20.0, "none", 0.0, checks, by_hand=10.0)


def by_hand(folder: Path, *lines: str) -> None:
    text = "student,question,points,max_points,comment,by\n" + "\n".join(lines) + "\n"
    (folder / "by-hand.csv").write_text(text)


def export(folder: Path, kind: str, *options: str) -> int:
    return main(["export", str(folder), "--format", kind, *options])


def canvas(folder: Path, tmp_path: Path, *options: str) -> tuple[int, list[str]]:
    (tmp_path / "sheet.csv").write_text(SHEET)
    sheet = ("--sheet", str(tmp_path / "sheet.csv"), "--assignment", "46")
    status = export(folder, "canvas", *sheet, *options)
    filled = tmp_path / "sheet-graded.csv"
    rows = list(csv.reader(filled.read_text().splitlines())) if filled.exists() else []
    return status, [row[-1] for row in rows[2:]]


@pytest.mark.parametrize("kind", ["gradescope", "junit", "nbgrader", "canvas"])
def test_no_sheet_while_points_by_hand_are_open(graded, tmp_path, kind, capsys):
    folder = graded(result("ada"), result("bob"))
    by_hand(
        folder, f"ada,{QUESTIONS[0]},5,,,", f"ada,{QUESTIONS[1]},4.5,,,", f"bob,{QUESTIONS[0]},,,,"
    )
    status = canvas(folder, tmp_path)[0] if kind == "canvas" else export(folder, kind)
    assert status == 2
    error = capsys.readouterr().err
    assert "points by hand are open for 1 of 2 students: bob" in error
    assert len(error.splitlines()) == 1


def test_every_export_has_one_mark_with_one_maximum(graded, tmp_path, capsys):
    folder = graded(result("ada"), result("bob", 20.0, "OK"))
    lines = [
        f"{who},{question},4.5,5,well said,eve" for who in ("ada", "bob") for question in QUESTIONS
    ]
    by_hand(folder, *lines)
    assert canvas(folder, tmp_path) == (0, ["27.5", "29"])
    assert export(folder, "nbgrader") == 0
    rows = list(csv.DictReader((folder / "nbgrader.csv").read_text().splitlines()))
    assert [(row["score"], row["max_score"]) for row in rows] == [("27.5", "30"), ("29", "30")]
    assert export(folder, "gradescope") == 0
    content = json.loads((folder / "gradescope" / "ada" / "results.json").read_text())
    assert content["score"] == 27.5
    assert sum(test["max_score"] for test in content["tests"]) == 30
    assert export(folder, "junit") == 0
    assert 'name="max_score" value="30"' in (folder / "junit.xml").read_text()
    assert "more points are for what you wrote" not in json.dumps(content)


def test_what_is_open_may_be_left_or_counted_as_nothing(graded, tmp_path):
    folder = graded(result("ada"), result("bob"))
    by_hand(folder, *(f"ada,{question},5,5,," for question in QUESTIONS))
    assert canvas(folder, tmp_path, "--open", "leave") == (0, ["28.5", ""])
    assert canvas(folder, tmp_path, "--open", "zero") == (0, ["28.5", "18.5"])


def test_an_override_has_a_reason_and_settles_a_review(graded, tmp_path, capsys):
    folder = graded(result("ada"), result("bob", 0.0, "REVIEW"))
    hand = [f"{who},{question},5,5,," for who in ("ada", "bob") for question in QUESTIONS]
    by_hand(folder, *hand, "ada,radius,20,,the statement was ambiguous,eve", "bob,score,12,,,")
    assert canvas(folder, tmp_path)[0] == 2
    assert "needs a reason" in capsys.readouterr().err
    by_hand(
        folder, *hand, "ada,radius,20,,the statement was ambiguous,eve", "bob,score,12,,seen,eve"
    )
    assert canvas(folder, tmp_path) == (0, ["30", "22"])


MISTAKES = {
    "too much": (f"ada,{QUESTIONS[0]},6,5,,", "gives at most 5"),
    "no number": (f"ada,{QUESTIONS[0]},five,5,,", "'five' is no number of points"),
    "not a number": (f"ada,{QUESTIONS[0]},nan,5,,", "'nan' is no number of points"),
    "unknown student": (f"adda,{QUESTIONS[0]},5,5,,", "names adda, who was not graded"),
    "unknown question": ("ada,essay,5,5,,", "no question 'essay'"),
    "two lines": (f"ada,{QUESTIONS[0]},5,5,,\nADA,{QUESTIONS[0]},5,5,,", "a second line for ADA"),
}


@pytest.mark.parametrize("case", MISTAKES, ids=list(MISTAKES))
def test_a_mistake_in_the_marking_file_is_one_line(graded, tmp_path, case, capsys):
    line, words = MISTAKES[case]
    folder = graded(result("ada"))
    by_hand(folder, f"ada,{QUESTIONS[1]},4,5,,", line)
    assert canvas(folder, tmp_path, "--open", "zero")[0] == 2
    assert words in (error := capsys.readouterr().err)
    assert len(error.splitlines()) == 1


def test_the_marking_file_grows_and_keeps_what_was_given(graded, tmp_path, capsys):
    cells = [
        {"cell_type": "markdown", "source": text, "metadata": {"nbgrader": {"grade_id": question}}}
        for question, text in zip(QUESTIONS, ("=It clamps.", "YOUR ANSWER HERE"), strict=True)
    ]
    home = tmp_path / "submitted" / "ada" / NAME
    home.mkdir(parents=True)
    (home / f"{NAME}.ipynb").write_text(json.dumps({"nbformat": 4, "cells": cells}))
    folder = graded(result("ada"))
    assert main(["marking", str(folder), str(tmp_path / "submitted")]) == 1
    path = folder / "by-hand.csv"
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    assert [(row["points"], row["answer"]) for row in rows] == [
        ("", "'=It clamps."),
        ("0", "YOUR ANSWER HERE"),
    ]
    path.write_text(
        path.read_text("utf-8-sig").replace(f"ada,{QUESTIONS[0]},,", f'ada,{QUESTIONS[0]},"3,5",')
    )
    graded(result("bob"))
    assert main(["marking", str(folder), str(tmp_path / "submitted")]) == 1
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    assert [(row["student"], row["points"]) for row in rows] == [
        ("ada", "3,5"), ("ada", "0"), ("bob", ""), ("bob", ""),
    ]  # fmt: skip
    assert "4 lines, 2 new, 2 without points" in capsys.readouterr().out
