"""What learning systems hand out: each form, the students in it, and what is left out, with why."""

import csv
import io
import os
import struct
import unicodedata
import zipfile
import zlib

import pytest
from support.class_archives import ASSIGNMENT, BB, CODE, DECOMPOSED, FORMS, NAME, packed, unpacked
from support.more_class_archives import MORE_FORMS, PACKED_FORMS
from support.odd_class_archives import ODD_FORMS, ODD_PACKED_FORMS

from autograder.cli import main
from autograder.handin import command
from autograder.handin.systems import choice


def collect(tmp_path, download, *options) -> tuple[int, list[str], list[dict[str, str]]]:
    """Exit status, the students whose answer was taken, and the table."""
    target = tmp_path / "submitted"
    status = main(["collect", ASSIGNMENT, str(download), str(target), *map(str, options)])
    taken = sorted(path.parents[1].name for path in target.rglob(f"{ASSIGNMENT}.[ipz]*"))
    with open(tmp_path / f"submitted-{ASSIGNMENT}.csv", encoding="utf-8", newline="") as file:
        return status, taken, list(csv.DictReader(file))


EVERY = {**FORMS, **MORE_FORMS, **ODD_FORMS}
EVERY_PACKED = {**PACKED_FORMS, **ODD_PACKED_FORMS}


@pytest.mark.parametrize("way", ["archive", "folder", "archive in an archive"])
@pytest.mark.parametrize("form", EVERY, ids=list(EVERY))
def test_every_student_of_every_form_is_found_and_nobody_vanishes(tmp_path, form, way, capsys):
    files, students, left_out, status = EVERY[form]
    download = tmp_path / "class.zip"
    if way == "folder":
        download = unpacked(files, tmp_path / "class")
    elif way == "archive":
        download.write_bytes(packed(files))
    else:
        if form.startswith(("plain", "github", "teams", "google")):
            pytest.skip("an archive of these may as well be what one student handed in")
        download.write_bytes(packed([("class (1).zip", packed(files))]))
    found, taken, table = collect(tmp_path, download)
    assert taken == sorted(students)
    assert found == status
    refused = {row["student"] + row["file"] for row in table if row["outcome"] == "not taken"}
    for each in left_out:
        assert any(each in row for row in refused), each
    assert len(
        {row["student"] or row["file"] for row in table if row["outcome"] == "not taken"}
    ) == len(left_out)
    accounted = {row["file"].lstrip("'") for row in table}
    clutter = ("__MACOSX", ".DS_Store", ".git", "Icon\r")
    for each in files:
        name = unicodedata.normalize("NFC", each[0] if isinstance(each, tuple) else each)
        seen = name in accounted or name.endswith("/")
        assert seen or any(part in name for part in clutter), name
    error = capsys.readouterr().err
    assert len(error.splitlines()) == len(left_out)


@pytest.mark.parametrize("form", EVERY_PACKED, ids=list(EVERY_PACKED))
def test_archives_in_archives_and_odd_names(tmp_path, form):
    files, students, status = EVERY_PACKED[form]
    (tmp_path / "class.zip").write_bytes(packed(files))
    assert collect(tmp_path, tmp_path / "class.zip")[:2] == (status, sorted(students))


def old_name(name: bytes, field: bytes = b"") -> bytes:
    """An archive with a name in bytes of its own, not marked as UTF-8, and an extra field."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        info = zipfile.ZipInfo("?" * len(name) + f"/{NAME}")
        info.extra = field
        archive.writestr(info, CODE)
        archive.writestr(f"bob/{NAME}", CODE)
    return made.getvalue().replace(b"?" * len(name), name)


def unicode_field(name: bytes, meant: str) -> bytes:
    """Info-ZIP's field of the name in Unicode."""
    body = b"\1" + struct.pack("<L", zlib.crc32(name + f"/{NAME}".encode())) + meant.encode()
    return struct.pack("<2H", 0x7075, len(body)) + body


@pytest.mark.parametrize(
    ("name", "field", "meant"),
    [
        (b"Zo\x89", b"", "Zoë"),
        ("Zoë".encode(), b"", "Zoë"),
        (b"Zo\xeb", unicode_field(b"Zo\xeb", f"Zoë/{NAME}"), "Zoë"),
        (b"Zo\x89", unicode_field(b"another", f"Max/{NAME}"), "Zoë"),
        (b"Zo\x89", b"\x75\x70\2\0\1\2", "Zoë"),
    ],
    ids=["code page 437", "UTF-8", "Info-ZIP", "Info-ZIP, renamed since", "Info-ZIP, cut off"],
)
def test_names_from_before_unicode(tmp_path, name, field, meant):
    (tmp_path / "class.zip").write_bytes(old_name(name, field))
    assert collect(tmp_path, tmp_path / "class.zip")[:2] == (0, sorted([meant, "bob"]))


