"""Archives of a class and of a student: what is taken, under which name; what is refused, why."""

import io
import os
import stat
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.errors import Malformed
from autograder.handin import archives, submission

ASSIGNMENT = "a3-fgsm"
CODE = "def fgsm(model, images, labels, epsilon):\n    return images\n"
NAME = f"{ASSIGNMENT}.py"


def info(name: str, mode: int = stat.S_IFREG | 0o644, **more) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.external_attr = mode << 16
    for key, value in more.items():
        setattr(made, key, value)
    return made


def zipped(*files: tuple[str | zipfile.ZipInfo, str | bytes], **options) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", **options) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return buffer.getvalue()


def encrypted() -> bytes:
    """An archive whose entry says that it is encrypted, in both of its headers."""
    made = bytearray(zipped((NAME, CODE)))
    made[6] |= 1
    made[made.find(b"PK\x01\x02") + 8] |= 1
    return bytes(made)


def damaged() -> bytes:
    """An archive with a byte of its content changed."""
    made = bytearray(zipped((NAME, CODE)))
    made[made.find(b"return")] ^= 1
    return bytes(made)


def bomb() -> bytes:
    """40 MB of nothing in 40 KB, whose header says that it is 10 bytes long."""
    made = bytearray(zipped((NAME, b"#" * (40 << 20)), compression=zipfile.ZIP_DEFLATED))
    struct.pack_into("<L", made, made.find(b"PK\x01\x02") + 24, 10)
    return bytes(made)


def many(count: int) -> bytes:
    """An archive with very many empty files."""
    return zipped(*((f"{n}", b"") for n in range(count)), (NAME, CODE))


def announcing(entries: int) -> bytes:
    """An archive that says that it holds more files than it does."""
    made = bytearray(zipped((NAME, CODE)))
    struct.pack_into("<2H", made, made.rfind(b"PK\x05\x06") + 8, entries, entries)
    return bytes(made)


LINK = stat.S_IFLNK | 0o777
REFUSED = {
    "up": (lambda: zipped((NAME, CODE), ("../../x", "x")), "leads out of it"),
    "up, with backslashes": (lambda: zipped((NAME, CODE), ("a\\..\\..\\x", "")), "leads out of it"),
    "absolute": (lambda: zipped((NAME, CODE), ("/tmp/escaped", "x")), "leads out of it"),
    "drive": (lambda: zipped((NAME, CODE), ("C:\\x.py", "x")), "leads out of it"),
    "link": (lambda: zipped((info(NAME, LINK), "/etc/passwd")), "a link or a device"),
    "device": (lambda: zipped((info(NAME, stat.S_IFCHR | 0o666), "")), "a link or a device"),
    "pipe": (lambda: zipped((info(NAME, stat.S_IFIFO | 0o666), "")), "a link or a device"),
    "encrypted": (encrypted, "an encrypted file"),
    "damaged": (damaged, "damaged"),
    "bzip2": (lambda: zipped((NAME, CODE), compression=zipfile.ZIP_BZIP2), "unusual way"),
    "lzma": (lambda: zipped((NAME, CODE), compression=zipfile.ZIP_LZMA), "unusual way"),
    "cut off": (lambda: zipped((NAME, CODE))[:-30], "no zip archive"),
    "no archive": (lambda: b"Rar!\x1a\x07", "no zip archive"),
    "empty file": (lambda: b"", "no zip archive"),
    "nothing in it": (zipped, "it holds nothing"),
    "a zip in a zip": (lambda: zipped(("work.zip", zipped((NAME, CODE)))), "it holds work.zip"),
    "no answer": (lambda: zipped(("hw.py", "x = 1")), "holds no a3-fgsm.ipynb; it holds hw.py"),
    "two": (lambda: zipped((NAME, CODE), (f"old/{NAME}", CODE)), "holds 2 notebooks"),
    "two of one name": (lambda: zipped((NAME, CODE), (NAME, "x")), "holds 2 notebooks"),
    "bomb": (bomb, ""),
    "large": (
        lambda: zipped((NAME, b"#" * (40 << 20)), compression=zipfile.ZIP_DEFLATED),
        "larger than 32 MB",
    ),
    "many files": (lambda: many(archives.MAX_ENTRIES + 1), "too many files"),
    "announces many": (lambda: announcing(65_535), "too many files"),
}


