"""Downloads in which students name and sort their files as they like, and systems speak otherwise.

The fields of each form are those of `class_archives.FORMS`.
"""

from support.class_archives import ASSIGNMENT, CODE, NAME, packed

LONG = "สมชาย" * 12  # 180 bytes
ATTEMPT = "HW_3_{}_attempt_2026-11-20-10-00-01"
RECEIPT = "Name: N N ({})\nAssignment: HW 3\n"
IN_CHINESE = "姓名：李（{}）\n作业：HW 3\n"

ODD_FORMS = {
    "moodle, very long names": (
        [f"{who}_assignsubmission_file/{NAME}" for who in (f"{LONG}_1234567", "bob_2")],
        [f"{LONG}_1234567_assignsubmission_file", "bob_2_assignsubmission_file"],
        [],
        0,
    ),
    "blackboard, one receipt of two": (
        [f"{ATTEMPT.format(who)}_{NAME}" for who in ("ada_king", "ada_jones")]
        + [(ATTEMPT.format("ada_king") + ".txt", RECEIPT.format("ada_king"))],
        ["ada_king", "ada_jones"],
        [],
        0,
    ),
    "blackboard, receipts in Chinese": (
        [f"{ATTEMPT.format(who)}_{NAME}" for who in ("li_lei", "li_na")]
        + [(ATTEMPT.format(who) + ".txt", IN_CHINESE.format(who)) for who in ("li_lei", "li_na")],
        ["li_lei", "li_na"],
        [],
        0,
    ),
    "blackboard, in Turkish": (
        [f"HW_{who}_Deneme_2026-11-20-10-00-00_{NAME}" for who in ("ada@uni.org", "bob")],
        ["ada@uni.org", "bob"],
        [],
        0,
    ),
    "github, accounts that begin alike": (
        [f"hw-3-submissions/hw-3-{who}/{NAME}" for who in ("ada-l", "ada-k")],
        ["ada-k", "ada-l"],
        [],
        0,
    ),
    "google, a file of one's own naming": (
        [f"Ada L - {NAME}", f"Bob R - {NAME}", "a3-fgsm - final.py"],
        ["Ada L", "Bob R"],
        ["a3-fgsm - final.py"],
        2,
    ),
    "nbgrader's exchange, unpacked on Windows": (
        [
            f"{who}+a3-fgsm+2026-11-{day} 10_00_00.000000 UTC+x/{NAME}"
            for who, day in (("ada+cs@uni.org", 19), ("ada+cs@uni.org", 20), ("bob", 20))
        ],
        ["ada+cs@uni.org", "bob"],
        [],
        0,
    ),
    "plain, names that differ in case": (
        [f"{who}/{NAME}" for who in ("Ada", "ada", "bob")],
        ["bob"],
        ["Ada/", "ada/"],
        2,
    ),
    "plain, folders of students' own": (
        [f"class/{where}/{NAME}" for where in ("ada/hw/a3", "bob", "carol/my work", "dan/src")]
        + ["class/eve/work/essay.pdf"],
        ["ada", "bob", "carol", "dan"],
        ["eve"],
        2,
    ),
    "plain, a folder of their own for everybody": (
        [f"class/{where}/{NAME}" for where in ("ada/hw", "bob/x", "carol/y")],
        ["ada", "bob", "carol"],
        [],
        0,
    ),
    "plain, an older version below": (
        [f"{where}/{NAME}" for where in ("ada", "ada/old", "bob", "carol")],
        ["bob", "carol"],
        ["ada/"],
        2,
    ),
    "plain, a section of one": (
        [f"{where}/{NAME}" for where in ("s1/ada", "s1/bob", "s2/carol")],
        ["ada", "bob", "carol"],
        [],
        0,
    ),
    "plain, sections of files": (
        ["section 1/ada.py", "section 1/bob.py", "section 2/carol.py", "section 2/notes.md"],
        ["ada", "bob", "carol"],
        [],
        0,
    ),
    "plain, one name in two sections of files": (
        ["s1/ada.py", "s1/bob.py", "s2/carol.py", "s2/ada.ipynb"],
        ["bob", "carol"],
        ["s1/ada.py", "s2/ada.ipynb"],
        2,
    ),
    "plain, a student with two scripts of their own": (
        ["ada/hw.py", ("ada/tools.py", "x = 1"), "bob/main.py"],
        ["ada", "bob"],
        [],
        0,
    ),
    "plain, folders of all assignments": (
        [
            f"submitted/ada/{ASSIGNMENT}/{NAME}",
            f"submitted/bob/A3-FGSM/{NAME}",
            "submitted/ada/a2-hooks/a2-hooks.py",
            "submitted/carol/a2-hooks/a2-hooks.py",
        ],
        ["ada", "bob"],
        [],
        0,
    ),
    "plain, only one handed in": (
        [f"submitted/ada/{ASSIGNMENT}/src/{NAME}"],
        ["ada"],
        [],
        0,
    ),
}  # fmt: skip

# Archives of students, whose files may be named as a system's are.
ODD_PACKED_FORMS = {
    "a student's files are called as by Canvas": (
        [
            ("ada.zip", packed(["fgsm_2026_11_final.py"])),
            ("bob.zip", packed([NAME, *(f"img_{n}_{n}_x.png" for n in range(1, 5))])),
            ("carol/work.zip", packed(["v_1_2_a3-fgsm.py"])),
        ],
        ["ada", "bob", "carol"],
        0,
    ),
    "two of Canvas' archives": (
        [
            (f"section {n}.zip", packed([f"doe_10{n}_900{n}_{NAME}", f"roe_11{n}_901{n}_{NAME}"]))
            for n in (1, 2)
        ],
        ["101", "102", "111", "112"],
        0,
    ),
    "an archive and a text to read": (
        [("class.zip", packed([f"ada/{NAME}", f"bob/{NAME}"])), ("README.txt", "x")],
        ["ada", "bob"],
        0,
    ),
    "what Windows and macOS leave": (
        [f"class/{who}/{name}" for who in ("ada", "bob")
         for name in (NAME, "desktop.ini", "Thumbs.db", "__MACOSX/._x", ".DS_Store", "~$x.docx")]
        + [("__MACOSX/class/ada/._a3-fgsm.py", CODE), "class/desktop.ini"],
        ["ada", "bob"],
        0,
    ),
}  # fmt: skip
