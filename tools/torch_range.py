"""Runs the checks of every reference answer on other versions of PyTorch: `make test-torch`.

Each version gets a copy of this environment in build/torch/, made of hard links, in which PyTorch
alone is another. By default the versions are the oldest that pyproject.toml allows, the one that
constraints.txt names, and the newest that pip finds. The results are written to
tests/results/torch.json, and as a table to tests/results/torch.inc, which site/start.md shows.
`--class` grades the sample class too, where every hand-in must get the marks that it names.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from autograder import catalog

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "build" / "torch"
RESULTS = ROOT / "tests" / "results" / "torch.json"
TABLE = RESULTS.with_suffix(".inc")
NEWEST = "newest"
VERSIONS = "import json, sys, torch; print(json.dumps([sys.version.split()[0], torch.__version__]))"
TOP = "| Python | PyTorch | reference answers that pass | sample class |\n|---|---|---|---|"


def main(argv: Sequence[str] | None = None) -> int:
    """Check each version, write the results; exit status 1 if an answer lost a check."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "versions", nargs="*", metavar="VERSION", help="such as 2.6.0, or newest (default: three)"
    )
    parser.add_argument("--class", dest="whole_class", action="store_true", help="grade it too")
    args = parser.parse_args(argv)
    rows = {tuple(row["versions"]): row for row in stored()}
    failed = False
    for version in args.versions or [oldest(), pinned(), NEWEST]:
        python = environment(version)
        row = measured(python, whole_class=args.whole_class)
        earlier = rows.get(tuple(row["versions"]), {})
        rows[tuple(row["versions"])] = {**earlier, **row}
        failed |= bool(row["failed"]) or row.get("class", "passes") != "passes"
        print(f"Python {row['versions'][0]}, torch {row['versions'][1]}: {sentence(row)}")
        write(sorted(rows.values(), key=order))
    return 1 if failed else 0


def oldest() -> str:
    """The oldest version that pyproject.toml allows."""
    return only(r'"torch>=([\d.]+)', "pyproject.toml")


def pinned() -> str:
    """The version that constraints.txt names."""
    return only(r"^torch==(\S+)$", "constraints.txt")


def only(pattern: str, file: str) -> str:
    """The match of a pattern in a file of the repository."""
    found = re.search(pattern, (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
    assert found, f"{file} has no {pattern}"
    return found[1]


def environment(version: str) -> Path:
    """The Python of an environment with this PyTorch; it is made if it is not there."""
    folder = PLACE / f"{platform.python_version()}-{version}"
    python = folder / "bin" / "python"
    made = not python.exists()
    if made:
        shutil.copytree(sys.prefix, folder, symlinks=True, copy_function=os.link)
    if made or version == NEWEST:
        wanted = ["--upgrade", "torch"] if version == NEWEST else [f"torch=={version}"]
        subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted], check=True)
    return python


def measured(python: Path, *, whole_class: bool) -> dict[str, Any]:
    """The result in one environment: its versions, and the answers that lost a check."""
    versions = subprocess.run([python, "-c", VERSIONS], check=True, capture_output=True, text=True)
    failed = [name for name in catalog.ASSIGNMENTS if not passes(python, name)]
    row = {"versions": json.loads(versions.stdout), "failed": failed}
    row["passed"] = [name for name in catalog.ASSIGNMENTS if name not in failed]
    if whole_class:
        row["class"] = "passes" if sample_class_passes(python) else "fails"
    return row


def passes(python: Path, assignment: str) -> bool:
    """Whether the notebook with the reference answers passes every check."""
    notebook = ROOT / "assignments" / "source" / assignment / f"{assignment}.ipynb"
    done = subprocess.run(
        [python, "-m", "autograder", "check", assignment, notebook],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(done.stdout + done.stderr, file=sys.stderr)
    return done.returncode == 0


def sample_class_passes(python: Path) -> bool:
    """Whether every hand-in of the sample class gets exactly the marks of its header."""
    tests = ["tests/test_sample_class.py", "-q"]
    return not subprocess.run([python, "-m", "pytest", *tests], cwd=ROOT, check=False).returncode


def stored() -> list[dict[str, Any]]:
    """The rows of earlier runs."""
    if not RESULTS.is_file():
        return []
    rows: list[dict[str, Any]] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return rows


def order(row: dict[str, Any]) -> tuple[list[int], list[int]]:
    """By PyTorch, then by Python."""
    python, torch = ([int(part) for part in re.findall(r"\d+", v)] for v in row["versions"])
    return torch[:3], python


def write(rows: list[dict[str, Any]]) -> None:
    """Write the results, and the table of them."""
    RESULTS.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    TABLE.write_text("\n".join([TOP, *lines(rows), ""]), encoding="utf-8")


def lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The rows of the table."""
    for row in rows:
        python, torch = row["versions"]
        graded = {"passes": "every mark as expected", "fails": "other marks"}.get(
            row.get("class", ""), "not run"
        )
        yield f"| {python} | {torch} | {sentence(row)} | {graded} |"


def sentence(row: dict[str, Any]) -> str:
    """The number of reference answers that pass, and the names of the others."""
    text = f"{len(row['passed'])} of {len(row['passed']) + len(row['failed'])}"
    return f"{text}, not {', '.join(row['failed'])}" if row["failed"] else text


if __name__ == "__main__":
    sys.exit(main())