@pytest.fixture
def student(tmp_path):
    """Put an archive into a student's folder and read it as grading does."""

    def read(content: bytes, name: str = f"{ASSIGNMENT}.zip") -> submission.Submission:
        home = tmp_path / "class" / "ada" / ASSIGNMENT
        home.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(content)
        path = submission.find(tmp_path / "class" / "ada", ASSIGNMENT)
        return submission.read(path, (), ASSIGNMENT)

    return read


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("case", REFUSED, ids=list(REFUSED))
def test_an_archive_that_cannot_be_taken_says_why(student, case, tmp_path):
    make, why = REFUSED[case]
    with pytest.raises(Malformed) as caught:
        student(make())
    assert why in caught.value.got
    assert len(caught.value.got) < 300
    assert caught.value.hint
    assert "\n" not in caught.value.got
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [
        tmp_path / "class" / "ada" / ASSIGNMENT / f"{ASSIGNMENT}.zip"
    ]


@pytest.mark.parametrize(
    "files",
    [
        [(NAME, CODE)],
        [("my work/homework/" + NAME, CODE), ("my work/notes.txt", "x")],
        [("a\\b\\" + NAME, CODE)],
        [(NAME, CODE), ("__MACOSX/._" + NAME, "x"), ("__MACOSX/" + NAME, "x")],
        [(NAME, CODE), (f".ipynb_checkpoints/{NAME}", "old"), ("Thumbs.db", "x")],
        [("größe/", ""), (f"größe/{NAME}", CODE)],
    ],
    ids=["plain", "in folders", "backslashes", "macOS", "checkpoints", "umlauts"],
)
def test_the_notebook_in_an_archive_is_found(student, files):
    (cell,) = student(zipped(*files), "Homework 3 (final).ZIP").cells
    assert cell.title == NAME
    assert "return images" in cell.source


def test_a_notebook_beside_an_archive_comes_first_and_two_archives_are_named(student, tmp_path):
    with pytest.raises(Malformed, match=r"holds 2 archives; a\.zip, b\.zip"):
        [student(zipped((NAME, CODE)), name) for name in ("a.zip", "b.zip")]
    (tmp_path / "class" / "ada" / NAME).write_text("x = 1")
    assert student(b"", "a.zip").cells[0].source == "x = 1"


def test_names_without_the_flag_for_utf8_are_read_as_they_were_meant(tmp_path):
    path = tmp_path / "class.zip"
    made = zipped((f"Zoe/{NAME}", CODE)).replace(b"Zoe", b"Zo\xc3\xab"[:3])  # same length: "Zo\xc3"
    path.write_bytes(made)
    with archives.opened(path) as archive:
        assert archives.entries(archive)[0].base == NAME
    info_of = zipfile.ZipInfo("Zoë".encode().decode("cp437"))
    assert archives.readable_name(info_of) == "Zoë"


def test_an_archive_in_zip64_is_read_as_sharepoint_writes_it(tmp_path):
    path = tmp_path / "class.zip"
    made = bytearray(zipped((f"ada/{NAME}", CODE)))
    at = made.rfind(b"PK\x05\x06")
    count, size, offset = struct.unpack_from("<HLL", made, at + 10)
    record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    path.write_bytes(made[:at] + record + locator + end)
    with archives.opened(path) as archive:
        (entry,) = archives.entries(archive)
        assert archives.content(archive, entry, 1000) == CODE.encode()


# --- a class -------------------------------------------------------------------------------------