def test_a_folder_whose_name_is_not_utf8_is_left_out(tmp_path, capsys):
    for name in (b"caf\xe9", b"ada"):
        home = os.path.join(os.fsencode(tmp_path), b"class", name)
        os.makedirs(home)
        with open(os.path.join(home, NAME.encode()), "w") as file:
            file.write(CODE)
    assert collect(tmp_path, tmp_path / "class")[:2] == (2, ["ada"])
    assert "not written in UTF-8" in capsys.readouterr().err


def test_times_that_nbgrader_wrote_are_kept(tmp_path):
    files = [(f"class/{who}/{ASSIGNMENT}/timestamp.txt", when) for who, when in TIMES.items()]
    files += [f"class/{who}/{ASSIGNMENT}/{NAME}" for who in TIMES]
    (tmp_path / "class.zip").write_bytes(packed(files))
    assert collect(tmp_path, tmp_path / "class.zip")[:2] == (0, sorted(TIMES))
    for who in TIMES:
        path = tmp_path / "submitted" / who / ASSIGNMENT / "timestamp.txt"
        assert path.is_file() == (who != "dan")
        if path.is_file():
            assert path.read_text() == "2026-11-20 09:00:00.000000 UTC"


TIMES = {
    "ada": "2026-11-20 09:00:00.000000 UTC",
    "bob": "2026-11-20 10:00:00 Europe/Berlin",
    "carol": "2026-11-20 09:00:00",
    "dan": "yesterday",
}


def test_the_newest_attempt_counts_or_the_newest_in_time(tmp_path):
    files = [(BB.format("ada", day) + "_a3-fgsm.py", f"{CODE}# {day}") for day in (18, 19, 20)]
    (tmp_path / "class.zip").write_bytes(packed(files))
    answer = tmp_path / "submitted" / "ada" / ASSIGNMENT / NAME
    collect(tmp_path, tmp_path / "class.zip", "--timezone", "Europe/Berlin")
    assert "# 20" in answer.read_text()
    assert (answer.parent / "timestamp.txt").read_text() == "2026-11-20 09:00:00.000000 UTC"
    deadline = ("--timezone", "Europe/Berlin", "--deadline", "2026-11-19T10:00+01:00")
    _, _, table = collect(tmp_path, tmp_path / "class.zip", *deadline)
    assert "# 19" in answer.read_text()
    assert [row["late"] for row in table if row["outcome"] == "taken"] == [""]
    deadline = ("--timezone", "Europe/Berlin", "--deadline", "2026-11-18T09:59+01:00")
    _, _, table = collect(tmp_path, tmp_path / "class.zip", *deadline)
    assert "# 20" in answer.read_text()
    assert [row["late"] for row in table if row["outcome"] == "taken"] == ["late"]


def test_an_older_attempt_counts_where_the_newest_holds_no_notebook(tmp_path, capsys):
    files = [BB.format("ada", 18) + "_a3-fgsm.py", BB.format("ada", 20) + "_report.pdf"]
    (tmp_path / "class.zip").write_bytes(packed(files))
    assert collect(tmp_path, tmp_path / "class.zip")[:2] == (0, ["ada"])
    assert "an older one was taken (1): ada" in capsys.readouterr().out


def test_of_two_files_the_instructor_says_which(tmp_path, capsys):
    files = [f"ada/{NAME}", ("ada/a3-fgsm (1).py", CODE + "# other")]
    (tmp_path / "class.zip").write_bytes(packed([*files, f"bob/{NAME}"]))
    assert collect(tmp_path, tmp_path / "class.zip")[:2] == (2, ["bob"])
    assert "--take" in capsys.readouterr().err
    wanted = ("--take", "ada/a3-fgsm (1).py")
    assert collect(tmp_path, tmp_path / "class.zip", *wanted)[:2] == (0, ["ada", "bob"])
    assert "# other" in (tmp_path / "submitted" / "ada" / ASSIGNMENT / NAME).read_text()


