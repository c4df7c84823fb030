"""What a learning system's download says: whose each file is, and which attempt it belongs to.

Each system has one function `read(download) -> Reading`. It names people, attempts and times as the
system does; which file is the answer, and which attempt counts, is decided in `collect.py`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from autograder.handin.download import Arrived

MAX_NAME = 255  # bytes: more no common file system takes in the name of a folder
# What nobody sees: direction marks, which turn around what stands after them, and places where a
# word may be broken. A name that differs from another in those alone misleads.
UNSEEN = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
JOINERS = "\u180e\u200c\u200d"  # letters of many scripts are joined, or kept apart, by these


@dataclass(frozen=True)
class Who:
    """A person, or a group, as a learning system names them.

    folder: the name of their folder. name: what a person calls them. ids: the numbers, user names
    and addresses that this system knows them by. Two are the same person where `key` is the same.
    """

    key: str
    folder: str
    name: str = ""
    ids: frozenset[str] = frozenset()

    @classmethod
    def of(cls, folder: str, name: str = "", ids: Iterable[str] = (), key: str = "") -> Who:
        """A person with tidied names."""
        folder = tidied(folder)
        return cls(key or folder, folder, tidied(name), frozenset(filter(None, map(tidied, ids))))


@dataclass(frozen=True)
class Piece:
    """One file of a hand-in.

    name: what the student called it. attempt: sorts the attempts of one person; the last is the
    newest. when: the time of the attempt, without a zone where the system gives none. late: the
    system says so. kind: `file`, `text` and `link` (typed into a page), or `note` (the system's
    own, which is no hand-in).
    """

    who: Who
    file: Arrived
    name: str
    attempt: tuple[str | int, ...] = ()
    when: datetime | None = None
    late: bool = False
    kind: str = "file"


@dataclass
class Reading:
    """A download as one system reads it.

    aside: the system's own files, which belong to nobody, with what they are. unknown: files that
    fit no person, with the reason.
    """

    pieces: list[Piece] = field(default_factory=list)
    aside: list[tuple[Arrived, str]] = field(default_factory=list)
    unknown: list[tuple[Arrived, str]] = field(default_factory=list)

    def add(self, piece: Piece) -> None:
        """Note a file of a person; where the name cannot be that of a folder, it is unknown."""
        if trouble := unusable(piece.who.folder):
            self.unknown.append((piece.file, trouble))
        else:
            self.pieces.append(piece)

    @property
    def explained(self) -> int:
        """How many files this reading accounts for."""
        return len(self.pieces) + len(self.aside)


def shared_start(names: Collection[str]) -> str:
    """What all of several names begin with; nothing where there are fewer than two."""
    if len(names) < 2:
        return ""
    first, last = min(names), max(names)
    same = next((i for i, c in enumerate(first) if last[i : i + 1] != c), len(first))
    return first[:same]


def tidied(name: str) -> str:
    """A name in one Unicode form, without what nobody sees and outer space."""
    return unicodedata.normalize("NFC", UNSEEN.sub("", name)).strip()


def unusable(name: str) -> str:
    """Why a name cannot be that of a student's folder; empty where it can."""
    if not name or name.startswith("."):
        return "a name that is empty or begins with a dot is no student's"
    if "/" in name or any(not c.isprintable() and c not in JOINERS for c in name):
        if any("\ud800" <= c <= "\udfff" for c in name):
            return "the student's name is not written in UTF-8: rename the folder"
        return "the student's name holds control characters"
    if len(name.encode("utf-8", "surrogateescape")) > MAX_NAME:
        return f"the student's name is longer than {MAX_NAME} bytes"
    return ""