MOODLE = "Ada Lovelace_101_assignsubmission_file_/a3-fgsm.py"
CLASSES = {
    "moodle, folders": (
        [MOODLE, "Zoë O'Neill, Jr._102_assignsubmission_file_/a3-fgsm.py",
         "Ada Lovelace_101_assignsubmission_onlinetext_/onlinetext.html"],
        ["Ada Lovelace_101_assignsubmission_file", "Zoë O'Neill, Jr._102_assignsubmission_file"],
    ),
    "moodle, flat": (
        ["Ada Lovelace_101_assignsubmission_file_a3-fgsm.py"],
        ["Ada Lovelace_101_assignsubmission_file"],
    ),
    "canvas": (
        ["lovelaceada_101_9001_a3-fgsm.py", "oneillzo_LATE_102_9002_a3-fgsm-2.py"],
        ["101", "102"],
    ),
    "plain": ([f"ada/{NAME}", f"bob/{ASSIGNMENT}/{NAME}"], ["ada", "bob"]),
    "plain, in a folder": ([f"class/ada/{NAME}", f"class/bob/{NAME}"], ["ada", "bob"]),
    "plain, files": (["ada.py", "bob.py"], ["ada", "bob"]),
}  # fmt: skip


def collect(tmp_path: Path, *files, options: str = "") -> int:
    (tmp_path / "class.zip").write_bytes(zipped(*files))
    target = str(tmp_path / "submitted")
    return main(["collect", ASSIGNMENT, str(tmp_path / "class.zip"), target, *options.split()])


@pytest.mark.parametrize("case", CLASSES, ids=list(CLASSES))
def test_a_class_is_sorted_into_folders_whoever_packed_it(tmp_path, case, capsys):
    names, students = CLASSES[case]
    assert collect(tmp_path, *((name, CODE) for name in names)) == 0
    assert f"{len(students)} of {len(students)} students collected" in capsys.readouterr().out
    written = sorted(path for path in (tmp_path / "submitted").rglob("*") if path.is_file())
    assert [path.relative_to(tmp_path / "submitted").as_posix() for path in written] == sorted(
        f"{student}/{ASSIGNMENT}/{NAME}" for student in students
    )
    for student in students:
        found = submission.find(tmp_path / "submitted" / student, ASSIGNMENT)
        assert submission.read(found).cells[0].source == CODE


