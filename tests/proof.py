"""The proof that the grader can be trusted, as data: the outcomes of all wrong answers, right
answers and attacks.

The tests marked `mutants`, `honest` and `redteam` store one row for each item that they grade, in
`build/proof/`. This program runs all of them and writes the rows into `tests/results/proof.json`,
from which the site's page is made. It refuses to write when an item has no row, so that a run that
was cut short cannot pass for a whole one; `--resume` grades only missing items, and `--collect`
grades nothing and writes the stored rows, unless the file holds more.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import honest
import mutants
import redteam
from redteam.odd_files import ODD_FILES

from autograder.files import write_atomically
from autograder.judge.provenance import grader_version

ROOT = Path(__file__).parent.parent
ROWS = ROOT / "build" / "proof"
RESULTS = ROOT / "tests" / "results"
PROOF = RESULTS / "proof.json"
KINDS = {"redteam": "attacks", "mutants": "wrong answers", "honest": "right answers"}
TESTS = {
    "redteam": "tests/test_redteam.py::test_an_attack_gains_nothing_and_leaves_nothing",
    "mutants": "tests/test_mutants.py::test_mutant_is_refused_for_the_right_reason",
    "honest": "tests/test_honest.py::test_honest_variant_gets_full_marks",
}

Row = dict[str, Any]


def items() -> dict[tuple[str, str], str]:
    """Every item by kind and name, with the id of its test."""
    names = {
        "redteam": [attack.name for attack in (*redteam.attacks(), *ODD_FILES)],
        "mutants": [mutant.slug for mutant in mutants.mutants()],
        "honest": [variant.slug for variant in honest.variants()],
    }
    return {
        (kind, name): f"{TESTS[kind]}[{name}]" for kind, found in names.items() for name in found
    }


# --- rows ----------------------------------------------------------------------------------------


def keep(kind: str, name: str, row: Row) -> None:
    """Store the outcome of one item in a separate file: tests run side by side."""
    path = ROWS / kind / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"kind": kind, "name": name, **row, "grader": grader_version()}
    write_atomically(path, json.dumps(content, ensure_ascii=False))


def rows_since(start: float, names: Iterable[tuple[str, str]]) -> list[Row]:
    """The rows of these items that were stored after `start`, in seconds since 1970."""
    paths = [ROWS / kind / f"{name}.json" for kind, name in names]
    fresh = [path for path in paths if path.is_file() and path.stat().st_mtime >= start]
    return [json.loads(path.read_text(encoding="utf-8")) for path in fresh]


def write(path: Path, rows: Sequence[Row], **about: Any) -> None:
    """Write rows as JSON, one on each line, so that a change can be read as one."""
    if graders := sorted({row["grader"] for row in rows if "grader" in row}):
        about["graders"] = graders
    plain = [{key: value for key, value in row.items() if key != "grader"} for row in rows]
    lines = [json.dumps(row, ensure_ascii=False) for row in plain]
    head = "".join(f"{json.dumps(name)}: {json.dumps(value)},\n" for name, value in about.items())
    write_atomically(path, "{\n" + head + '"rows": [\n' + ",\n".join(lines) + "\n]}\n")


def rows_of(path: Path) -> list[Row]:
    """The rows that `write` wrote; none where there is no such file."""
    found: list[Row] = json.loads(path.read_text("utf-8"))["rows"] if path.is_file() else []
    return found


def summary(rows: Sequence[Row]) -> Iterator[str]:
    """The findings of a run, one line for each kind of item that it graded."""
    of = {kind: [row for row in rows if row["kind"] == kind] for kind in KINDS}
    if found := of["redteam"]:
        gained, harmed = (sum(bool(row[key]) for row in found) for key in ("gained", "harmed"))
        yield f"attacks: {len(found)} tried, {gained} gained, {harmed} harmed" + unlike(found)
    if found := of["mutants"]:
        refused = sum(bool(row["lost"]) for row in found)
        yield f"wrong answers: {len(found)} graded, {refused} refused" + unlike(found)
    if found := of["honest"]:
        full = sum(row["score"] == row["max_score"] for row in found)
        yield f"right answers: {len(found)} graded, {full} with full marks" + unlike(found)


def unlike(rows: Sequence[Row]) -> str:
    """How many rows differ from their header for no reason that is stated, in words."""
    return f", {sum(not explained(row) for row in rows)} other than expected"


def explained(row: Row) -> bool:
    """Whether an outcome is as expected, or a weakness that is stated and harms nobody."""
    return bool(row["as_expected"] or (row.get("known_weakness") and not row["harmed"]))


def report(start: float) -> list[str]:
    """Write the findings of tests since `start` to `build/<mark>.json`; returns the summary."""
    found = rows_since(start, items())
    for kind in KINDS:
        if rows := [row for row in found if row["kind"] == kind]:
            total = sum(known == kind for known, _ in items())
            write(ROWS.parent / f"{kind}.json", rows, graded=len(rows), of=total)
    return list(summary(found))


# --- the whole run -------------------------------------------------------------------------------


def main(argv: Sequence[str] | None = None) -> int:
    """Grade everything and write the committed file; returns 0 if all is as expected, or stated."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes (default: 2)")
    parser.add_argument("--resume", action="store_true", help="grade only what is missing")
    parser.add_argument("--collect", action="store_true", help="grade nothing, write what there is")
    chosen = parser.parse_args(argv)
    known, start = items(), time.time()
    done = rows_since(0, known) if chosen.resume or chosen.collect else []
    if not chosen.collect:
        done = [row for row in done if row["as_expected"] and row["grader"] == grader_version()]
        missing = known.keys() - {(row["kind"], row["name"]) for row in done}
        print(f"{len(known)} items, {len(missing)} to grade", flush=True)
        grade([test for item, test in known.items() if item in missing], chosen.jobs)
        done += rows_since(start, missing)
    found = {(row["kind"], row["name"]): row for row in done}
    rows = [found[item] for item in known if item in found]
    print("\n".join(summary(rows)))
    return finish(rows, len(known), whole=not chosen.collect)


def finish(rows: Sequence[Row], total: int, *, whole: bool) -> int:
    """Write the committed file, unless that would lose rows or the run is incomplete."""
    before = len(rows_of(PROOF))
    if whole and len(rows) < total:
        print(f"{total - len(rows)} items have no outcome: run this again with --resume.")
    elif len(rows) < before:
        print(f"{len(rows)} items have an outcome, and {before} had one before.")
    else:
        write(PROOF, rows, of=total)
        print(f"Written to {PROOF.relative_to(ROOT)}.")
        return 0 if len(rows) == total and all(explained(row) for row in rows) else 1
    print(f"{PROOF.relative_to(ROOT)} stays as it was.")
    return 1


def grade(tests: Sequence[str], jobs: int) -> None:
    """Run the tests with these ids; pytest shows the progress."""
    if not tests:
        return
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write("\n".join(tests))
        file.flush()
        command = [sys.executable, "-m", "pytest", "-q", "--tb=short", "-n", str(jobs)]
        command += ["--dist", "worksteal", "-p", "no:cacheprovider", f"@{file.name}"]
        one_thread = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        subprocess.run(command, cwd=ROOT, env={**os.environ, **one_thread}, check=False)


if __name__ == "__main__":
    sys.exit(main())
