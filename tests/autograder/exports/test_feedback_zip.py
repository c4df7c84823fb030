"""Feedback pages in one archive, each under the name that a learning system looks for."""

import io
import json
import zipfile

import pytest

from autograder import catalog
from autograder.cli import main
from autograder.handin.record import NO_HANDIN, TAKEN, Row, write_table
from autograder.report.results import CheckResult, Result

SHEET = (
    "Identifier,Full name,Email address,Grade,Last modified (grade)\n"
    "Participant 101,Ada Lovelace,ada@uni.org,,-\nParticipant 102,Zoë_Nuñez,zoe@uni.org,,-\n"
)
PAGE = "a3-fgsm-feedback.html"


def result(student: str) -> Result:
    return Result(student, "a3-fgsm", "digits", "WRONG", 1.0, 20.0, "none", 0.0, [])


def test_each_page_lies_in_the_folder_that_moodle_understands(graded, tmp_path, capsys):
    folder = graded(*map(result, ("ada@uni.org", "Zoë Nuñez_102_assignsubmission_file", "eve")))
    (tmp_path / "sheet.csv").write_text(SHEET)
    options = ["--format", "moodle-feedback", "--sheet", str(tmp_path / "sheet.csv")]
    assert main(["export", str(folder), *options]) == 1
    assert "not in the sheet: eve" in capsys.readouterr().err
    with zipfile.ZipFile(folder / "moodle-feedback.zip") as archive:
        assert sorted(archive.namelist()) == [
            f"Ada Lovelace_101_assignsubmission_file/{PAGE}",
            f"Zoë Nuñez_102_assignsubmission_file/{PAGE}",
        ]
        page = archive.read(f"Ada Lovelace_101_assignsubmission_file/{PAGE}").decode()
    assert "ada@uni.org" in page
    assert "<h1>" in page


# By system: the file that was taken from its download, and where the page must lie.
PLACES = {
    "canvas": [
        ("ada_LATE_101_9001_a3-fgsm-2.ipynb", "ada_LATE_101_9001_a3-fgsm-2.ipynb"),
        ("sub/anon_Xy1_9002_a3.zip", "anon_Xy1_9002_a3.zip"),
    ],
    "brightspace": [
        ("1-2 - Ada B - Nov 20, 2026 100 AM/a.ipynb", f"1-2 - Ada B - Nov 20, 2026 100 AM/{PAGE}"),
        ("x/1-2 - B - 20 nov. 2026 10 h 00/s/a.py", f"x/1-2 - B - 20 nov. 2026 10 h 00/{PAGE}"),
        ("1-2 - C - D - Nov 1, 2026 100 AM - a b.py", f"1-2 - C - D - Nov 1, 2026 100 AM - {PAGE}"),
    ],
    "sakai": [
        ("HW/Doe, Ann(ann)/Submission attachment(s)/a3.ipynb",
         f"HW/Doe, Ann(ann)/Feedback Attachment(s)/{PAGE}"),
    ],
}  # fmt: skip


def packed(graded, tmp_path, system: str, files: list[str]) -> tuple[int, zipfile.ZipFile | None]:
    """Exit status and archive for students s0, s1, ... whose files these are."""
    names = [f"s{number}" for number in range(len(files))]
    rows = [Row(TAKEN, who, "", file) for who, file in zip(names, files, strict=True)]
    rows += [Row(NO_HANDIN, "s0", "", "receipt.txt")]
    write_table(tmp_path / "collected.csv", rows)
    folder = graded(*map(result, names))
    options = ["--format", f"{system}-feedback", "--collected", str(tmp_path / "collected.csv")]
    status = main(["export", str(folder), *options])
    path = folder / f"{system}-feedback.zip"
    return status, zipfile.ZipFile(path) if path.is_file() else None


@pytest.mark.parametrize("system", PLACES)
def test_each_page_lies_where_the_download_had_the_hand_in(graded, tmp_path, system):
    files, places = zip(*PLACES[system], strict=True)
    status, archive = packed(graded, tmp_path, system, list(files))
    assert status == 0
    assert archive.namelist() == list(places)


def test_canvas_gets_files_of_the_kind_whose_name_they_will_bear(graded, tmp_path, capsys):
    files = ["ada_101_9001_a3-fgsm.ipynb", "bob_102_9002_a.zip", "eve_103_9003_a3-fgsm.py"]
    status, archive = packed(graded, tmp_path, "canvas", files)
    assert status == 1
    assert "no page packed: s2" in capsys.readouterr().err
    notebook = json.loads(archive.read(files[0]))
    assert "1 of 20 points" in notebook["cells"][0]["source"]
    with zipfile.ZipFile(io.BytesIO(archive.read(files[1]))) as inner:
        assert inner.namelist() == [PAGE]


def test_a_group_gets_one_page(graded, tmp_path):
    file = PLACES["sakai"][0][0]
    status, archive = packed(graded, tmp_path, "sakai", [file, file])
    assert status == 0
    assert len(archive.namelist()) == 1


def test_the_table_of_another_system_is_one_line(graded, tmp_path, capsys):
    assert packed(graded, tmp_path, "brightspace", ["ada/a3-fgsm.ipynb"]) == (2, None)
    assert "names no file as brightspace names them" in capsys.readouterr().err
    folder = graded(result("ada"))
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    for table, words in (("other.csv", "no table"), ("gone.csv", "cannot be read")):
        options = ["--format", "sakai-feedback", "--collected", str(tmp_path / table)]
        assert main(["export", str(folder), *options]) == 2
        assert words in capsys.readouterr().err
    assert main(["export", str(folder), "--format", "sakai-feedback"]) == 2
    assert "--collected" in capsys.readouterr().err


def test_points_by_hand_are_on_the_page(graded, tmp_path):
    checks = [CheckResult("radius", "The radius", "OK", 18, 20.0)]
    audit = Result("ada", "a6-audit", "digits", "WRONG", 18, 20, "none", 0.0, checks, by_hand=10.0)
    folder = graded(audit)
    lines = [
        f"ada,{question.id},4.5,5,well seen,eve"
        for question in catalog.assignment("a6-audit").written
    ]
    (folder / "by-hand.csv").write_text(
        "\n".join(["student,question,points,max_points,comment,by", *lines])
    )
    write_table(tmp_path / "collected.csv", [Row(TAKEN, "ada", "", PLACES["sakai"][0][0])])
    options = ["--format", "sakai-feedback", "--collected", str(tmp_path / "collected.csv")]
    assert main(["export", str(folder), *options]) == 0
    with zipfile.ZipFile(folder / "sakai-feedback.zip") as archive:
        page = archive.read(archive.namelist()[0]).decode()
    for words in ("27 <small>of 30", "What you wrote", "4.5 / 5", "<dt>Comment</dt><dd>well seen"):
        assert words in page
