"""`autograder collect`: from what a learning system hands out to `<student>/<assignment>/`.

Canvas and Moodle give an instructor one archive of a class; others give a folder, or one archive a
student. Only the file of the assignment is taken, under the agreed name. What cannot be taken is
noted down in the student's folder, so that grading says FORMAT and why, and stops nobody else.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder import catalog
from autograder.errors import Malformed
from autograder.handin import archives, submission
from autograder.handin.archives import malformed, shown
from autograder.handin.choosing import Candidate, chosen, is_notebook
from course.errors import CourseError

# How each learning system names a file in its archive: whose it is, and what it was called.
LAYOUTS = {
    "moodle": re.compile(r"(?:.*/)?(?P<student>[^/]+_\d+_assignsubmission_file)_?/?(?P<file>.+)"),
    "canvas": re.compile(r"(?:.*/)?[^/_]+(?:_LATE)?_(?P<student>\d+)_\d+_(?P<file>[^/]+)"),
    "plain": re.compile(r"(?P<student>[^/]+?)(?:/(?P<file>.+)|(?P<suffix>\.(?:ipynb|py|zip)))"),
}
MAX_NAME = 200  # bytes, of the 255 that a file system takes


@dataclass(frozen=True)
class Found:
    """One file of one student: its path where it comes from, and how to get its bytes."""

    student: str
    file: str
    trouble: str
    content: Callable[[int], bytes]

    @property
    def base(self) -> str:
        """The file's own name."""
        return self.file.rpartition("/")[2]


def collect_command(args: argparse.Namespace) -> int:
    """Collect every student's file. Exit 0 when all were taken, 2 when some were refused."""
    catalog.assignment(args.assignment)
    if args.layout is not None and args.layout not in LAYOUTS:
        raise CourseError(f"no layout called {args.layout!r}; there are: {', '.join(LAYOUTS)}")
    refused = collect(args.assignment, args.download, args.submissions, args.layout)
    for student, why in refused.items():
        if why:
            print(f"autograder: {student}: {why}", file=sys.stderr)
    taken, left = sum(not why for why in refused.values()), sum(map(bool, refused.values()))
    print(f"{taken} of {taken + left} students collected: {args.submissions}")
    return 2 if left else 0


def collect(
    assignment: str, download: Path, target: Path, layout: str | None = None
) -> dict[str, str]:
    """Write each student's file below `target`; returns why each was refused, or "".

    layout: one of LAYOUTS; by default the first that fits most of the files. A student who is there
    already gets the file of this download. Raises CourseError when nothing can be collected.
    """
    with contextlib.ExitStack() as stack:
        try:
            files = list(listed(download, stack))
        except Malformed as fault:
            raise CourseError(f"{fault.got}. Name the archive of the class, or a folder") from None
        layout = layout or best_layout([name for name, _, _ in files])
        students: dict[str, list[Found]] = {}
        for name, trouble, content in files:
            if (found := whose(name, trouble, content, layout, assignment)) is not None:
                students.setdefault(found.student, []).append(found)
        if not students:
            raise CourseError(
                f"{download} holds no file of a student as {layout} names them: "
                f"choose with --from: {', '.join(LAYOUTS)}"
            )
        refused = {}
        for student, theirs in sorted(students.items()):
            try:
                refused[student] = take(assignment, theirs, target / student)
            except OSError as error:
                raise CourseError(f"{target / student} cannot be written: {error}") from None
    return refused


def listed(
    download: Path, stack: contextlib.ExitStack
) -> Iterator[tuple[str, str, Callable[[int], bytes]]]:
    """Every file of an archive or a folder: its path there, its trouble, and its bytes by limit."""
    if download.is_dir():
        for path in sorted(download.rglob("*")):
            name = path.relative_to(download).as_posix()
            if not path.is_dir() and not archives.IGNORED.search(name):
                trouble = "" if path.is_file() and not path.is_symlink() else "a link or a device"
                yield name, trouble, lambda limit, path=path: submission.bytes_of(path)  # type: ignore[misc]
        return
    if not download.is_file():
        raise CourseError(f"{download} does not exist: name the archive of the class, or a folder")
    archive = stack.enter_context(archives.opened(download))
    for entry in archives.entries(archive):
        yield (
            entry.name,
            entry.trouble,
            lambda limit, entry=entry: archives.content(  # type: ignore[misc]
                archive, entry, limit
            ),
        )


