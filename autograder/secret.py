"""The instructor's secret, from which hidden inputs are drawn: its file, and how it is read."""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from course.errors import CourseError


def existing_secret(path: Path | None) -> bytes:
    """The secret of an earlier grading. Raises CourseError when there is none."""
    path = path or default_secret()
    if not path.is_file():
        raise CourseError(f"{path} does not exist: name the secret of that grading with --secret")
    return read_secret(path)


def default_secret() -> Path:
    """The file of the secret where the instructor names no other."""
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "adversarial-course" / "secret"


def read_secret(path: Path | None) -> bytes:
    """The secret in a file (None: the default one); a new secret is written where there is none.

    Raises CourseError when the file is too short to be one.
    """
    path = path or default_secret()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32) + "\n")
        print(f"a new secret for hidden inputs: {path} (keep it; the same one regrades the same)")
    secret = path.read_bytes().strip()
    if len(secret) < 16:
        raise CourseError(f"{path} is too short for a secret: delete it, and a new one is made")
    return secret


def secret_id(secret: bytes) -> str:
    """A name for a secret that does not reveal it: 12 hexadecimal digits."""
    return hashlib.sha256(b"id of " + secret).hexdigest()[:12]
