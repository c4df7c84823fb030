"""More of what learning systems hand out: their rarer names, other languages, and what goes wrong.

The fields of each form are those of `class_archives.FORMS`.
"""

import unicodedata

from support.class_archives import ASSIGNMENT, NAME, packed

METADATA = """---
submission_770001:
  :submitters:
  - :name: Wei Chen
    :sid: '0'
    :email: wchen@uni.org
  :created_at: 2026-11-20 10:00:00 Z
  :score: 3.0
  :graders: &1
  - :name: T. A.
submission_770002:
  :submitters:
  - :name: Wei Chen
    :sid: '0'
    :email: wei.chen@uni.org
  :created_at: 2026-11-20 11:00:00 Z
submission_770003:
  :submitters:
  - :name: Sam Fox
  :created_at: 2026-11-20 12:00:00 Z
submission_770004:
  :submitters:
  - :name: Sam Fox
  :created_at: 2026-11-20 13:00:00 Z
submission_770005:
  :submitters:
  - :name: Ann
    :sid: A5
  - :name: Bo
    :email: bo@uni.org
  :created_at: 2026-11-20 13:00:00 Z
  :graders: *1
"""
DATES = (
    *("Nov 20, 2026 1159 PM", "20 Nov, 2026 2359", "20 nov. 2026 23 h 59", "20 Kas 2026 2359"),
    *("20 de noviembre de 2026 23:59", "20. Nov. 2026 2359", "2026年11月20日 下午1159"),
    *("20 نوفمبر، 2026 1159 م", "20-11-2026 2359", "20 Tach 2026 2359"),
)
TITLED = "Homework 3 (FGSM)/Lee, Jun (Tom)(jlee)"
DRIVE = "FGSM-20261120T100000Z-00{}.zip"
NFC, NFD = (unicodedata.normalize(form, "Zoë") for form in ("NFC", "NFD"))


def teams(person: str, version: str) -> str:
    """A file of one version in Microsoft Teams."""
    return f"Submitted files/{person}/Homework 3/{version}/{NAME}"


