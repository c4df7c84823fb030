"""Exports of learning systems: for each form its files, its students, and the files left out."""

import io
import unicodedata
import zipfile
from pathlib import Path

ASSIGNMENT = "a3-fgsm"
CODE = "def fgsm(model, images, labels, epsilon):\n    return images\n"
NAME = f"{ASSIGNMENT}.py"
BB = "FGSM Home_work_{}_attempt_2026-11-{}-10-00-00"
D2L = "12345-678{} - {} - Nov {}, 2026 {}"
METADATA = """---
submission_1:
  :submitters:
  - :name: Ada Lovelace
    :sid: '101'
    :email: ada@uni.org
  :created_at: 2026-11-20 10:00:00.123456789 Z
submission_2:
  :submitters:
  - :name: Bob Roe
    :sid: ''
    :email: bob@uni.org
  - :name: Carol Poe
    :sid: '103'
  :created_at: !ruby/object:ActiveSupport::TimeWithZone
    utc: 2026-11-20 11:00:00.000000000 Z
  :history:
  - :id: 7
    :created_at: 2026-11-19 11:00:00.000000000 Z
"""
DECOMPOSED = unicodedata.normalize("NFD", "Zoë Nuñez")
RECEIPT = "Name: Ada King (ada_king)\nAssignment: FGSM\nFiles:\n\tOriginal filename: a3-fgsm.py\n"

