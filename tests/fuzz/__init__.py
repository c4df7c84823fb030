"""Coverage-guided fuzzing of the places where bytes from outside are first read.

A target takes any bytes and returns a word for the outcome, or raises for a bug: a reader may raise
only `Malformed`. `fuzz_readers.py` looks for such bytes with atheris (`make fuzz`). The inputs
worth storing are in `corpus/`, and the fast suite reads them again.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from autograder.errors import Malformed
from autograder.handin import submission
from autograder.nbgrader_plugin import repair as nbgrader_repair
from autograder.worker.protocol import decode, unpack

CORPUS = Path(__file__).parent / "corpus"
REQUIRED = ("fgsm", "attack_success_rate")
LONGEST = 4096  # bytes of one input


def frame(data: bytes) -> str:
    """Read the two parts of a frame: a line with the header, and the payload below it."""
    header, _, payload = data.partition(b"\n")
    try:
        message = decode(header, payload)
        unpack(message.header.get("result"), message.tensors)
    except Malformed:
        return "malformed"
    return "a message"


def notebook(data: bytes) -> str:
    """Read a notebook, as the judge does and as nbgrader's repair does."""
    path = folder() / "a3-fgsm" / "a3-fgsm.ipynb"
    path.write_bytes(data)
    json.dumps(nbgrader_repair.load(path), allow_nan=False).encode()  # as nbgrader will write it
    try:
        read = submission.read(path, REQUIRED)
    except Malformed:
        return "malformed"
    return f"{min(len(read.cells), 2)} cells"


def archive(data: bytes) -> str:
    """Read a zip archive with a notebook in it."""
    path = folder() / "a3-fgsm.zip"
    path.write_bytes(data)
    try:
        submission.read(path, REQUIRED, "a3-fgsm")
    except Malformed:
        return "malformed"
    return "a submission"


@cache
def folder() -> Path:
    """A student's folder, used for each input in turn."""
    made = tempfile.TemporaryDirectory(prefix="fuzz-")
    kept.append(made)
    (Path(made.name) / "a3-fgsm").mkdir()
    return Path(made.name)


kept: list[Any] = []  # so that the folder lives as long as this process
TARGETS: dict[str, Callable[[bytes], str]] = {
    "frame": frame,
    "notebook": notebook,
    "archive": archive,
}


def corpus(target: str) -> list[Path]:
    """The stored inputs of a target."""
    return sorted((CORPUS / target).iterdir())
