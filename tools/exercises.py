"""Runs the worked answers to the lectures' code exercises and stores their output.

    python tools/exercises.py [NAME ...]

Each answer is a program teaching/exercises/<lecture>_<number>.py; its output goes into a file of
that name with .txt, and the page of answers shows both. Some train networks: minutes in all.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
ANSWERS = ROOT / "teaching" / "exercises"


def main() -> None:
    """Run those that the command line names, or all."""
    for name in sys.argv[1:] or sorted(path.stem for path in ANSWERS.glob("*.py")):
        printed = output(ANSWERS / f"{name}.py")
        (ANSWERS / f"{name}.txt").write_text(printed, encoding="utf-8")
        print(f"--- {name}\n{printed}", end="", flush=True)


def output(path: Path) -> str:
    """The output of a program.

    Raises SystemExit with its last line where it fails.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, str(path)], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{path.name} fails: {done.stderr.strip().splitlines()[-1]}")
    return done.stdout


if __name__ == "__main__":
    main()
