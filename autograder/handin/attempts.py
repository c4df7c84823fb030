"""Which attempt of a student counts, which file of it is the answer, and writing that down."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone, tzinfo
from functools import partial
from pathlib import Path

from autograder.errors import Malformed
from autograder.handin import submission
from autograder.handin.archives import malformed, shown
from autograder.handin.choosing import Candidate, chosen, is_notebook
from autograder.handin.systems.reading import Piece
from autograder.report.marks.penalties import STAMP
from course.errors import CourseError

PACKED = re.compile(r"\.(tar|tgz|tbz2?|txz|gz|bz2|xz|zst|7z|rar|lzma?)$", re.IGNORECASE)
OTHER_ARCHIVE = "Of archives only zip is opened. Hand in the notebook itself."
TYPED = {
    "text": "is a text typed into the page",
    "link": "is a link, and nothing that can be collected",
}


@dataclass(frozen=True)
class Rules:
    """What an instructor decided: which attempts count, and which of several files.

    deadline: the newest attempt by then counts, or the newest of all where all came later. zone: of
    times that a system writes without one. wanted: paths in the download that count in any case.
    """

    deadline: datetime | None = None
    zone: tzinfo | None = None
    wanted: frozenset[str] = frozenset()

    def instant(self, piece: Piece) -> datetime | None:
        """When a file was handed in, or None where nobody knows it well enough."""
        if piece.when is None or piece.when.tzinfo:
            return piece.when
        return piece.when.replace(tzinfo=self.zone) if self.zone else None

    def is_late(self, piece: Piece) -> bool:
        """Whether the system says so, or the deadline does."""
        when = self.instant(piece)
        return piece.late or bool(self.deadline and when and when > self.deadline)


@dataclass(frozen=True)
class Taken:
    """The answer of a student, and a remark where another attempt is newer."""

    piece: Piece
    content: bytes
    remark: str = ""


def in_order(pieces: Sequence[Piece], rules: Rules) -> list[list[Piece]]:
    """The attempts with a file, the one that counts first: the newest in time, then the newest."""
    attempts: dict[tuple[str | int, ...], list[Piece]] = {}
    for piece in pieces:
        if piece.kind == "file":
            attempts.setdefault(piece.attempt, []).append(piece)
    newest_first = [attempts[key] for key in sorted(attempts, reverse=True)]
    return sorted(newest_first, key=lambda files: any(map(rules.is_late, files)))


def answer_of(assignment: str, pieces: Sequence[Piece], rules: Rules) -> Taken:
    """The answer among all files of a student. Raises Malformed where it is missing or unclear."""
    first: Malformed | None = None
    attempts = in_order(pieces, rules)
    for place, files in enumerate(attempts):
        try:
            piece = choice(assignment, files, rules)
            content = piece.file.content(submission.MAX_BYTES)
        except Missing as fault:
            first = first or fault
            continue
        remark = "the newest attempt holds no notebook, so an older one counts" if place else ""
        return Taken(piece, content, remark)
    if first is None:
        kinds = [piece.kind for piece in pieces if piece.kind in TYPED]
        what = TYPED[kinds[0]] if kinds else "holds no file"
        raise malformed("the hand-in", what, f"Hand in {assignment}.ipynb as a file.")
    raise first


class Missing(Malformed):
    """No file of an attempt is the answer; an older attempt may hold it."""


def choice(assignment: str, pieces: Sequence[Piece], rules: Rules) -> Piece:
    """The one file that is the answer. Raises Malformed when there is none, or more than one."""
    asked_for = [piece for piece in pieces if piece.file.path in rules.wanted]
    if len(asked_for) == 1:
        return readable(asked_for[0])
    candidates = [
        Candidate(base(piece), partial(piece.file.content, submission.MAX_BYTES))
        for piece in pieces
    ]
    # Learning systems number what is handed in again: a3-fgsm-1.ipynb, a3-fgsm (1).ipynb. Which of
    # several counts is not for us to say.
    again = re.compile(rf"{re.escape(assignment)}(?:[ _-]?\(?\d+\)?)?\.(?:ipynb|py)", re.IGNORECASE)
    numbered = [piece for piece in pieces if again.fullmatch(base(piece))]
    found = [pieces[place] for place in chosen(assignment, candidates)]
    notebooks = each_once(numbered if len(numbered) > 1 else found)
    zips = [piece for piece in pieces if base(piece).lower().endswith(".zip")]
    wanted = notebooks or zips
    names = shown([piece.name for piece in wanted or pieces])
    if not wanted:
        fault = malformed("the hand-in", f"holds no {assignment}.ipynb; it holds {names}")
        hint = OTHER_ARCHIVE if any(PACKED.search(base(piece)) for piece in pieces) else fault.hint
        raise Missing(fault.expected, fault.got, hint=hint)
    if len(wanted) > 1:
        raise malformed(
            "the hand-in",
            f"holds {len(wanted)} files for {assignment}: {names}",
            f"Hand in one. (Which counts? --take '{wanted[-1].file.path}')",
        )
    return readable(wanted[0])


def each_once(pieces: Sequence[Piece]) -> list[Piece]:
    """The same files, without those that an archive holds twice under one name."""
    different: dict[tuple[str, bytes], Piece] = {}
    if len({piece.file.path for piece in pieces}) == len(pieces):
        return list(pieces)
    for piece in pieces:
        content = readable(piece).file.content(submission.MAX_BYTES)
        different.setdefault((piece.file.path, content), piece)
    return list(different.values())


def base(piece: Piece) -> str:
    """The last part of what the student called a file."""
    return piece.name.rpartition("/")[2]


def readable(piece: Piece) -> Piece:
    """The same file. Raises Malformed where it must not be read."""
    if piece.file.trouble:
        raise malformed("the hand-in", f"is {piece.file.trouble} ({shown([piece.name])})")
    return piece


def home_of(target: Path, student: str) -> Path:
    """The student's folder; one that is there already in another Unicode form is the same one."""
    spelled_two_ways = unicodedata.normalize("NFD", student) != student
    if spelled_two_ways and target.is_dir() and not (target / student).exists():
        for folder in target.iterdir():
            if unicodedata.normalize("NFC", folder.name) == student:
                return folder
    return target / student


def store(assignment: str, folder: Path, taken: Taken | None, why: str, rules: Rules) -> None:
    """Write a student's answer, or why there is none, in place of what was there before.

    Raises CourseError where the folder cannot be written.
    """
    home = folder / assignment
    try:
        home.mkdir(parents=True, exist_ok=True)
        old = [
            *(f"{assignment}{end}" for end in (".ipynb", ".py", ".zip")),
            submission.REFUSED,
            STAMP,
        ]
        for name in old:
            (home / name).unlink(missing_ok=True)
        if taken is None:
            text = why.partition(" (Which counts?")[0]
            (home / submission.REFUSED).write_text(
                text, encoding="utf-8", errors="backslashreplace"
            )
            return
        draft = home / ".draft"
        draft.write_bytes(taken.content)
        os.replace(draft, home / (assignment + suffix_of(base(taken.piece), taken.content)))
        if (when := rules.instant(taken.piece)) is not None:
            text = when.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S.%f UTC")
            (home / STAMP).write_text(text, encoding="utf-8")
    except OSError as error:
        raise CourseError(f"{folder} cannot be written: {error}") from None


def suffix_of(name: str, content: bytes) -> str:
    """The suffix under which a file is stored, by its content and not by its name."""
    if name.lower().endswith(".zip"):
        return ".zip"
    return ".ipynb" if is_notebook(name, content) else ".py"
