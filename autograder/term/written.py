"""Which files of a term's folder `autograder init` wrote, so that it can bring them up to date.

A file that is still as it was written belongs to the course; one that differs is the instructor's.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

from autograder.files import write_atomically

RECORD = ".autograder-init.json"


@dataclass
class Record:
    """The SHA-256 of each file as it was written, by its path in the folder."""

    digests: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Record:
        """The record in a folder; an empty one where there is none, or a damaged one."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            content = {}
        return cls(dict(content) if isinstance(content, dict) else {})

    def write(self, path: Path) -> None:
        """Write the record."""
        write_atomically(path, json.dumps(self.digests, indent=1, sort_keys=True) + "\n")

    def put(self, folder: Path, name: str, text: str) -> str:
        """Write a file, unless it is the instructor's: "new", "kept", "updated" or "yours"."""
        path = folder / name
        done = "new"
        if path.exists():
            there = path.read_text(encoding="utf-8", errors="replace")
            if there != text and digest(there) != self.digests.get(name):
                return "yours"
            done = "kept" if there == text else "updated"
        if done != "kept":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.digests[name] = digest(text)
        return done


def digest(text: str) -> str:
    """The SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
