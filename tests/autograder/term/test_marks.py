"""A term of several assignments: dates, extensions, attempts, penalties, weights, and the table."""

import csv
from pathlib import Path

import pytest

from autograder import catalog
from autograder.cli import main
from autograder.report.results import Result

FULL = {name: sum(catalog.points(name).values()) for name in ("a3-fgsm", "a4-pgd")}
ROSTER = """id,name,section,extensions
ada,Ada Lovelace,1,
bob,Bob Roe,1,a3-fgsm=+2d
carol,Carol Poe,2,a3-fgsm=2026-11-21T12:00+01:00
dan,Dan Moe,2,
"""
TERM = """timezone = "Europe/Berlin"
roster = "class.csv"

[late]
grace = "15m"
per_day = 10
most = 30
closes = "7d"

[assignments.a3-fgsm]
deadline = 2026-11-20T23:59:00
grades = ["grades/a3-1", "grades/a3-2"]
submissions = ["submitted-1", "submitted-2"]
counts = "best"

[assignments.a4-pgd]
deadline = 2026-12-04T23:59:00+01:00
weight = 3

[extensions.ada]
a4-pgd = "+1d"
"""


def graded(folder: Path, submitted: Path, assignment: str, **students: tuple[float | None, str]):
    for student, (score, when) in students.items():
        status = "WRONG" if score is not None else "FORMAT"
        result = Result(
            student, assignment, "digits", status, score, FULL[assignment], "none", 0.0, []
        )
        (folder / "results").mkdir(parents=True, exist_ok=True)
        (folder / "results" / f"{student}.json").write_text(result.to_json())
        home = submitted / student / assignment
        home.mkdir(parents=True, exist_ok=True)
        if when:
            (home / "timestamp.txt").write_text(when)


