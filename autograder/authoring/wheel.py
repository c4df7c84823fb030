"""A wheel of our packages, written without a build tool, a network or a copy of the repository.

It is made from the packages in place, so that an edited checkout can be installed elsewhere: all of
them in Gradescope's container, those without the answers on a student's computer.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path

PROJECT = "adversarial-course"
ABOUT = "Wheel-Version: 1.0\nGenerator: autograder\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def wheel(files: Mapping[str, bytes], about: str, commands: str = "") -> tuple[str, bytes]:
    """A wheel that installs these files: its name, and its content.

    files: by their paths in the wheel. about: its METADATA. commands: its entry_points.txt.
    """
    stem = f"{PROJECT.replace('-', '_')}-{metadata.version(PROJECT)}"
    files = {**files, f"{stem}.dist-info/METADATA": about.encode()}
    files[f"{stem}.dist-info/WHEEL"] = ABOUT.encode()
    if commands:
        files[f"{stem}.dist-info/entry_points.txt"] = commands.encode()
    record = "".join(f"{name},{fingerprint(file)},{len(file)}\n" for name, file in files.items())
    files[f"{stem}.dist-info/RECORD"] = f"{record}{stem}.dist-info/RECORD,,\n".encode()
    return f"{stem}-py3-none-any.whl", zipped(files)


def about() -> str:
    """The METADATA of the course as it is installed here."""
    distribution = metadata.distribution(PROJECT)
    return distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""


def sources(folders: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """Every file of these packages, by its path in a wheel."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(folder.parent).as_posix(), path.read_bytes()


def fingerprint(content: bytes) -> str:
    """A hash as a wheel's RECORD writes it."""
    digest = hashlib.sha256(content).digest()
    return f"sha256={urlsafe_b64encode(digest).decode().rstrip('=')}"


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip with the same bytes for the same files; scripts are executable."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as target:
        for name, file in files.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if file.startswith(b"#!") else 0o644) << 16
            target.writestr(entry, file)
    return content.getvalue()
