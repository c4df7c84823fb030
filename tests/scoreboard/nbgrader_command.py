"""nbgrader's commands, run on a course as an instructor would, in a process of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def nbgrader(course: Path | str, *command: str) -> str:
    """Run one in the course's folder; returns its stderr. Raises RuntimeError if it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *command],
        cwd=course,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"nbgrader {' '.join(command)}: {done.stderr[-2000:]}")
    return done.stderr
