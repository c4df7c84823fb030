"""Measures how long each notebook takes with its reference answers, and its slowest cell.

    python benchmarks/notebooks.py [a1-cnn ...] [--data PROFILE] [--keep]

Each runs from top to bottom in a new kernel with the threads that PyTorch chooses, as on a
student's machine; run this on a quiet machine. The assignments promise at most three minutes on two
cores with digits or signs, and one for each cell. --keep writes the executed notebooks to
build/notebooks.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import nbformat
from machine import machine
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "assignments" / "source"
LONGEST, LONGEST_CELL = 180, 60  # seconds
PROMISED = ("digits", "signs")


def executed(name: str, profile: str) -> nbformat.NotebookNode:
    """Run the solved notebook on a profile; raises CellExecutionError if a cell fails."""
    notebook = nbformat.read(SOURCE / name / f"{name}.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.source = cell.source.replace('PROFILE = "digits"', f'PROFILE = "{profile}"')
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        NotebookClient(notebook, timeout=1800, kernel_name="python3", resources=resources).execute()
    return notebook


def seconds(cell: nbformat.NotebookNode) -> float:
    """How long a cell took, by the kernel's clock."""
    times = cell.metadata.get("execution", {})
    if "shell.execute_reply" not in times:
        return 0.0
    begun, done = (
        datetime.fromisoformat(times[name].replace("Z", "+00:00"))
        for name in ("iopub.execute_input", "shell.execute_reply")
    )
    return (done - begun).total_seconds()


def main() -> int:
    """Print a table; exit status 1 if a notebook takes longer than was promised for its images."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = sorted(file.parent.name for file in SOURCE.glob("*/*.ipynb"))
    parser.add_argument("names", nargs="*", default=names, help="default: all")
    parser.add_argument("--data", default="digits", metavar="PROFILE")
    parser.add_argument("--keep", action="store_true", help="keep the executed notebooks")
    arguments = parser.parse_args()
    print(machine())
    print(f"{'notebook':26}{'seconds':>8}{'slowest cell':>14}  its id")
    slow = False
    for name in arguments.names:
        start = time.perf_counter()
        notebook = executed(name, arguments.data)
        whole = time.perf_counter() - start
        worst = max(notebook.cells, key=seconds)
        print(f"{name:26}{whole:8.1f}{seconds(worst):14.1f}  {worst.id}", flush=True)
        slow |= whole > LONGEST or seconds(worst) > LONGEST_CELL
        if arguments.keep:
            kept = ROOT / "build" / "notebooks" / f"{name}-{arguments.data}.ipynb"
            kept.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(notebook, kept)
    return int(slow and arguments.data in PROMISED)


if __name__ == "__main__":
    sys.exit(main())