def test_one_person_in_two_unicode_forms_gets_one_folder(tmp_path):
    old = tmp_path / "submitted" / DECOMPOSED / ASSIGNMENT
    old.mkdir(parents=True)
    (tmp_path / "class.zip").write_bytes(packed([f"Zoë Nuñez/{NAME}", f"bob/{NAME}"]))
    assert collect(tmp_path, tmp_path / "class.zip")[0] == 0
    assert len(list((tmp_path / "submitted").iterdir())) == 2
    assert (old / NAME).is_file()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_an_archive_holds_twice_is_one_file(tmp_path):
    (tmp_path / "class.zip").write_bytes(
        packed([f"Zo\u00eb/{NAME}", f"Zoe\u0308/{NAME}", f"bob/{NAME}"])
    )
    assert collect(tmp_path, tmp_path / "class.zip")[:2] == (0, ["Zoë", "bob"])


@pytest.mark.slow
def test_five_thousand_students_in_one_archive(tmp_path):
    names = [f"s_{n}_{90000 + n}_a3-fgsm.py" for n in range(5000)]
    (tmp_path / "class.zip").write_bytes(packed(names))
    roster = "".join(f"{90000 + n},Name{n} S\n" for n in range(5000))
    (tmp_path / "class.csv").write_text("id,name\n" + roster)
    options = ("--roster", tmp_path / "class.csv")
    status, taken, _ = collect(tmp_path, tmp_path / "class.zip", *options)
    assert (status, len(taken)) == (0, 5000)


BAD_TIMES = {
    "no zone": (("--deadline", "2026-11-20T23:59"), "names no time zone"),
    "no time": (("--deadline", "Friday"), "is no time like"),
    "no such zone": (("--timezone", "Berlin"), "no time zone called 'Berlin'"),
    "zone needed": (("--deadline", "2026-11-20T23:59+01:00"), "--timezone"),
}


@pytest.mark.parametrize("case", BAD_TIMES, ids=list(BAD_TIMES))
def test_a_time_that_is_not_clear_is_one_line(tmp_path, case, capsys):
    options, words = BAD_TIMES[case]
    (tmp_path / "class.zip").write_bytes(packed([BB.format("ada", 18) + "_a3-fgsm.py"]))
    arguments = [
        "collect",
        ASSIGNMENT,
        str(tmp_path / "class.zip"),
        str(tmp_path / "out"),
        *options,
    ]
    assert main(arguments) == 2
    assert words in (error := capsys.readouterr().err)
    assert len(error.splitlines()) == 1
    assert not (tmp_path / "out").exists()


# --- with a roster -------------------------------------------------------------------------------

ROSTER = """id,name,email,section,group
ada,Ada Lovelace,ada@uni.org,1,Team 1
bob,"Roe, Bob",bob@uni.org,1,Team 1
carol,Carol Poe,carol@uni.org,2,Team 2
dan,Dan Moe,dan@uni.org,2,
dan2,Dan Moe,dan.moe@uni.org,2,
"""


def test_a_roster_gives_people_their_own_folder_and_names_who_handed_nothing_in(tmp_path, capsys):
    (tmp_path / "class.csv").write_text(ROSTER)
    files = [
        "Ada Lovelace_101_assignsubmission_file/a3-fgsm.py",
        "Dan Moe_104_assignsubmission_file/a3-fgsm.py",
        "Eve Who_105_assignsubmission_file/a3-fgsm.py",
        "Team 2_9_assignsubmission_file/a3-fgsm.py",
    ]
    (tmp_path / "class.zip").write_bytes(packed(files))
    found = collect(tmp_path, tmp_path / "class.zip", "--roster", tmp_path / "class.csv")
    assert found[:2] == (2, ["Eve Who_105_assignsubmission_file", "ada", "carol"])
    out, error = capsys.readouterr()
    assert "Dan Moe may be dan (Dan Moe), dan2 (Dan Moe): who is it?" in error
    assert "not in the roster, collected as they are called there (1): Eve Who" in out
    assert "in the roster, handed nothing in (3): bob, dan, dan2" in out


def test_two_hand_ins_never_become_one_persons(tmp_path, capsys):
    (tmp_path / "class.csv").write_text(ROSTER)
    files = [f"Ada Lovelace_{n}_assignsubmission_file/a3-fgsm.py" for n in (101, 102)]
    (tmp_path / "class.zip").write_bytes(packed([*files, "x_1_assignsubmission_file/a3-fgsm.py"]))
    found = collect(tmp_path, tmp_path / "class.zip", "--roster", tmp_path / "class.csv")
    assert found[:2] == (2, ["x_1_assignsubmission_file"])
    assert "are they one person?" in capsys.readouterr().err


def test_help_names_every_system():
    assert sorted(command.SYSTEMS.split("|")) == sorted(choice.NAMES)