def test_the_same_from_a_folder_of_archives_one_for_each_student(tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("ada", "bob"):
        (tmp_path / "in" / f"{name}.zip").write_bytes(zipped((f"work/{NAME}", CODE)))
    os.mkfifo(tmp_path / "in" / "carol.py")
    assert main(["collect", ASSIGNMENT, str(tmp_path / "in"), str(tmp_path / "out")]) == 2
    assert (tmp_path / "out" / "ada" / ASSIGNMENT / f"{ASSIGNMENT}.zip").is_file()
    for name in ("ada", "bob"):
        found = submission.find(tmp_path / "out" / name, ASSIGNMENT)
        assert submission.read(found, (), ASSIGNMENT).cells[0].source == CODE


def test_one_that_is_refused_says_why_when_it_is_graded_and_stops_nobody(tmp_path, capsys):
    folder = "{}_{}_assignsubmission_file_/"
    files = [
        (folder.format("Ada", 1) + NAME, CODE),
        (info(folder.format("Bob", 2) + NAME, LINK), "/etc/passwd"),
        (folder.format("Carol", 3) + "essay.docx", "x"),
        (folder.format("Dan", 4) + NAME, CODE),
        (folder.format("Dan", 4) + "a3-fgsm (1).py", CODE),
        (folder.format("Eve", 5) + "../../../" + NAME, CODE),
        (folder.format("Fay", 6) + "work.zip", b"no archive"),
    ]
    assert collect(tmp_path, *files) == 2
    out, error = capsys.readouterr()
    assert "2 of 6 students collected" in out
    assert len(error.splitlines()) == 4
    reasons = {}
    for path in (tmp_path / "submitted").iterdir():
        try:
            submission.read(submission.find(path, ASSIGNMENT), (), ASSIGNMENT)
        except Malformed as fault:
            reasons[path.name.partition("_")[0]] = fault.got
    assert sorted(reasons) == ["Bob", "Carol", "Dan", "Eve", "Fay"]
    assert "a link or a device" in reasons["Bob"]
    assert "it holds essay.docx" in reasons["Carol"]
    assert "2 files for a3-fgsm" in reasons["Dan"]
    assert "leads out of it" in reasons["Eve"]
    assert "no zip archive" in reasons["Fay"]


def test_a_later_download_takes_the_place_of_an_earlier_one(tmp_path):
    assert collect(tmp_path, (f"ada/{NAME}", CODE)) == 0
    assert collect(tmp_path, ("ada/a3-fgsm.ipynb", "{}"), (f"bob/{NAME}", CODE)) == 0
    there = sorted(path.name for path in (tmp_path / "submitted").rglob("a3-fgsm.*"))
    assert there == ["a3-fgsm.ipynb", "a3-fgsm.py"]
    assert (tmp_path / "submitted" / "ada" / ASSIGNMENT / "a3-fgsm.ipynb").read_text() == "{}"


@pytest.mark.parametrize("name", ["../ada", "..", ".ada", "a\x1b[31m", "n" * 300, ""])
def test_no_folder_is_made_of_a_name_that_is_none(tmp_path, name):
    files = [(f"{name}/{NAME}", CODE), (f"bob/{NAME}", CODE)]
    collect(tmp_path, *files)
    made = {path.name for path in (tmp_path / "submitted").iterdir()}
    assert made <= {"bob", "ada"}  # of "../ada" the last part is a name, and its file is refused
    assert not (tmp_path / "ada").exists()
    assert not (tmp_path / "submitted" / "ada" / ASSIGNMENT / NAME).exists()


MISTAKES = {
    "nothing there": ("collect a3-fgsm gone.zip out", "gone.zip does not exist"),
    "no archive": ("collect a3-fgsm text.zip out", "no zip archive"),
    "no students": ("collect a3-fgsm empty.zip out", "--from"),
    "assignment": ("collect a9 empty.zip out", "Known: a1-cnn"),
    "layout": ("collect a3-fgsm empty.zip out --from blackboard", "moodle, canvas, plain"),
}


@pytest.mark.parametrize("case", MISTAKES, ids=list(MISTAKES))
def test_a_mistake_is_one_line(tmp_path, monkeypatch, capsys, case):
    monkeypatch.chdir(tmp_path)
    Path("text.zip").write_text("x")
    Path("empty.zip").write_bytes(zipped())
    command, words = MISTAKES[case]
    assert main(command.split()) == 2
    assert words in (error := capsys.readouterr().err)
    assert len(error.splitlines()) == 1


def test_memory_stays_small_whatever_an_archive_unfolds_to(tmp_path):
    """A gigabyte of nothing in one megabyte, and as many files as an archive may list."""
    big = tmp_path / "ada.zip"
    with zipfile.ZipFile(big, "w", zipfile.ZIP_DEFLATED) as packed, packed.open(NAME, "w") as file:
        for _ in range(64):
            file.write(b"#" * (16 << 20))
    (tmp_path / "bob.zip").write_bytes(many(archives.MAX_ENTRIES - 2))
    script = f"""
import resource, sys
from pathlib import Path
from autograder.errors import Malformed
from autograder.handin import submission
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for name in ("ada.zip", "bob.zip"):
    try:
        submission.read(Path({str(tmp_path)!r}) / name, (), {ASSIGNMENT!r})
    except Malformed as fault:
        print(fault.got)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    *reasons, grown = done.stdout.splitlines()
    assert "larger than 32 MB" in reasons[0]
    assert len(reasons) == 1
    assert int(grown) < 150 << 10, "kilobytes"
