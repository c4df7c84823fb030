"""Gradescope's own autograder: the archive from which it builds a container that grades with us.

`setup.sh` and `run_autograder` lie at its root, as Gradescope asks for, beside a wheel of the
course as it is installed here, so that the container grades with the very code of this machine.
The instructor's secret is in it: the archive is as secret as that.

https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

import autograder
import course
import solutions
from autograder.exports.gradescope_live import Order
from autograder.feedback import TEMPLATES

PROJECT = "adversarial-course"
NEEDED = ("pytest", "jinja2")  # of the student's extra: what judging itself imports
WHEEL = "Wheel-Version: 1.0\nGenerator: autograder\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def archive(order: Order, secret: bytes) -> bytes:
    """The archive to upload to Gradescope under Configure Autograder."""
    name, content = wheel()
    return zipped(
        {
            "setup.sh": (TEMPLATES / "gradescope-setup.sh").read_bytes(),
            "run_autograder": (TEMPLATES / "gradescope-run.sh").read_bytes(),
            "grading.json": json.dumps(asdict(order), indent=2).encode() + b"\n",
            "requirements.txt": "\n".join([*requirements(), ""]).encode(),
            "secret": secret + b"\n",
            name: content,
        }
    )


def requirements() -> Iterator[str]:
    """What must be installed beside the wheel to judge, with the project's own bounds."""
    for line in metadata.requires(PROJECT) or ():
        needed, _, condition = line.partition(";")
        if not condition or ("student" in condition and needed.startswith(NEEDED)):
            yield needed.strip()


def wheel() -> tuple[str, bytes]:
    """The installed course as a wheel: its name, and its content.

    Made from the packages where they lie, so that it needs no build tool, no network and no copy of
    the repository, and an edited checkout is what gets graded with.
    """
    distribution = metadata.distribution(PROJECT)
    stem = f"{PROJECT.replace('-', '_')}-{distribution.version}"
    files = dict(sources())
    about = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    files[f"{stem}.dist-info/METADATA"] = about.encode()
    files[f"{stem}.dist-info/WHEEL"] = WHEEL.encode()
    record = "".join(f"{name},{fingerprint(file)},{len(file)}\n" for name, file in files.items())
    files[f"{stem}.dist-info/RECORD"] = f"{record}{stem}.dist-info/RECORD,,\n".encode()
    return f"{stem}-py3-none-any.whl", zipped(files)


def sources() -> Iterator[tuple[str, bytes]]:
    """Every file of our three packages, by its path in a wheel."""
    for package in (autograder, course, solutions):
        folder = Path(str(package.__file__)).parent
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(folder.parent).as_posix(), path.read_bytes()


def fingerprint(content: bytes) -> str:
    """A hash as a wheel's RECORD writes it."""
    digest = hashlib.sha256(content).digest()
    return f"sha256={urlsafe_b64encode(digest).decode().rstrip('=')}"


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip that comes out the same, byte for byte, from the same files; scripts can be run."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as target:
        for name, file in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if file.startswith(b"#!") else 0o644) << 16
            target.writestr(entry, file)
    return content.getvalue()