# For each form: its files (with `CODE`, or with another text), the students with an answer, the
# files that are left out, and the exit status.
FORMS = {
    "canvas": (
        [
            "lovelaceada_101_9001_a3-fgsm.py",
            "oneillzo_LATE_102_9002_a3-fgsm-2.py",
            "group_b_1018_50021_a3-fgsm.py",
            "group_2_1019_50022_a3-fgsm.py",
            "Zoë_104_9004_Copy of a3-fgsm (1).py",
            "anon_gJ3xW_50001_a3-fgsm.py",
            "LATE_anon_hK4yX_50002_a3-fgsm.py",
            "x_y_105_9005_my_10_20_a3-fgsm.py",
            "doe_106_9006_12_345_678_a3-fgsm.py",
        ],
        ["101", "102", "104", "105", "106", "1018", "1019", "anon_gJ3xW", "anon_hK4yX"],
        [],
        0,
    ),
    "canvas, typed": (
        [
            "lovelaceada_101_9001_a3-fgsm.py",
            "lovelaceada_101_text.html",
            "textentry_1008_text.html",
            "linkentry_LATE_1009_link.html",
        ],
        ["101"],
        ["1008", "1009"],
        2,
    ),
    "moodle, old folders": (
        [
            "Ada Lovelace_101_assignsubmission_file_/work/a3-fgsm.py",
            "Ada Lovelace_101_assignsubmission_onlinetext_/onlinetext.html",
            "Text Only_107_assignsubmission_onlinetext_/onlinetext.html",
            "Group A-Bob Roe_102_assignsubmission_file_/a3-fgsm.py",
            f"{DECOMPOSED}_103_assignsubmission_file_/a3-fgsm.py",
        ],
        [
            "Ada Lovelace_101_assignsubmission_file",
            "Group A-Bob Roe_102_assignsubmission_file",
            "Zoë Nuñez_103_assignsubmission_file",
        ],
        ["Text Only_107"],
        2,
    ),
    "moodle, new folders": (
        [
            "Ada Lovelace_101_assignsubmission_file/a3-fgsm.py",
            "Ada Lovelace_102_assignsubmission_file/a3-fgsm.py",
            "Default group_assignsubmission_file/a3-fgsm.py",
        ],
        [
            "Ada Lovelace_101_assignsubmission_file",
            "Ada Lovelace_102_assignsubmission_file",
            "Default group_assignsubmission_file",
        ],
        [],
        0,
    ),
    "moodle, flat": (
        [
            "Ada Lovelace_101_assignsubmission_file_a3-fgsm.py",
            "Bob Roe_102_assignsubmission_file_a3-fgsm.py",
            "Bob Roe_102_assignsubmission_onlinetext_onlinetext.html",
            "Participant_103_assignsubmission_file_a3-fgsm.py",
        ],
        [
            "Ada Lovelace_101_assignsubmission_file",
            "Bob Roe_102_assignsubmission_file",
            "Participant_103_assignsubmission_file",
        ],
        [],
        0,
    ),
    "blackboard": (
        [
            BB.format("ada_king", 19) + "_a3-fgsm.py",
            (BB.format("ada_king", 19) + ".txt", RECEIPT),
            BB.format("ada_king", 20) + "_a3-fgsm.py",
            (BB.format("ada_king", 20) + ".txt", RECEIPT),
            BB.format("bob", 20) + "_my a3-fgsm_final.py",
            BB.format("carol", 20) + "_essay.pdf",
            BB.format("dan", 20) + ".txt",
        ],
        ["ada_king", "bob"],
        ["carol"],
        2,
    ),
    "brightspace": (
        [
            D2L.format(1, "Ada Lovelace", 19, "1000 PM") + "/a3-fgsm.py",
            D2L.format(1, "Ada Lovelace", 20, "100 AM") + "/a3-fgsm.py",
            "223-678 - Ada Lovelace - 20 November, 2026 10:00/a3-fgsm.py",
            "224-678 - Anne-Marie - O'Neill - Nov 3, 2026 1159 AM/work/a3-fgsm.py",
            "225-678 - Ada Lovelace - 10. Mai 2026 10.00\u202fAM/a3-fgsm.py",
            "225-678 - Ada Lovelace - 9. Mai 2026 10.00\u202fAM/a3-fgsm.py",
            "index.html",
        ],
        [
            "12345 - Ada Lovelace",
            "223 - Ada Lovelace",
            "224 - Anne-Marie - O'Neill",
            "225 - Ada Lovelace",
        ],
        [],
        0,
    ),
    "brightspace, flat": (
        [
            D2L.format(1, "Ada Lovelace", 19, "1000 PM") + " - a3-fgsm.py",
            "224-678 - Bob Roe - Nov 3, 2026 1159 AM - my - a3-fgsm (2).py",
        ],
        ["12345 - Ada Lovelace", "224 - Bob Roe"],
        [],
        0,
    ),
    "sakai": (
        [
            "Homework 3/Doe, Ann(ann)/Submission attachment(s)/a3-fgsm.py",
            ("Homework 3/Doe, Ann(ann)/timestamp.txt", "20261120100000123"),
            "Homework 3/Doe, Ann(ann)/Doe, Ann(ann)_submissionText.html",
            "Homework 3/Doe, Ann(ann)/Feedback Attachment(s)/old.txt",
            "Homework 3/Roe, Bob(bob@uni.org)/Submission attachment(s)/a3-fgsm.py",
            "Homework 3/Poe, Carol(carol)/Poe, Carol(carol)_submissionText.html",
            "Homework 3/Moe, Dan(dan)/comments.txt",
            "Homework 3/3f2a/Submission attachment(s)/a3-fgsm.py",
            "Homework 3/grades.csv",
        ],
        ["3f2a", "ann", "bob@uni.org"],
        ["carol"],
        2,
    ),
    "sakai, in another language": (
        [
            "Tarea/Doe, Ann(ann)/Archivos adjuntos/a3-fgsm.py",
            "Tarea/Doe, Ann(ann)/Archivos de retroalimentación/old.py",
            "Tarea/Roe, Bob(bob)/Archivos adjuntos/a3-fgsm.py",
        ],
        ["ann", "bob"],
        [],
        0,
    ),
    "blackboard, in another language": (
        ["HW_1_ada_Versuch_2026-11-20-10-00-00_a3-fgsm.py"],
        ["ada"],
        [],
        0,
    ),
    "gradescope": (
        [
            "assignment_9100_export/submission_1/a3-fgsm.py",
            "assignment_9100_export/submission_2/src/a3-fgsm.py",
            "assignment_9100_export/submission_3/a3-fgsm.py",
            ("assignment_9100_export/submission_metadata.yml", METADATA),
        ],
        ["101", "103", "bob@uni.org"],
        ["submission_3"],
        2,
    ),
    "github": (
        [
            "a3-fgsm-submissions/a3-fgsm-ada/a3-fgsm.py",
            "a3-fgsm-submissions/a3-fgsm-ada/data/x.csv",
            "a3-fgsm-submissions/a3-fgsm-ada/.github/workflows/grade.yml",
            "a3-fgsm-submissions/a3-fgsm-bob-roe/src/a3-fgsm.py",
            "a3-fgsm-submissions/a3-fgsm-bob-roe/src/tools.py",
        ],
        ["ada", "bob-roe"],
        [],
        0,
    ),
    "github, another title": (
        [f"hw-3-{who}/{name}" for who in ("ada", "bob") for name in (NAME, ".git/config", "x.md")],
        ["ada", "bob"],
        [],
        0,
    ),
    "teams": (
        [
            "Submitted files/Ada Lovelace/Homework 3/Version 2/a3-fgsm.py",
            "Submitted files/Ada Lovelace/Homework 3/Version 10/a3-fgsm.py",
            "Submitted files/Bob Roe/Homework 3/Version 1/a3-fgsm.py",
            "Working files/Carol Poe/Homework 3/a3-fgsm.py",
        ],
        ["Ada Lovelace", "Bob Roe"],
        [],
        0,
    ),
    "google": (
        ["Ada Lovelace - a3-fgsm.py", "Bob Roe - Copy of a3-fgsm.py", "a3-fgsm (1).py"],
        ["Ada Lovelace", "Bob Roe"],
        ["a3-fgsm (1).py"],
        2,
    ),
    "nbgrader's exchange": (
        [
            "inbound/ada+a3-fgsm+2026-11-19 10:00:00.000000 UTC+xyz/a3-fgsm.py",
            "inbound/ada+a3-fgsm+2026-11-20 10:00:00.000000 UTC+abc/a3-fgsm.py",
            "inbound/ada+a3-fgsm+2026-11-20 10:00:00.000000 UTC+abc/timestamp.txt",
            "inbound/bob+a3-fgsm+2026-11-20 10:00:00.000000 UTC/a3-fgsm.py",
        ],
        ["ada", "bob"],
        [],
        0,
    ),
    "plain, with more folders": (
        [
            f"submitted/ada/{ASSIGNMENT}/{NAME}",
            f"submitted/ada/{ASSIGNMENT}/data/x.csv",
            f"submitted/bob/src/{NAME}",
            f"submitted/carol/src/{NAME}",
            "submitted/README.md",
            "submitted/__MACOSX/ada/._a3-fgsm.py",
            "submitted/.DS_Store",
        ],
        ["ada", "bob", "carol"],
        [],
        0,
    ),
    "plain, one assignment for all": (
        [f"term/{ASSIGNMENT}/{who}/{NAME}" for who in ("ada", "bob")],
        ["ada", "bob"],
        [],
        0,
    ),
    "plain, files of one name": (
        [NAME, "a3-fgsm (1).py", "ada_a3-fgsm.py", "bob.ipynb.txt", "essay.docx", "grades.csv"],
        ["ada", "bob"],
        ["a3-fgsm (1).py", NAME, "essay.docx"],
        2,
    ),
    "plain, numbered by a browser": (
        [f"class/{who}/{NAME}" for who in ("ada", "ada (1)", "bob (2)")],
        ["bob"],
        ["class/ada/", "class/ada (1)/"],
        2,
    ),
    "plain, sections": (
        [f"{where}/{NAME}" for where in ("s1/ada", "s1/bob", "s2/ada", "s2/carol", "s2/dan")],
        ["bob", "carol", "dan"],
        ["s1/ada", "s2/ada"],
        2,
    ),
    "plain, every script": (
        [f"{who}/{NAME}" for who in ("علی\u200cرضا", "नेहा", "李雷", "O'Neill, Zoë", "Ð\u0301")]
        + [f".hidden/{NAME}"],
        ["Ð\u0301", "علی\u200cرضا", "नेहा", "李雷", "O'Neill, Zoë"],
        [".hidden"],
        2,
    ),
}  # fmt: skip


def packed(files) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for each in files:
            archive.writestr(*(each if isinstance(each, tuple) else (each, CODE)))
    return buffer.getvalue()


def unpacked(files, folder: Path) -> Path:
    for each in files:
        name, text = each if isinstance(each, tuple) else (each, CODE)
        path = folder / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.write_text(text)
    return folder