@pytest.fixture
def term(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("class.csv").write_text(ROSTER)
    Path("term.toml").write_text(TERM)
    graded(
        Path("grades/a3-1"), Path("submitted-1"), "a3-fgsm",
        ada=(16.0, "2026-11-20 22:59:00.000000 UTC"),  # 23:59 in Berlin: in time
        bob=(18.0, "2026-11-22 22:59:00 UTC"),  # the last second of an extension
        carol=(FULL["a3-fgsm"], "2026-11-21 12:10:00+01:00"),  # ten minutes late: in the grace
    )  # fmt: skip
    graded(
        Path("grades/a3-2"), Path("submitted-2"), "a3-fgsm",
        ada=(18.0, "2026-11-22 10:00:00 UTC"),  # two started days: a fifth of the points less
        bob=(19.0, "2026-11-29 23:00:00 UTC"),  # closed
        eve=(10.0, ""),
    )  # fmt: skip
    graded(
        Path("grades/a4-pgd"), Path("submitted"), "a4-pgd",
        ada=(12.5, "2026-12-05 20:00:00 UTC"),  # in time by her extension
        bob=(FULL["a4-pgd"], "2026-12-10 23:30:00 UTC"),  # seven started days, capped at 30 %
        carol=(None, "2026-12-01 10:00:00 UTC"),
    )  # fmt: skip
    return tmp_path


def table() -> dict[str, dict[str, str]]:
    with open("marks.csv", encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_a_term_from_points_to_marks(term, capsys):
    assert main(["marks", "term.toml"]) == 1
    rows = table()
    a3 = {who: list(row.values())[4:8] for who, row in rows.items()}
    assert a3 == {
        "ada": ["16", "0", "0", "16"],
        "bob": ["18", "0", "0", "18"],
        "carol": [f"{FULL['a3-fgsm']:g}", "0", "0", f"{FULL['a3-fgsm']:g}"],
        "dan": [""] * 4,
        "eve": ["10", "", "0", "10"],
    }
    a4 = {who: list(row.values())[8:12] for who, row in rows.items()}
    full = FULL["a4-pgd"]
    assert a4["ada"] == ["12.5", "0", "0", "12.5"]
    assert a4["bob"] == [f"{full:g}", "7", f"{full * 0.3:g}", f"{full * 0.7:g}"]
    total = (18 / FULL["a3-fgsm"] + 3 * 0.7) / 4
    assert float(rows["bob"]["total percent"]) == pytest.approx(100 * total, abs=0.006)
    assert rows["ada"]["name"] == "Ada Lovelace"
    error = capsys.readouterr().err
    assert "a3-fgsm: nothing handed in, counts as 0 (1): dan" in error
    assert "a4-pgd: no score yet, counts as 0 (1): carol" in error
    assert "a3-fgsm: no timestamp.txt, taken as in time (1): eve" in error
    assert "not in the roster (1): eve" in error


def test_the_lowest_are_dropped_and_the_latest_counts(term):
    Path("term.toml").write_text("drop = 1\n" + TERM.replace('"best"', '"latest"'))
    main(["marks", "term.toml"])
    rows = table()
    less = FULL["a3-fgsm"] / 5
    assert list(rows["ada"].values())[4:8] == ["18", "2", f"{less:g}", f"{18 - less:g}"]
    assert list(rows["bob"].values())[4:8] == ["19", "8", "19", "0"]
    assert float(rows["bob"]["total percent"]) == pytest.approx(70)


def test_an_export_takes_off_what_is_late(term):
    Path("sheet.csv").write_text(
        "Student,ID,SIS Login ID,Section,PGD (4)\n"
        f'Points Possible,,,,{FULL["a4-pgd"]:g}\n"Roe, Bob",2,bob,1,\n'
    )
    options = ["--sheet", "sheet.csv", "--assignment", "4", "--term", "term.toml"]
    main(["export", "grades/a4-pgd", "--format", "canvas", *options])
    line = Path("sheet-graded.csv").read_text().splitlines()[-1]
    assert line.endswith(f",{FULL['a4-pgd'] * 0.7:g}")


def test_nbgraders_columns_hold_dates_and_penalties(term):
    main(["export", "grades/a4-pgd", "--format", "nbgrader", "--term", "term.toml"])
    with open("grades/a4-pgd/nbgrader.csv", newline="") as file:
        bob = next(row for row in csv.DictReader(file) if row["student_id"] == "bob")
    full = FULL["a4-pgd"]
    assert (bob["duedate"], bob["timestamp"]) == ("2026-12-04 22:59:00", "2026-12-10 23:30:00")
    numbers = (bob["raw_score"], bob["late_submission_penalty"], bob["score"])
    assert numbers == (f"{full:g}", f"{full * 0.3:g}", f"{full * 0.7:g}")


MISTAKES = {
    "no zone": ('timezone = "Europe/Berlin"\n', "", "names no time zone"),
    "no such zone": ("Europe/Berlin", "Berlin", "no time zone called 'Berlin'"),
    "setting": ("per_day", "perday", "no setting 'perday'"),
    "assignment": ("a4-pgd]", "a4-pdg]", "did you mean a4-pgd"),
    "length": ('"15m"', '"15"', "'15' is no length of time like 3d"),
    "number": ("per_day = 10", "per_day = -1", "-1 is no number"),
    "text": ("per_day = 10", "per_day = 10,5", "is no TOML"),
    "counts": ('"best"', '"first"', "counts is one of latest, best"),
    "extension": ('"+1d"', '"later"', "'later' is no time like"),
    "roster": ('"class.csv"', '"gone.csv"', "gone.csv is no file"),
}


@pytest.mark.parametrize("case", MISTAKES, ids=list(MISTAKES))
def test_a_mistake_in_the_file_is_one_line(term, case, capsys):
    before, after, words = MISTAKES[case]
    assert before in TERM
    Path("term.toml").write_text(TERM.replace(before, after))
    assert main(["marks", "term.toml"]) == 2
    assert words in (error := capsys.readouterr().err)
    assert len(error.splitlines()) == 1
    assert not Path("marks.csv").exists()
