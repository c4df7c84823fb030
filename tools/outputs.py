"""Runs the assignments' notebooks with their answers, and stores what their cells print.

    python tools/outputs.py [ASSIGNMENT ...]      (without one: all, in about half an hour)

The text goes to assignments/outputs/; `autograder build` puts it below the code on the assignments'
pages. A cell whose code has changed since shows no output there until this has run again. Figures
print their words too, so the text says all; tables of checks are left out.
"""

from __future__ import annotations

import argparse
import json
from importlib import metadata
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from autograder import installed
from autograder.authoring.outputs import fingerprint

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "assignments" / "outputs"
SECONDS = 1800  # for one cell
NAMED = ("torch", "scikit-learn", "matplotlib")


def main() -> int:
    """Run and store; returns the exit status 0."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("assignments", nargs="*", metavar="ASSIGNMENT")
    args = parser.parse_args()
    TARGET.mkdir(exist_ok=True)
    for name in args.assignments or installed.assignments():
        stored = {
            "command": f"python tools/outputs.py {name}",
            "versions": {package: metadata.version(package) for package in NAMED},
            "cells": run(name),
        }
        text = json.dumps(stored, ensure_ascii=False, indent=1) + "\n"
        (TARGET / f"{name}.json").write_text(text, encoding="utf-8")
        print(f"{name}: {len(stored['cells'])} cells print something", flush=True)
    return 0


def run(name: str) -> dict[str, dict[str, str]]:
    """What each cell of a notebook prints, by its id, with a fingerprint of its code."""
    path = installed.notebook(name)
    notebook = nbformat.read(path, as_version=4)
    where = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", resources=where).execute()
    printed = {
        cell.id: {"code": fingerprint(cell.source), "text": text}
        for cell in notebook.cells
        if cell.cell_type == "code" and (text := words(cell.outputs))
    }
    return printed


def words(outputs: list[Any]) -> str:
    """What a cell printed, and the value of its last line unless that is a figure."""
    parts = []
    for output in outputs:
        if output.output_type == "stream" and output.name == "stdout":
            parts.append(output.text)
        elif output.output_type == "execute_result" and set(output.data) == {"text/plain"}:
            parts.append(output.data["text/plain"])
    return "".join(parts).rstrip()


if __name__ == "__main__":
    raise SystemExit(main())