def best_layout(names: Sequence[str]) -> str:
    """The learning system whose naming fits most of the files; plain where none does."""
    fits = {
        name: sum(bool(pattern.fullmatch(each)) for each in names)
        for name, pattern in LAYOUTS.items()
        if name != "plain"
    }
    best = max(fits, key=lambda name: fits[name])
    return best if 2 * fits[best] > len(names) else "plain"


def whose(
    name: str, trouble: str, content: Callable[[int], bytes], layout: str, assignment: str
) -> Found | None:
    """The file `name` with its student, or None where it names no usable student."""
    if layout == "plain":  # archives are often made of one folder, with everything in it
        parts = name.split("/")
        at = next((i for i, part in enumerate(parts[1:], 1) if part == assignment), None)
        start = at - 1 if at else max(0, len(parts) - 2)
        name = "/".join(parts[start:])
    match = LAYOUTS[layout].fullmatch(name)
    if match is None:
        return None
    student = match["student"].strip()
    if student.startswith(".") or not student.isprintable() or len(student.encode()) > MAX_NAME:
        return None
    file = match["file"] or assignment + match["suffix"]
    return Found(student, file, trouble, content)


def take(assignment: str, files: Sequence[Found], folder: Path) -> str:
    """Write one student's file; returns why it was refused, or nothing."""
    home = folder / assignment
    home.mkdir(parents=True, exist_ok=True)
    for old in (*(f"{assignment}{end}" for end in (".ipynb", ".py", ".zip")), submission.REFUSED):
        (home / old).unlink(missing_ok=True)
    try:
        answer = choice(assignment, files)
        content = answer.content(submission.MAX_BYTES)
    except Malformed as fault:
        why = f"{fault.got}. {fault.hint}"
        (home / submission.REFUSED).write_text(why, encoding="utf-8", errors="backslashreplace")
        return why
    draft = home / ".draft"
    draft.write_bytes(content)
    os.replace(draft, home / (assignment + suffix_of(answer, content)))
    return ""


def choice(assignment: str, files: Sequence[Found]) -> Found:
    """The one file that is the answer. Raises Malformed when there is none, or more than one."""
    candidates = [
        Candidate(file.base, partial(file.content, submission.MAX_BYTES)) for file in files
    ]
    # Learning systems number what is handed in again: a3-fgsm-1.ipynb, a3-fgsm (1).ipynb. Which of
    # several counts is not for us to say.
    again = re.compile(rf"{re.escape(assignment)}(?:[ _-]?\(?\d+\)?)?\.(?:ipynb|py)", re.IGNORECASE)
    numbered = [file for file in files if again.fullmatch(file.base)]
    found = [files[place] for place in chosen(assignment, candidates)]
    notebooks = numbered if len(numbered) > 1 else found
    zips = [file for file in files if file.base.lower().endswith(".zip")]
    names = shown([file.file for file in notebooks or zips or files])
    wanted = notebooks or zips
    if not wanted:
        raise malformed("the hand-in", f"holds no {assignment}.ipynb; it holds {names}")
    if len(wanted) > 1:
        raise malformed(
            "the hand-in", f"holds {len(wanted)} files for {assignment}: {names}", "Hand in one."
        )
    if wanted[0].trouble:
        raise malformed("the hand-in", f"is {wanted[0].trouble} ({names})")
    return wanted[0]


def suffix_of(file: Found, content: bytes) -> str:
    """The suffix under which a file is stored, by its content and not by its name."""
    if file.base.lower().endswith(".zip"):
        return ".zip"
    return ".ipynb" if is_notebook(file.base, content) else ".py"
