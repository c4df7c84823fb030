"""Blackboard's and Brightspace's own sheets, filled in and otherwise as they came."""

import csv
from dataclasses import replace

import pytest

from autograder.cli import main
from autograder.report.results import Result

TITLE = "FGSM [Total Pts: 20 Score] |4711"
BLACKBOARD = (
    '"Last Name"\t"First Name"\t"Username"\t"Student ID"\t'
    f'"{TITLE}"\t"Quiz [Total Pts: 10] |4712"\r\n'
    '"Lovelace"\t"Ada"\t"ada"\t"101"\t""\t"7"\r\n'
    '"Nuñez"\t"Zoë"\t"zoe"\t"102"\t"3"\t""\r\n'
)
POINTS = "FGSM Points Grade <Numeric MaxPoints:20 Weight:5 Category:Labs>"
BRIGHTSPACE = (
    f"OrgDefinedId,Username,Last Name,First Name,Email,{POINTS},End-of-Line Indicator\r\n"
    "#101,#ada,Lovelace,Ada,ada@uni.org,,#\r\n"
    "#102,#zoe,Nuñez,Zoë,zoe@uni.org,,#\r\n"
)


def result(student: str, score: float, maximum: float = 20.0) -> Result:
    return Result(student, "a3-fgsm", "digits", "WRONG", score, maximum, "none", 0.0, [])


def export(folder, kind, sheet, *options) -> int:
    return main(["export", str(folder), "--format", kind, "--sheet", str(sheet), *options])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8"])
def test_blackboards_file_comes_back_in_its_own_encoding(graded, tmp_path, encoding, capsys):
    folder = graded(result("ada", 18.5), result("zoe", 20.0))
    sheet = tmp_path / "gc.xls"
    sheet.write_bytes(BLACKBOARD.encode(encoding))
    assert export(folder, "blackboard", sheet, "--assignment", "4711") == 0
    filled = (tmp_path / "gc-graded.xls").read_bytes().decode(encoding)
    assert "Lovelace\tAda\tada\t101\t18.5\t7\r\n" in filled
    assert "Nuñez\tZoë\tzoe\t102\t20\t\r\n" in filled
    assert "replaced another grade (1): Zoë Nuñez (3 -> 20)" in capsys.readouterr().err


def test_brightspace_finds_collected_folders_by_their_name(graded, tmp_path):
    folder = graded(result("ada", 18.5), result("777 - Zoë Nuñez", 20.0))
    sheet = tmp_path / "grades.csv"
    sheet.write_text(BRIGHTSPACE)
    assert export(folder, "brightspace", sheet, "--assignment", "FGSM") == 0
    filled = (tmp_path / "grades-graded.csv").read_text()
    assert "#101,#ada,Lovelace,Ada,ada@uni.org,18.5,#" in filled
    assert "#102,#zoe,Nuñez,Zoë,zoe@uni.org,20,#" in filled


def test_another_maximum_and_another_title_are_one_line(graded, tmp_path, capsys):
    folder = graded(result("ada", 18.5, 30.0))
    sheet = tmp_path / "grades.csv"
    sheet.write_text(BRIGHTSPACE)
    assert export(folder, "brightspace", sheet, "--assignment", "FGSM") == 2
    assert "gives 20 points, a3-fgsm 30" in capsys.readouterr().err
    assert export(folder, "brightspace", sheet, "--assignment", "PGD") == 2
    assert "no assignment 'PGD'" in capsys.readouterr().err


def test_blackboard_takes_feedback_where_the_download_has_a_place_for_it(graded, tmp_path):
    unread = replace(result("bob", 0.0), score=None, status="REVIEW")
    folder = graded(result("ada", 18.5), unread)
    head = "Last Name,First Name,Username,FGSM [Total Pts: 20 Score] |7,Feedback to Learner,"
    text = head + "Feedback Format\nL,A,ada,,,\nR,B,bob,,old,SMART_TEXT\n"
    (tmp_path / "gc.csv").write_text(text)
    assert export(folder, "blackboard", tmp_path / "gc.csv", "--assignment", "7") == 0
    _, ada, bob = csv.reader((tmp_path / "gc-graded.csv").read_text().splitlines())
    assert ada[3:] == ["18.5", "<p>18.5 of 20 points</p><ul></ul>", "HTML"]
    assert bob[3:] == ["", "old", "SMART_TEXT"]
