"""Moodle: grades and comments are filled in, by language, roster and earlier comment."""

import pytest
from support.exports import EVIL, cells, check, export, refusal, result, save

MOODLE = (
    "Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,"
    "Grade can be changed,Last modified (submission),Online text,Last modified (grade),"
    "Feedback comments\n"
    'Participant 7,Ada Lovelace,00123,ada@uni.edu,"Submitted for grading - ",,20.00,Yes,'
    '"Monday, 2 November 2026, 9:00 AM","<p>a, ""b""\nc</p>",-,\n'
    'Participant 8,"Zoë ""Z"" O\'Neil",00124,zoe@uni.edu,"Submitted for grading - ",3.00,20.00,Yes,'
    '-,,"Tuesday, 3 November 2026, 9:00 AM",<p>See me.</p>\n'
    "Participant 9,张伟,00125,wei@uni.edu,No submission,5.00,20.00,No,-,,-,\n"
)
GERMAN = (
    MOODLE.replace("Identifier", "ID")
    .replace("Full name", "Vollständiger Name")
    .replace("ID number", "ID-Nummer")
    .replace("Email address", "E-Mail-Adresse")
    .replace("Maximum Grade", "Bestwertung")
    .replace("Grade can be changed", "Bewertung kann geändert werden")
    .replace(",Grade,", ",Bewertung,")
    .replace("Last modified (grade)", "Zuletzt geändert (Bewertung)")
    .replace("Feedback comments", "Feedback als Kommentar")
    .replace("Participant", "Teilnehmer/in")
    .replace("20.00", '"20,00"')
    .replace("3.00", '"3,00"')
)
GERMAN_COLUMNS = [
    "identifier=ID",
    "name=Vollständiger Name",
    "id-number=ID-Nummer",
    "email=E-Mail-Adresse",
    "grade=Bewertung",
    "maximum=Bestwertung",
    "changeable=Bewertung kann geändert werden",
    "modified=Zuletzt geändert (Bewertung)",
    "feedback=Feedback als Kommentar",
]


def test_moodle_fills_grades_and_comments_and_leaves_the_dates(graded, tmp_path, capsys):
    sheet = save(tmp_path / "sheet.csv", MOODLE)
    folder = graded(
        result("ada@uni.edu", checks=[check(status="WRONG", points=0, got=EVIL)]),
        result("00124", 7),
        result("Participant 9", 1),
    )
    assert export(folder, "moodle", "--sheet", sheet) == 0
    old, new = cells(sheet), cells(tmp_path / "sheet-graded.csv")
    assert [row[:5] + row[6:11] for row in new] == [row[:5] + row[6:11] for row in old]
    assert [row[5] for row in new[1:]] == ["18.5", "7", "5.00"]
    assert "18.5 of 20 points" in new[1][11]
    assert "&lt;b&gt;&amp;amp;" in new[1][11]
    assert "<b>" not in new[1][11]
    assert new[1][11].isprintable()
    assert new[2][11].startswith('<div class="autograder">')
    assert new[2][11].endswith("</div><p>See me.</p>")
    assert new[3][11] == ""
    assert "kept as it was (1): 张伟 (locked)" in capsys.readouterr().err


def test_a_second_grading_replaces_our_comment_and_not_the_teachers(graded, tmp_path):
    sheet = save(tmp_path / "sheet.csv", MOODLE)
    assert export(graded(result("00124", 7)), "moodle", "--sheet", sheet, "--out", sheet) == 0
    assert export(graded(result("00124", 9)), "moodle", "--sheet", sheet, "--out", sheet) == 0
    comment = cells(sheet)[2][11]
    assert comment.count("autograder") == 1
    assert "9 of 20 points" in comment
    assert comment.endswith("<p>See me.</p>")


@pytest.mark.parametrize("status", ["FORMAT", "REVIEW", "INFRA"])
def test_moodle_leaves_the_rows_without_a_score(graded, tmp_path, capsys, status):
    sheet = save(tmp_path / "sheet.csv", MOODLE)
    assert export(graded(result("00124", None, status)), "moodle", "--sheet", sheet) == 0
    assert cells(tmp_path / "sheet-graded.csv") == cells(sheet)
    assert f"00124 ({status})" in capsys.readouterr().err


@pytest.mark.parametrize(
    "name",
    [
        "ada@uni.edu",
        "00123",
        "Ada Lovelace",
        "Teilnehmer/in 7".replace("/", "_") + "_7_assignsubmission_file",
        "Ada Lovelace_7_assignsubmission_file_",
    ],
)
def test_moodle_in_another_language(graded, tmp_path, name):
    sheet = save(tmp_path / "sheet.csv", GERMAN)
    options = ["--sheet", sheet, "--columns", *GERMAN_COLUMNS]
    assert export(graded(result(name)), "moodle", *options) == 0
    row = cells(tmp_path / "sheet-graded.csv")[1]
    assert row[5] == "18,5"
    assert row[11].startswith("<div")


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        (GERMAN, [], "no column 'Identifier'"),
        (GERMAN, ["--columns", "identifier=ID"], "--columns grade=HEADING"),
        (GERMAN, ["--columns", "note=Bewertung"], "is not KIND=HEADING"),
        (MOODLE, ["--assignment", "42"], "--assignment means nothing"),
        (MOODLE.replace("20.00", "100.00"), [], "gives 100 points, a3-fgsm 20"),
    ],
)
def test_moodle_refuses_in_one_line_and_writes_nothing(graded, capsys, text, options, says):
    folder = graded(result("ada@uni.edu"))
    sheet = save(folder / "sheet.csv", text)
    assert export(folder, "moodle", "--sheet", sheet, *options) == 2
    assert says in refusal(capsys)
    assert not (folder / "sheet-graded.csv").exists()


def test_an_essay_in_one_cell_is_no_obstacle(graded, tmp_path):
    sheet = save(tmp_path / "sheet.csv", MOODLE.replace("c</p>", "c" * 200_000))
    assert export(graded(result("00123")), "moodle", "--sheet", sheet) == 0
    assert cells(tmp_path / "sheet-graded.csv")[1][5] == "18.5"


def test_the_roster_says_who_a_login_is(graded, tmp_path):
    sheet = save(tmp_path / "sheet.csv", MOODLE.replace("张伟", "Ada Lovelace"))
    roster = save(
        tmp_path / "students.csv",
        "id,first_name,last_name,email\nal1,Ada,Lovelace,ada@uni.edu\nzo2,Zoë,Nobody,\n",
    )
    options = ["--sheet", sheet, "--roster", roster]
    assert export(graded(result("al1")), "moodle", *options) == 0  # the address, not the name
    assert [row[5] for row in cells(tmp_path / "sheet-graded.csv")[1:]] == ["18.5", "3.00", "5.00"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name,email\nAda,ada@uni.edu\n", "no column 'id'"),
        ("id;email\nada;a@uni.edu\nADA;b@uni.edu\n", "two lines for ada"),
    ],
)
def test_a_roster_that_tells_nobody_apart_is_refused(graded, tmp_path, capsys, text, says):
    roster = save(tmp_path / "students.csv", text)
    assert export(graded(result("ada")), "nbgrader", "--roster", roster) == 2
    assert says in refusal(capsys)
