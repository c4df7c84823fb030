"""A copy of the whole checkout, which tests change as an author would, and commands run in it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = (".git", ".venv", "build", "*_cache", "__pycache__", ".hypothesis", "*.egg-info")


def copied(folder: Path) -> Path:
    """Copy the checkout into a new folder, without generated files; return the folder."""
    return Path(shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT)))


def passes(checkout: Path, *tests: str) -> None:
    """Run tests of the copy with the copy's packages, and assert that all pass."""
    run(checkout, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)


def run(checkout: Path, *arguments: str) -> str:
    """Run Python in the copy, assert that it ends well, and return what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout
