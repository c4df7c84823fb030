"""Exports: teachers' sheets filled in, and the files of other systems, from realistic sheets."""

import csv
import io
import json
import tempfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings, strategies

from autograder.cli import main
from autograder.exports.command import OPTIONS
from autograder.exports.sheet import Sheet
from autograder.report.results import CheckResult, Result

EVIL = '=HYPERLINK("http://x","<b>&amp;") \x00\x1b[31m\ud800\uffff ]]> é 张'


def check(name: str = "in_range", status: str = "OK", points: float = 2, **more) -> CheckResult:
    return CheckResult(name, name.replace("_", " "), status, points, 2.0, **more)


def result(student: str, score: float | None = 18.5, status: str = "WRONG", **more) -> Result:
    more.setdefault("checks", [check(), check("budget", "WRONG", 0, expected="<= 0.1", got="0.2")])
    return Result(student, "a3-fgsm", "digits", status, score, 20.0, "strong", 1.5, **more)


@pytest.fixture
def graded(tmp_path):
    """Write results as `autograder grade` does; returns the folder."""

    def write(*results: Result) -> Path:
        folder = tmp_path / "grades"
        (folder / "results").mkdir(parents=True, exist_ok=True)
        for each in results:
            path = folder / "results" / f"{each.student}.json"
            path.write_text(each.to_json(), encoding="utf-8", errors="backslashreplace")
        return folder

    return write


