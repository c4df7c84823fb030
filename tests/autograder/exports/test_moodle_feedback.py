"""Feedback pages for Moodle's bulk upload, each in the folder that names its student."""

import zipfile

from autograder.cli import main
from autograder.report.results import Result

SHEET = (
    "Identifier,Full name,Email address,Grade,Last modified (grade)\n"
    "Participant 101,Ada Lovelace,ada@uni.org,,-\nParticipant 102,Zoë_Nuñez,zoe@uni.org,,-\n"
)


def result(student: str) -> Result:
    return Result(student, "a3-fgsm", "digits", "WRONG", 1.0, 20.0, "none", 0.0, [])


def test_each_page_lies_in_the_folder_that_moodle_understands(graded, tmp_path, capsys):
    names = ("ada@uni.org", "Zoë Nuñez_102_assignsubmission_file", "eve")
    folder = graded(*map(result, names))
    (folder / "feedback").mkdir()
    for name in names:
        (folder / "feedback" / f"{name}.html").write_text(f"<p>{name}</p>")
    (tmp_path / "sheet.csv").write_text(SHEET)
    options = ["--format", "moodle-feedback", "--sheet", str(tmp_path / "sheet.csv")]
    assert main(["export", str(folder), *options]) == 1
    assert "not in the sheet: eve" in capsys.readouterr().err
    with zipfile.ZipFile(folder / "moodle-feedback.zip") as archive:
        assert sorted(archive.namelist()) == [
            "Ada Lovelace_101_assignsubmission_file/a3-fgsm-feedback.html",
            "Zoë Nuñez_102_assignsubmission_file/a3-fgsm-feedback.html",
        ]
        page = archive.read("Ada Lovelace_101_assignsubmission_file/a3-fgsm-feedback.html")
    assert page == b"<p>ada@uni.org</p>"
