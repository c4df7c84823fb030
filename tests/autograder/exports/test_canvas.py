"""Canvas: one column of the teacher's gradebook is filled in, every other cell stays."""

import pytest
from support.exports import cells, export, refusal, result, save

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


# --- what every format refuses --------------------------------------------------------------------


def test_names_reach_the_terminal_without_what_it_would_act_on(graded, tmp_path, capsys):
    sheet = save(tmp_path / "book.csv", CANVAS)
    folder = graded(result("ada"), result("\x1b[2Jbob"))
    assert export(folder, "canvas", "--sheet", sheet, "--assignment", "42") == 1
    assert "?[2Jbob" in capsys.readouterr().err