def save(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


def export(folder: Path, kind: str, *options: object) -> int:
    return main(["export", str(folder), "--format", kind, *map(str, options)])


def cells(path: Path, delimiter: str = ",") -> list[list[str]]:
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


def refusal(capsys) -> str:
    """The one line on stderr."""
    error = capsys.readouterr().err
    assert error.startswith("autograder: ")
    assert error.count("\n") == 1
    return error


# --- any sheet ------------------------------------------------------------------------------------

WRITABLE = strategies.text(strategies.characters(codec="utf-8", exclude_characters="\0"))


@given(
    rows=strategies.lists(strategies.lists(WRITABLE, min_size=3, max_size=3), max_size=4),
    delimiter=strategies.sampled_from(",;\t"),
    line_end=strategies.sampled_from(["\n", "\r\n"]),
    mark=strategies.sampled_from(["", "\ufeff"]),
)
@settings(deadline=None)
def test_a_sheet_comes_back_cell_for_cell(rows, delimiter, line_end, mark):
    table = io.StringIO()
    csv.writer(table, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    head = f"Student{delimiter}ID{delimiter}Section{line_end}"
    with tempfile.TemporaryDirectory() as folder:
        path = save(Path(folder) / "sheet.csv", mark + head + table.getvalue())
        sheet = Sheet.read(path, "ID")
        again = Sheet.read(save(path, sheet.text()), "ID")
    assert sheet.rows == rows
    assert again == sheet
    assert sheet.text().startswith(mark + head)


# --- Canvas ---------------------------------------------------------------------------------------

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Integration ID,Section,Notes,Build a CNN (41),"
    '"Attack, FGSM (42)",Assignments Current Score,Final Score\r\n'
    ",,,,,,,,Manual Posting,,\r\n"
    "    Points Possible,,,,,,,10.00,20.00,(read only),(read only)\r\n"
    '"Lovelace, Ada",101,u-001,ada,,A-1,"says ""hi""",9.00,,90.0,45.0\r\n'
    '"O\'Neil, Zoë",102,u-002,zoe@uni.edu,,A-1,,8.00,3.00,80.0,40.0\r\n'
    '"张, 伟",103,u-003,wei,,"A-1 and B-2",,7.00,EX,70.0,35.0\r\n'
    '"Turing, Alan",104,u-004,alan,,A-1,,,N/A,,\r\n'
    '"Hopper, Grace",105,u-005,grace,,A-1,,6.00,4.00,60.0,30.0\r\n'
    '"Student, Test",106,,abcdef,,A-1,,,,,\r\n'
)


def test_canvas_fills_one_column_and_leaves_every_other_cell(graded, tmp_path, capsys):
    sheet = save(tmp_path / "book.csv", CANVAS)
    before = sheet.read_bytes()
    folder = graded(
        result("ada"),
        result("ZOE@uni.edu", 7),
        result("wei", 20, "OK"),
        result("alan", 5),
        result("grace", None, "REVIEW"),
        result("nobody", 1),
    )
    assert export(folder, "canvas", "--sheet", sheet, "--assignment", "Attack, FGSM (42)") == 1
    out = tmp_path / "book-graded.csv"
    assert sheet.read_bytes() == before
    old, new = cells(sheet), cells(out)
    changed = {
        (row[0], column): text
        for row, was in zip(new, old, strict=True)
        for column, (text, before) in enumerate(zip(row, was, strict=True))
        if text != before
    }
    assert changed == {("Lovelace, Ada", 8): "18.5", ("O'Neil, Zoë", 8): "7"}
    assert out.read_bytes().startswith(b"Student,ID,")
    assert out.read_bytes().endswith(b",,\r\n")
    said = capsys.readouterr()
    assert "2 of 6 grades filled in" in said.out
    assert said.err.splitlines() == [
        "replaced another grade (1): O'Neil, Zoë (3.00 -> 7)",
        "kept as it was (2): Turing, Alan (not assigned), 张, 伟 (excused)",
        "no score to give, cell left as it was (1): grace (REVIEW)",
        "graded, but not in the sheet (1): nobody",
        "in the sheet, but not graded (1): Student, Test",
    ]


@pytest.mark.parametrize(
    "name", ["ada", "u-001", "101", "Ada Lovelace", "Lovelace, Ada", "ADA  lovelace"]
)
@pytest.mark.parametrize("assignment", ["42", "Attack, FGSM (42)", "Attack, FGSM"])
def test_canvas_finds_students_and_assignments_by_any_of_their_names(
    graded, tmp_path, name, assignment
):
    sheet = save(tmp_path / "book.csv", CANVAS)
    assert export(graded(result(name)), "canvas", "--sheet", sheet, "--assignment", assignment) == 0
    assert cells(tmp_path / "book-graded.csv")[3][8] == "18.5"


def test_canvas_keeps_semicolons_decimal_commas_and_the_mark(graded, tmp_path):
    sheet = save(
        tmp_path / "book.csv",
        "\ufeffLastName;FirstName;ID;SIS Login ID;Section;FGSM, a;b (42);Final Score\n".replace(
            "FGSM, a;b (42)", '"FGSM, a;b (42)"'
        )
        + "    Points Possible;;;;;20,00;(read only)\n"
        "Lovelace;Ada;101;ada@uni.edu;S;;45,0\n"
        "Müller;Jörg;102;jm@uni.edu;S;1,25;45,0\n",
    )
    folder = graded(result("Ada Lovelace"), result("Müller, Jörg".replace("ö", "ö"), 7.25))
    assert export(folder, "canvas", "--sheet", sheet, "--assignment", "42") == 0
    out = (tmp_path / "book-graded.csv").read_bytes().decode()
    assert out == sheet.read_bytes().decode().replace("S;;45", "S;18,5;45").replace("1,25", "7,25")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--assignment", "Build"], "no assignment 'Build'"),
        (["--assignment", "Final Score"], "no assignment 'Final Score'"),
        ([], "name the column with --assignment"),
        (["--assignment", "41"], "gives 10 points, a3-fgsm 20"),
        (["--assignment", "42", "--match", "Email"], "not matched by 'Email'"),
        (["--assignment", "42", "--points", "half"], "--points is scale or keep"),
        (["--assignment", "42", "--columns", "grade=Note"], "--columns means nothing"),
    ],
)
def test_canvas_refuses_in_one_line_and_writes_nothing(graded, tmp_path, capsys, options, says):
    sheet = save(tmp_path / "book.csv", CANVAS)
    assert export(graded(result("ada")), "canvas", "--sheet", sheet, *options) == 2
    assert says in refusal(capsys)
    assert not (tmp_path / "book-graded.csv").exists()


@pytest.mark.parametrize(("policy", "written"), [("scale", "9.25"), ("keep", "18.5")])
def test_points_are_converted_only_on_request(graded, tmp_path, policy, written):
    sheet = save(tmp_path / "book.csv", CANVAS)
    options = ["--sheet", sheet, "--assignment", "41", "--points", policy]
    assert export(graded(result("ada")), "canvas", *options) == 0
    assert cells(tmp_path / "book-graded.csv")[3][7] == written


def test_a_total_of_canvas_is_never_written(graded, tmp_path, capsys):
    sheet = save(tmp_path / "book.csv", CANVAS.replace("Final Score", "Final Score (99)"))
    assert export(graded(result("ada")), "canvas", "--sheet", sheet, "--assignment", "99") == 2
    assert "Canvas computes itself" in refusal(capsys)


