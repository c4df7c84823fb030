"""Writing files that are complete after a crash, under names that every file system accepts."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path

LONGEST_NAME = 200  # bytes: most file systems accept 255, suffix included


def file_name(student: str) -> str:
    """The name of a student's files; a name that is too long is cut, and ends in its hash."""
    name = os.fsencode(student)
    if len(name) <= LONGEST_NAME:
        return student
    cut = name[:LONGEST_NAME].decode(errors="ignore")
    return f"{cut}-{hashlib.sha256(name).hexdigest()[:12]}"


def write_atomically(path: Path, text: str, encoding: str = "utf-8") -> None:
    """Write a file so that a reader finds the old or the new one, never half, even after a crash.

    What the encoding cannot hold, as in a file name in another encoding, is written as its escape.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        temporary.write_text(text, encoding=encoding, errors="backslashreplace")
        os.replace(temporary, path)
    except OSError:  # on a full disk, the unfinished file must not stay
        temporary.unlink(missing_ok=True)
        raise