MORE_FORMS = {
    "canvas, a quiz": (
        [f"lovelace_ada101_question_7_9001_{NAME}", f"roe_bob102_question_7_9002_{NAME}"],
        ["lovelace_ada101", "roe_bob102"],
        [],
        0,
    ),
    "canvas, names in digits": (
        [f"4711_88251_7730031_{NAME}", f"4712_88252_7730032_{NAME}", f"_88253_7730033_{NAME}"],
        ["88251", "88252", "88253"],
        [],
        0,
    ),
    "canvas, groups named after a year": (
        [
            f"team_2024_88260_7730040_{NAME}",
            f"squad_2024_88261_7730041_{NAME}",
            f"zed_88262_7730042_{NAME}",
            f"li_88263_7730043_{NAME}",
            f"li_88264_7730044_{NAME}",
        ],
        ["88260", "88261", "88262", "88263", "88264"],
        [],
        0,
    ),
    "canvas, anonymous in digits": (
        [f"anon_12345_7730052_{NAME}", "anon_q1w2E_text.html", f"anon_Xy1zQ_7730050_{NAME}"],
        ["anon_12345", "anon_Xy1zQ"],
        ["anon_q1w2E"],
        2,
    ),
    "moodle, blind, in German": (
        [
            f"Teilnehmer_8841_assignsubmission_file_/{NAME}",
            f"Teilnehmer_8842_assignsubmission_file_/{NAME}",
            "Teilnehmer_8843_assignsubmission_file_/work.tar.gz",
        ],
        ["Teilnehmer_8841_assignsubmission_file", "Teilnehmer_8842_assignsubmission_file"],
        ["Teilnehmer_8843"],
        2,
    ),
    "moodle, an empty folder": (
        [
            f"CS1-4411/D'Arcy Ó_501_assignsubmission_file/proj/deep/{NAME}",
            f"CS1-4411/Li Wei_503_assignsubmission_file/{NAME}",
            ("CS1-4411/Li Wei_504_assignsubmission_file/", ""),
        ],
        ["D'Arcy Ó_501_assignsubmission_file", "Li Wei_503_assignsubmission_file"],
        ["Li Wei_504"],
        2,
    ),
    "blackboard, users that end in each other": (
        [
            *(f"A3_2026_{who}_attempt_2026-10-01-09-05-59_x_attempt_2.py" for who in ("x_y", "y")),
            ("A3_2026_x_y_attempt_2026-10-01-09-05-59.txt", "Name: X (Xy) Y (x_y)\nDate: x\n"),
            ("A3_2026_y_attempt_2026-10-01-09-05-59.txt", "Name: Y (y)\n"),
        ],
        ["x_y", "y"],
        [],
        0,
    ),
    "brightspace, dates in many languages": (
        [f"90{i}-77 - P{i} Q - {date}/{NAME}" for i, date in enumerate(DATES)],
        [f"90{i} - P{i} Q" for i in range(len(DATES))],
        [],
        0,
    ),
    "brightspace, a date that nobody can read": (
        [
            f"901-77 - A B - 9-10-2026 2359/{NAME}",
            f"901-77 - A B - Nov 20, 2026 1000 AM/{NAME}",
            f"902-77 - C D - 30 Oca 2026 2359/{NAME}",
            f"902-77 - C D - 1 Şub 2026 0105/{NAME}",
            f"903-77 - E F - mardi 9 décembre 2026 8 h 05/{NAME}",
        ],
        ["902 - C D", "903 - E F"],
        ["901 - A B"],
        2,
    ),
    "sakai, a title in brackets": (
        [
            f"Homework 3 (FGSM)/Doe, Ann(ann)/Submission attachment(s)/{NAME}",
            (f"{TITLED}/timestamp.txt", "20261121100000123"),
            f"{TITLED}/Submission attachment(s)/{NAME}",
            f"{TITLED}/Feedback Attachment(s)/x.txt",
            "Homework 3 (FGSM)/No, One(none)/No, One(none)_submissionText.html",
        ],
        ["ann", "jlee"],
        ["none"],
        2,
    ),
    "sakai, a title in brackets, in Spanish": (
        [
            f"Tarea (3)/Doe, Ann(ann)/Archivos adjuntos/{NAME}",
            f"Tarea (3)/Roe, Bob(bob)/Archivos adjuntos/{NAME}",
            ("Tarea (3)/Moe, Dan(dan)/", ""),
        ],
        ["ann", "bob"],
        ["Dan"],
        2,
    ),
    "sakai, unpacked into one folder": (
        [
            f"Practical 2/Doe, Ann(ann)_Submission attachment(s)_{NAME}",
            "Practical 2/Roe, Bob(bob)_Submission attachment(s)_my_a3.py",
        ],
        ["ann", "bob"],
        [],
        0,
    ),
    "gradescope, one number for all": (
        [
            *(f"assignment_51_export/submission_77000{i}/{NAME}" for i in range(1, 6)),
            ("assignment_51_export/submission_metadata.yml", METADATA),
        ],
        ["A5", "bo@uni.org"],
        ["770001", "770002", "770003", "770004"],
        2,
    ),
    "github, a repository without files": (
        [
            f"hw-11-20-2026/a3-fgsm-{who}/{name}"
            for who, name in (("ada-l", NAME), ("bob", f"nb/{NAME}"), ("carol", ".git/HEAD"))
        ],
        ["ada-l", "bob"],
        ["carol"],
        2,
    ),
    "teams, in many languages": (
        [
            teams("Ada L", "Version 2"),
            teams("Ada L", "Version 1"),
            teams("Bo", "Sürüm 1"),
            teams("Ce", "Версия 3"),
            teams("De", "버전 1"),
            teams("Ef", "Versión 1"),
        ],
        ["Ada L", "Bo", "Ce", "De", "Ef"],
        [],
        0,
    ),
    "teams, two names that look alike": (
        [teams("Ada", "Version 1"), teams("\u200fAda", "Version 2"), teams("Bob", "Version 1")],
        ["Bob"],
        ["/Ada/", "\u200fAda/"],
        2,
    ),
    "google, two people of one name": (
        [f"Anne-Marie O'Neill - {NAME}", f"Sam Fox - {NAME}", "Sam Fox - a3-fgsm (1).py"],
        ["Anne-Marie O'Neill"],
        ["Sam Fox"],
        2,
    ),
    "nbgrader's exchange, with all assignments": (
        [
            f"inbound/ada+a3-fgsm+2026-11-20 10:00:00.500000 UTC+a/{NAME}",
            f"inbound/ada+a2-hooks+2026-11-25 10:00:00.500000 UTC+b/{NAME}",
            f"inbound/bob+a2-hooks+2026-11-25 10:00:00.500000 UTC+c/{NAME}",
        ],
        ["ada"],
        [],
        0,
    ),
    "plain, empty folders": (
        [
            f"class/ada/{ASSIGNMENT}/{NAME}",
            (f"class/bob/{ASSIGNMENT}/", ""),
            "class/carol/.DS_Store",
            "class/ada/Icon\r",
        ],
        ["ada"],
        ["bob", "carol"],
        2,
    ),
    "plain, other archives": (
        [f"ada/{NAME}", "bob/work.tar.gz", "carol/a.7z", "dan/a.rar"],
        ["ada"],
        ["bob", "carol", "dan"],
        2,
    ),
    "plain, names with what nobody sees": (
        [f"{who}/{NAME}" for who in ("Sok\u200bha", "Ad\u00ada", "\u061cعلي", "bob")],
        ["Ada", "Sokha", "bob", "علي"],
        [],
        0,
    ),
    "plain, two names that look alike": (
        [f"\u202eada/{NAME}", f"ada/{NAME}", f"bob/{NAME}"],
        ["bob"],
        ["\u202eada", "ada/"],
        2,
    ),
}  # fmt: skip

# Archives in archives, and names in odd encodings: these forms are archives only.
PACKED_FORMS = {
    "google, in parts": (
        [
            (DRIVE.format(1), packed([f"FGSM/Ada L - {NAME}", f"FGSM/Bo R - {NAME}"])),
            (DRIVE.format(2), packed([f"FGSM/Ce L - {NAME}"])),
        ],
        ["Ada L", "Bo R", "Ce L"],
        0,
    ),
    "github, an archive for each": (
        [
            (f"a3-fgsm-{who}-main.zip", packed([f"a3-fgsm-{who}-main/{NAME}"]))
            for who in ("ada", "bob")
        ],
        ["ada", "bob"],
        0,
    ),
    "three archives in each other": (
        [("a.zip", packed([("b.zip", packed([f"class/ada/{NAME}", f"class/bob/{NAME}"]))]))],
        ["ada", "bob"],
        0,
    ),
    "backslashes": ([f"class\\ada\\{NAME}", f"class\\bob\\{NAME}"], ["ada", "bob"], 0),
    "twins that differ in Unicode alone": (
        [f"{NFC}/{NAME}", (f"{NFD}/{NAME}", "x = 1"), f"bob/{NAME}"],
        ["bob"],
        2,
    ),
}  # fmt: skip