@pytest.mark.parametrize(
    ("students", "says"),
    [
        (["102"], "fits several rows"),  # an ID of one, a login of another
        (["Wei Zhang"], "fits several rows"),
        (["ada", "101"], "are one row of the sheet"),
        (["nobody"], "none of 1 students is in the sheet"),
    ],
)
def test_students_who_cannot_be_told_apart_stop_the_export(
    graded, tmp_path, capsys, students, says
):
    sheet = save(
        tmp_path / "book.csv",
        "Student,ID,SIS Login ID,Section,FGSM (42)\n    Points Possible,,,,20\n"
        '"Lovelace, Ada",101,ada,S,\n"Zhang, Wei",102,wei1,S,\n"Zhang, Wei",103,102,S,\n',
    )
    folder = graded(*map(result, students))
    assert export(folder, "canvas", "--sheet", sheet, "--assignment", "42") == 2
    assert says in refusal(capsys)
    assert not (tmp_path / "book-graded.csv").exists()


def test_one_column_settles_who_is_meant(graded, tmp_path):
    sheet = save(
        tmp_path / "book.csv",
        'Student,ID,SIS Login ID,Section,FGSM (42)\n"A, B",102,wei1,S,\n"C, D",103,102,S,\n',
    )
    options = ["--sheet", sheet, "--assignment", "42", "--match", "SIS Login ID"]
    assert export(graded(result("102")), "canvas", *options) == 0
    assert [row[4] for row in cells(tmp_path / "book-graded.csv")[1:]] == ["", "18.5"]


def test_out_may_be_the_sheet_itself_when_that_is_said(graded, tmp_path):
    sheet = save(tmp_path / "book.csv", CANVAS)
    options = ["--sheet", sheet, "--assignment", "42", "--out", sheet]
    assert export(graded(result("ada")), "canvas", *options) == 0
    assert cells(sheet)[3][8] == "18.5"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no column 'ID'"),
        (b"\xff\xfeS\x00t\x00", "not UTF-8"),
        (b"PK\x03\x04\x9c\xff", "not UTF-8"),
        (b'Student,ID,Section,FGSM (42)\n"Ada,1,S,\n', "cannot be read as CSV"),
        (b"Student,ID,Section,FGSM (42)\nLovelace, Ada,101,S,\n", "row 2 has 5 cells under 4"),
        (b"Student,ID,ID,Section,FGSM (42)\n", "2 columns 'ID'"),
        (b"Name,ID,FGSM (42)\n", "no Canvas gradebook"),
        (None, "is no file"),
    ],
)
def test_a_sheet_that_cannot_be_read_is_named(graded, tmp_path, capsys, content, says):
    sheet = tmp_path / "book.csv"
    if content is not None:
        sheet.write_bytes(content)
    folder = graded(result("ada"))
    assert export(folder, "canvas", "--sheet", sheet, "--assignment", "42") == 2
    error = refusal(capsys)
    assert says in error
    assert "book.csv" in error


# --- Moodle ---------------------------------------------------------------------------------------

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


# --- Gradescope -----------------------------------------------------------------------------------

TOP = {
    "score",
    "execution_time",
    "output",
    "output_format",
    "visibility",
    "stdout_visibility",
    "extra_data",
    "tests",
}
TEST = {
    "score",
    "max_score",
    "status",
    "name",
    "name_format",
    "number",
    "output",
    "output_format",
    "tags",
    "visibility",
    "extra_data",
}


def test_gradescope_keeps_to_the_schema(graded, tmp_path):
    checks = [check(), check("budget", "SKIP", 0, cause="waits for it"), check("x", "CRASH", 0.5)]
    checks[2].got = EVIL
    folder = graded(result("ada", 2.5, checks=checks))
    assert export(folder, "gradescope", "--visibility", "after_published") == 0
    made = json.loads((folder / "gradescope" / "ada" / "results.json").read_text("utf-8"))
    assert set(made) == TOP
    assert (made["score"], made["execution_time"]) == (2.5, 2)
    assert all(set(test) == TEST for test in made["tests"])
    assert [test["status"] for test in made["tests"]] == ["passed", "failed", "failed"]
    assert [test["score"] for test in made["tests"]] == [2, 0, 0.5]
    assert [test["number"] for test in made["tests"]] == ["1", "2", "3"]
    assert all(test["visibility"] == "after_published" for test in made["tests"])
    assert all(isinstance(tag, str) for test in made["tests"] for tag in test["tags"])
    assert "<b>" not in made["tests"][2]["output"]
    assert made["tests"][2]["output_format"] == "html"


