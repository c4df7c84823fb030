"""What an instructor downloaded: every file in an archive or a folder, none of them unpacked.

An archive of a class that lies in another archive, or in a folder, is looked into; an archive that
a student handed in is not, for the answer in it is found when it is graded.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.errors import Malformed
from autograder.handin import archives, submission
from course.errors import CourseError

# What systems and editors leave beside the files of people.
CLUTTER = re.compile(
    r"(^|/)(__MACOSX|\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini|\.ipynb_checkpoints|\.git|\.github"
    r"|\.gitignore|\.gitattributes|\.gitkeep|\.gitmodules|\.vscode|\.idea|\.venv|__pycache__"
    r"|\.pytest_cache|\.Rhistory|~\$[^/]*|\.~lock\.[^/]*|Icon\r)(/|$)"
)
REPOSITORY = re.compile(r"(?P<folder>.*?)/?\.git(hub)?(/|$)")
LARGEST_CLASS = 512 << 20  # bytes of an archive of a class inside another one, held in memory


@dataclass(frozen=True)
class Arrived:
    """One file of a download: its path there, why it must not be read, and how to get its bytes.

    disk: where it lies, if not in an archive.
    """

    path: str
    trouble: str
    content: Callable[[int], bytes]
    disk: Path | None = None

    @property
    def base(self) -> str:
        """The file's own name."""
        return self.path.rpartition("/")[2]

    @property
    def parts(self) -> tuple[str, ...]:
        """The folders above the file, and its name."""
        return tuple(self.path.split("/"))


@dataclass(frozen=True)
class Download:
    """The files of a class, the folders that are git repositories, and those that hold no file.

    A folder in an empty one is not named.
    """

    files: tuple[Arrived, ...]
    repositories: frozenset[str] = frozenset()
    empty: frozenset[str] = frozenset()


def downloaded(path: Path, stack: contextlib.ExitStack) -> Download:
    """Everything in an archive or below a folder; archives stay open as long as `stack`.

    Raises CourseError for a path that is neither, and for an archive that cannot be read.
    """
    if path.is_dir():
        return sorted_out(in_folder(path))
    if not path.is_file():
        raise CourseError(f"{path} does not exist: name the archive of the class, or a folder")
    try:
        archive = stack.enter_context(archives.opened(path))
        return sorted_out(in_archive(archive))
    except Malformed as fault:
        raise CourseError(
            f"{fault.got}. Name the zip of the class, or the folder of another archive unpacked"
        ) from None


def sorted_out(files: Iterator[Arrived]) -> Download:
    """The files without clutter, in the order of their paths; a path that ends in / is a folder."""
    kept, repositories, folders = [], set(), set()
    for file in files:
        if found := REPOSITORY.match(file.path):
            repositories.add(found["folder"])
        if clutter := CLUTTER.search(file.path):
            folders.add(file.path[: clutter.start()])
        elif file.path.endswith("/"):
            folders.add(file.path.rstrip("/"))
        else:
            kept.append(file)
    filled = {above for file in kept for above in folders_above(file.path)}
    empty = {
        next(above for above in [*folders_above(folder), folder] if above not in filled)
        for folder in folders - filled - {""}
    }
    kept.sort(key=lambda file: file.path)
    return Download(tuple(kept), frozenset(repositories), frozenset(empty))


def folders_above(path: str) -> list[str]:
    """The folders that a file lies in, the outermost first."""
    return [path[:at] for at, sign in enumerate(path) if sign == "/"]


def in_folder(folder: Path) -> Iterator[Arrived]:
    """Every file and folder below a folder; of links and of a `.git` only the name is given."""
    for where, folders, names in os.walk(folder):
        home = Path(where)
        links = [name for name in folders if (home / name).is_symlink()]
        hidden = [name for name in folders if CLUTTER.search(name)]
        folders[:] = [name for name in folders if name not in (*links, *hidden)]
        for name in folders:
            inner = (home / name).relative_to(folder).as_posix()
            yield Arrived(
                f"{unicodedata.normalize('NFC', inner)}/", "", partial(bytes_within, home)
            )
        for name in (*names, *links, *hidden):
            path = home / name
            relative = unicodedata.normalize("NFC", path.relative_to(folder).as_posix())
            sound = path.is_file() and not path.is_symlink()
            trouble = "" if sound else "a link or a device"
            yield Arrived(relative, trouble, partial(bytes_within, path), path)


def bytes_within(path: Path, _limit: int) -> bytes:
    """The bytes of a file on the disk; the limit is that of every submission."""
    return submission.bytes_of(path)


def in_archive(archive: zipfile.ZipFile) -> Iterator[Arrived]:
    """Every file and folder of an archive."""
    for entry in archives.every_entry(archive):
        yield Arrived(entry.name, entry.trouble, partial(archives.content, archive, entry))


def opened_within(file: Arrived, stack: contextlib.ExitStack) -> Download | None:
    """The files of an archive that lies in a download, or None where it cannot be read."""
    if file.trouble or not file.base.lower().endswith(".zip"):
        return None
    try:
        if file.disk is not None:
            archive = stack.enter_context(archives.opened(file.disk))
        else:
            packed = io.BytesIO(file.content(LARGEST_CLASS))
            archive = stack.enter_context(archives.archive_in(packed, file.base))
        return sorted_out(in_archive(archive))
    except (Malformed, OSError):
        return None
