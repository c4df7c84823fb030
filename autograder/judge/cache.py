"""The folder in which the judge keeps what takes long to make: private, checked, bounded in size.

An entry is found under a key that only the secret's owner can compute. `<key>.json` says what it
is and names the content, `<SHA-256>.safetensors`. Both are written whole or not at all, so that
several makers at once, or one that is killed, damage nothing. An entry that is not exactly what was
written is not used. A student's process is shown nothing of the folder at the levels `strong` and
`medium`; at `none` it can read what its user can read.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.sandbox import bubblewrap

MOST_BYTES = 256 << 20  # an assignment takes up to 4 MB; what was not used for longest goes first
UNFINISHED_SECONDS = 3600.0  # after which a file that belongs to no entry is nobody's work


def folder() -> Path:
    """`COURSE_CACHE`, or else the user's cache folder (`XDG_CACHE_HOME`, ~/.cache); then `judge`.

    It need not exist.
    """
    if own := os.environ.get("COURSE_CACHE"):
        return Path(own).expanduser().absolute() / "judge"
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser().absolute() / "adversarial-course" / "judge"


@dataclass(frozen=True)
class Entry:
    """One entry: what it depends on, all of it JSON, and the secret that guards it."""

    about: Mapping[str, Any]
    secret: bytes

    @property
    def key(self) -> str:
        """The name of the entry: other names for other dependences, and nothing of the secret."""
        text = json.dumps(self.about, sort_keys=True)
        return self.authenticated(f"name of {text}")[:40]

    def signature(self, digest: str) -> str:
        """What shows that the owner of the secret wrote this content for this entry."""
        return self.authenticated(f"content {digest} of {self.key}")

    def authenticated(self, text: str) -> str:
        """The hexadecimal HMAC-SHA-256 of a text under a key made from the secret."""
        key = hmac.digest(self.secret, b"key of what the judge keeps", "sha256")
        return hmac.new(key, text.encode(), "sha256").hexdigest()

    def read(self) -> bytes | None:
        """The content, or None where there is no such entry. Raises Damaged for another one."""
        path = folder() / f"{self.key}.json"
        try:
            index = json.loads(path.read_bytes())
            digest = str(index["sha256"])
            if not hmac.compare_digest(self.signature(digest), str(index["signature"])):
                raise Damaged(f"{path}: its signature does not hold")
            content = content_path(digest).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Damaged(f"{path}: {error}") from None
        if hashlib.sha256(content).hexdigest() != digest:
            raise Damaged(f"{content_path(digest)}: its SHA-256 is another")
        with contextlib.suppress(OSError):  # on a read-only disk
            os.utime(path)  # so that the entry counts as used
        return content

    def write(self, content: bytes) -> None:
        """Keep the content, and make room for it. Raises OSError where nothing can be kept."""
        if shown := shown_to_students(folder().resolve()):
            raise OSError(f"{shown} is shown to students' code: name another COURSE_CACHE")
        folder().mkdir(parents=True, exist_ok=True)
        folder().chmod(0o700)
        digest = hashlib.sha256(content).hexdigest()
        index = {"about": self.about, "sha256": digest, "signature": self.signature(digest)}
        put(content_path(digest), content)
        put(folder() / f"{self.key}.json", json.dumps(index, indent=1).encode())
        make_room()


def shown_to_students(path: Path) -> Path | None:
    """The folder around a path that a worker's box shows; None if there is none."""
    around = (folder.resolve() for folder in bubblewrap.readable())
    return next((folder for folder in around if path.is_relative_to(folder)), None)


class Damaged(Exception):
    """An entry is not what was written; the message says which, and how that shows."""


def content_path(digest: str) -> Path:
    """The file of the content with this SHA-256."""
    return folder() / f"{Path(digest).name}.safetensors"


def put(path: Path, content: bytes) -> None:
    """Write a file that its owner alone can read, so that a reader finds all of it or none."""
    number, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with open(number, "wb") as file:
            file.write(content)
        os.replace(name, path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def make_room() -> None:
    """Remove the entries that were not used for longest, down to MOST_BYTES, and what is left over.

    Another process may remove the same files meanwhile; one that misses them makes them again.
    """
    entries = sorted(folder().glob("*.json"), key=lambda path: -stat(path)[0])
    kept: set[Path] = set()
    for number, path in enumerate(entries):
        content = content_of(path)
        size = sum(stat(other)[1] for other in kept | {content})
        if number and size > MOST_BYTES:  # never the newest, whose content was just written
            path.unlink(missing_ok=True)
            if content not in kept:
                content.unlink(missing_ok=True)
        else:
            kept.add(content)
    old = time.time() - UNFINISHED_SECONDS
    for path in (*folder().glob("*.safetensors"), *folder().glob(".*.tmp")):
        if path not in kept and stat(path)[0] < old:
            path.unlink(missing_ok=True)


def stat(path: Path) -> tuple[float, int]:
    """When a file was last written or used, and its bytes; nothing for one that is gone."""
    with contextlib.suppress(OSError):
        found = path.stat()
        return found.st_mtime, found.st_size
    return 0.0, 0


def content_of(index: Path) -> Path:
    """The content that an index names; a damaged index names one that is not there."""
    try:
        return content_path(str(json.loads(index.read_bytes())["sha256"]))
    except (OSError, ValueError, KeyError, TypeError):
        return content_path("none")


def fetched(entry: Entry, make: Callable[[], bytes], report: Callable[[str], None]) -> bytes:
    """The content of an entry; it is made, and kept, where there is none or a damaged one.

    report: gets a line about a damaged entry, and about a folder that cannot be written.
    """
    try:
        content = entry.read()
    except Damaged as damage:
        report(f"{damage}. It is made again")
        content = None
    if content is None:
        content = make()
        try:
            entry.write(content)
        except OSError as error:
            report(f"what the judge made cannot be kept for next time: {error}")
    return content