@pytest.mark.parametrize("status", ["FORMAT", "REVIEW", "INFRA"])
def test_gradescope_claims_no_score_that_the_judge_does_not_stand_by(graded, capsys, status):
    folder = graded(result("ada", None, status, notes=["<i>see</i>"]))
    assert export(folder, "gradescope") == 0
    made = json.loads((folder / "gradescope" / "ada" / "results.json").read_text("utf-8"))
    assert set(made) == TOP - {"score", "tests"}
    said = "the grader failed" if status == "INFRA" else "&lt;i&gt;see"
    assert said in made["output"]
    assert f"ada ({status})" in capsys.readouterr().err


def test_gradescope_refuses_a_file_and_an_unknown_visibility(graded, tmp_path, capsys):
    folder = graded(result("ada"))
    assert export(folder, "gradescope", "--visibility", "later") == 2
    assert "--visibility is one of" in refusal(capsys)
    out = save(tmp_path / "there", "kept")
    assert export(folder, "gradescope", "--out", out) == 2
    assert "is a file" in refusal(capsys)
    assert out.read_text() == "kept"


# --- JUnit ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("OK", None),
        ("WRONG", "failure"),
        ("CRASH", "failure"),
        ("TIMEOUT", "failure"),
        ("LIMIT", "failure"),
        ("FORMAT", "failure"),
        ("INFRA", "error"),
        ("SKIP", "skipped"),
        ("REVIEW", "skipped"),
    ],
)
def test_junit_outcome_of_each_status(graded, status, outcome):
    folder = graded(result("ada", checks=[check(status=status)]))
    assert export(folder, "junit") == 0
    root = ElementTree.parse(folder / "junit.xml").getroot()
    (case,) = root.iter("testcase")
    assert [child.tag for child in case] == [*([outcome] if outcome else []), "system-out"]
    kinds = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    counts = {each: str(int(kind == outcome)) for each, kind in kinds.items()} | {"tests": "1"}
    assert {each: root[0].get(each) for each in counts} == counts
    assert {each: root.get(each) for each in counts if each != "skipped"} == {
        each: count for each, count in counts.items() if each != "skipped"
    }


# Attributes and children as in junit-10.xsd of jenkinsci/xunit-plugin, as far as we use them.
SCHEMA = {
    "testsuites": ({"name", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time"},
        {"properties", "testcase"},
    ),
    "properties": (set(), {"property"}),
    "property": ({"name", "value"}, set()),
    "testcase": (
        {"name", "classname", "time"},
        {"failure", "error", "skipped", "system-out"},
    ),
    "failure": ({"type", "message"}, set()),
    "error": ({"type", "message"}, set()),
    "skipped": ({"type", "message"}, set()),
    "system-out": (set(), set()),
}


def test_junit_keeps_to_the_schema(graded):
    statuses = ("OK", "WRONG", "INFRA", "SKIP")
    checks = [check(status, status, 0, cause="waits") for status in statuses]
    folder = graded(result("ada", checks=checks), result("bob", None, "FORMAT", checks=[]))
    assert export(folder, "junit") == 0
    for element in ElementTree.parse(folder / "junit.xml").iter():
        attributes, children = SCHEMA[element.tag]
        assert set(element.attrib) == attributes
        assert {child.tag for child in element} <= children


def test_junit_is_xml_whatever_the_texts_hold(graded):
    checks = [check("x", "WRONG", 0, got=EVIL, measures={"loss": float("1e-9")})]
    folder = graded(
        result("ada", checks=checks, provenance={"submission_sha256": EVIL, "versions": {}}),
        result("bé\udce9", None, "INFRA", checks=[], notes=[EVIL]),
    )
    assert export(folder, "junit") == 0
    root = ElementTree.parse(folder / "junit.xml").getroot()
    assert [suite.tag for suite in root] == ["testsuite"] * 2
    assert root.get("errors") == "1"  # a submission without checks is no empty, green suite
    properties = {each.get("name"): each.get("value") for each in root[0][0]}
    assert properties["score"] == "18.5"
    assert properties["sandbox"] == "strong"
    assert "张" in root.find(".//failure").text


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


def test_names_reach_the_terminal_without_what_it_would_act_on(graded, tmp_path, capsys):
    sheet = save(tmp_path / "book.csv", CANVAS)
    folder = graded(result("ada"), result("\x1b[2Jbob"))
    assert export(folder, "canvas", "--sheet", sheet, "--assignment", "42") == 1
    assert "?[2Jbob" in capsys.readouterr().err
