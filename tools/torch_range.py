"""Runs the checks of every reference answer on other versions of PyTorch: `make test-torch`.

Each pair of Python and PyTorch gets an environment of its own, as a student makes one, which is
removed again. By default the versions are the oldest that pyproject.toml allows, the one that
constraints.txt names, and the newest; `--python` names other interpreters than this one. uv
installs: it links files from its cache, so what several environments share is downloaded and stored
once. The results are written to tests/results/torch.json, and as a table to
tests/results/torch.inc, which site/start.md shows. `--class` grades the sample class too, where
every hand-in must get the marks that it names.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from autograder import catalog

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "tests" / "results" / "torch.json"
TABLE = RESULTS.with_suffix(".inc")
NEWEST = "newest"
ABSENT = "no wheels with a matching"  # uv's words where PyTorch is not built for this Python
PYTHON = "import sys; print(sys.version.split()[0])"
TORCH = "import torch; print(torch.__version__)"
TOP = "| Python | PyTorch | reference answers that pass | sample class |\n|---|---|---|---|"


def main(argv: Sequence[str] | None = None) -> int:
    """Check each version, write the results; exit status 1 if an answer lost a check."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "versions", nargs="*", metavar="VERSION", help="such as 2.6.0, or newest (default: three)"
    )
    parser.add_argument(
        "--python",
        action="append",
        metavar="NAME",
        help="3.12, or a path; may be given again (default: this one)",
    )
    parser.add_argument("--class", dest="whole_class", action="store_true", help="grade it too")
    args = parser.parse_args(argv)
    failed = False
    for interpreter in args.python or [sys.executable]:
        for version in args.versions or [oldest(), pinned(), NEWEST]:
            with tempfile.TemporaryDirectory(prefix="torch-") as folder:
                row = measured(Path(folder), interpreter, version, whole_class=args.whole_class)
            keep(row)
            failed |= bool(row["failed"]) or row.get("class", "passes") != "passes"
            print(f"Python {row['versions'][0]}, torch {row['versions'][1]}: {sentence(row)}")
    return 1 if failed else 0


def oldest() -> str:
    """The oldest version that pyproject.toml allows, as PyPI writes it."""
    return only(r'"torch>=([\d.]+)', "pyproject.toml") + ".0"


def pinned() -> str:
    """The version that constraints.txt names."""
    return only(r"^torch==(\S+)$", "constraints.txt")


def only(pattern: str, file: str) -> str:
    """The match of a pattern in a file of the repository."""
    found = re.search(pattern, (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
    assert found, f"{file} has no {pattern}"
    return found[1]


def measured(folder: Path, interpreter: str, version: str, *, whole_class: bool) -> dict[str, Any]:
    """The result of a new environment: its versions, and the answers that lost a check."""
    python = environment(folder, interpreter)
    row: dict[str, Any] = {"versions": [answer(python, PYTHON), version], "failed": []}
    if not installed(python, version, "test" if whole_class else "student"):
        return {**row, "passed": [], "absent": True}
    row["versions"][1] = answer(python, TORCH)
    row["failed"] = [name for name in catalog.ASSIGNMENTS if not passes(python, name)]
    row["passed"] = [name for name in catalog.ASSIGNMENTS if name not in row["failed"]]
    if whole_class:
        row["class"] = "passes" if sample_class_passes(python) else "fails"
    return row


def environment(folder: Path, interpreter: str) -> Path:
    """The Python of a new environment. Ends the program where uv finds no such interpreter."""
    done = uv("venv", "--python", interpreter, str(folder / "venv"))
    if done.returncode:
        raise SystemExit(done.stderr)
    return next(path for path in (folder / "venv").glob("*/python*") if path.stem == "python")


def installed(python: Path, version: str, extra: str) -> bool:
    """Install the course as the site's page says: exact versions beside the PyTorch of
    constraints.txt alone. False where that PyTorch is not built for this Python.
    """
    torch = "torch" if version == NEWEST else f"torch=={version}"
    exact = ["--constraint", "constraints.txt"] if version == pinned() else []
    done = uv("pip", "install", "--python", str(python), *exact, torch, "-e", f".[{extra}]")
    if done.returncode and ABSENT not in " ".join(done.stderr.split()):
        raise SystemExit(done.stderr)
    return not done.returncode


def uv(*command: str) -> subprocess.CompletedProcess[str]:
    """A command of uv, in the repository."""
    program = [sys.executable, "-m", "uv", "--quiet", *command]
    return subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=False)


def answer(python: Path, code: str) -> str:
    """What a line of code prints there."""
    done = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True)
    return done.stdout.strip()


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


def keep(row: dict[str, Any]) -> None:
    """Write the results with this row, and the table of them."""
    rows = {tuple(other["versions"]): other for other in stored()}
    rows[tuple(row["versions"])] = {**rows.get(tuple(row["versions"]), {}), **row}
    ordered = sorted(rows.values(), key=order)
    RESULTS.write_text(json.dumps(ordered, indent=2) + "\n", encoding="utf-8")
    TABLE.write_text("\n".join([TOP, *lines(ordered), ""]), encoding="utf-8")


def stored() -> list[dict[str, Any]]:
    """The rows of earlier runs."""
    if not RESULTS.is_file():
        return []
    rows: list[dict[str, Any]] = json.loads(RESULTS.read_text(encoding="utf-8"))
    return rows


def order(row: dict[str, Any]) -> tuple[list[int], list[int]]:
    """By Python, then by PyTorch."""
    python, torch = ([int(part) for part in re.findall(r"\d+", v)] for v in row["versions"])
    return python, torch[:3]


def lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The rows of the table."""
    for row in rows:
        python, torch = row["versions"]
        graded = {"passes": "every mark as expected", "fails": "other marks"}.get(
            row.get("class", ""), "" if row.get("absent") else "not run"
        )
        yield f"| {python} | {torch} | {sentence(row)} | {graded} |"


def sentence(row: dict[str, Any]) -> str:
    """The number of reference answers that pass, and the names of the others."""
    if row.get("absent"):
        return "not built for this Python"
    text = f"{len(row['passed'])} of {len(row['passed']) + len(row['failed'])}"
    return f"{text}, not {', '.join(row['failed'])}" if row["failed"] else text


if __name__ == "__main__":
    sys.exit(main())
