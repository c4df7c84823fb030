"""What every export refuses, nbgrader's table, and the page for instructors."""

from pathlib import Path

import pytest
from support.exports import cells, export, refusal, result, save

from autograder.exports.command import OPTIONS

# --- nbgrader -------------------------------------------------------------------------------------


def test_nbgrader_columns_quoting_and_guards(graded, tmp_path):
    roster = save(
        tmp_path / "students.csv",
        'id,first_name,last_name,email\nada,"Ada, ""A.""",=1+1,@ada\n伟,伟,张,wei@uni.edu\n',
    )
    folder = graded(result("ada"), result("伟", None, "REVIEW"), result("-2+3", 0))
    assert export(folder, "nbgrader", "--roster", roster) == 0
    header, *rows = cells(folder / "nbgrader.csv")
    assert ",".join(header) == (
        "assignment,duedate,timestamp,student_id,last_name,first_name,email,"
        "raw_score,late_submission_penalty,score,max_score"
    )
    assert rows == [
        ["a3-fgsm", "", "", "'-2+3", "", "", "", "0", "0", "0", "20"],
        ["a3-fgsm", "", "", "ada", "'=1+1", 'Ada, "A."', "'@ada", "18.5", "0", "18.5", "20"],
        ["a3-fgsm", "", "", "伟", "张", "伟", "wei@uni.edu", "", "0", "", "20"],
    ]
    assert (folder / "nbgrader.csv").read_bytes().count(b"\r\n") == 4


# --- the page for instructors ---------------------------------------------------------------------


def test_the_page_shows_what_is_printed(graded, tmp_path, capsys, monkeypatch):
    save(
        tmp_path / "gradebook.csv",
        "Student,ID,SIS Login ID,Section,FGSM (42)\n    Points Possible,,,,20\n"
        '"Okafor, Amara",1,amara,S,\n"Demir, Emre",2,emre,S,EX\n'
        '"Rossi, Giulia",3,giulia,S,2\n"Nair, Priya",4,priya,S,\n',
    )
    folder = graded(
        *map(result, ("amara", "emre", "zoe")),
        result("giulia", 14.5),
        result("priya", None, "REVIEW"),
    )
    monkeypatch.chdir(tmp_path)
    assert export(folder, "canvas", "--sheet", "gradebook.csv", "--assignment", "FGSM (42)") == 1
    said = capsys.readouterr()
    page = (Path(__file__).parents[3] / "site" / "exports.md").read_text(encoding="utf-8")
    assert said.out + said.err in page
    assert all(f"| `{kind}` |" in page for kind in OPTIONS)


# --- what every format refuses --------------------------------------------------------------------


def test_results_are_needed(tmp_path, capsys):
    assert export(tmp_path, "junit") == 2
    assert "holds no results" in refusal(capsys)


@pytest.mark.parametrize("kind", ["moodel", "xlsx"])
def test_an_unknown_format_is_answered_with_the_known_ones(graded, capsys, kind):
    assert export(graded(result("ada")), kind) == 2
    assert "canvas, moodle, gradescope, junit, nbgrader" in refusal(capsys)


def test_a_sheet_is_asked_for(graded, capsys):
    assert export(graded(result("ada")), "moodle") == 2
    assert "--sheet" in refusal(capsys)


@pytest.mark.parametrize(
    "damaged",
    [
        "{",
        "[]",
        '{"student": "ada"}',
        result("ada").to_json().replace("18.5", "NaN"),
        result("ada").to_json().replace("18.5", '"18.5"'),
        result("ada").to_json().replace('"ada"', '"../ada"'),
        result("ada").to_json().replace('"ada"', '".."'),
        result("ada", status="FINE").to_json(),
    ],
)
def test_a_damaged_result_is_named(graded, capsys, damaged):
    folder = graded(result("bob"))
    save(folder / "results" / "ada.json", damaged)
    assert export(folder, "gradescope") == 2
    assert "ada.json" in refusal(capsys)
    assert not (folder / "gradescope").exists()


def test_results_of_two_assignments_are_not_mixed(graded, capsys):
    other = result("bob")
    other.assignment = "a1-cnn"
    assert export(graded(result("ada"), other), "junit") == 2
    assert "mixes results of a1-cnn, a3-fgsm" in refusal(capsys)
