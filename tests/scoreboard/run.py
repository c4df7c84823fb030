"""The scoreboard: every attack, wrong answer and right answer, graded by plain nbgrader.

`make scoreboard` submits each to a course that uses nbgrader's own autograde (see `scoreboard/`),
each in its own jail, and writes the outcomes into `tests/results/scoreboard.json`. It can be
stopped at any time: finished outcomes are stored in `build/`, and the next run continues from
there.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import honest
import mutants
import proof
import redteam
from redteam.odd_files import ODD_FILES
from redteam.odd_files.odd_file import OddFile
from tqdm import tqdm

from autograder.files import write_atomically
from scoreboard import course, jail

KEPT = proof.ROOT / "build" / "scoreboard.json"
TEMPLATE = proof.ROOT / "build" / "scoreboard-course"
SCOREBOARD = proof.RESULTS / "scoreboard.json"
MAKERS_OF_ODD_FILES = sorted((redteam.FOLDER / "odd_files").glob("*.py"))
POINTS = 20
SECONDS = {"a5-adversarial-training": 300.0}  # for all of nbgrader's run
USUAL_SECONDS = 150.0
BUSY = 2  # the load, as a multiple of the processors, above which slowness means nothing
ENDED = {
    "memory": f"took more than {jail.MEMORY >> 30} GB, which only the jail stopped",
    "time": "the run never ended",
    "cpu": "the run never ended",
    "killed": "killed the run of nbgrader",
}


@dataclass(frozen=True)
class Item:
    """One hand-in: an attack, a wrong or a right answer, or the plain answer of an attack."""

    kind: str
    name: str
    title: str
    assignment: str
    family: str
    base: str = ""
    code: str = ""
    attack: redteam.Attack | OddFile | None = None

    @property
    def key(self) -> str:
        """Its name among all."""
        return f"{self.kind}/{self.name}"

    @property
    def fingerprint(self) -> str:
        """A digest of all that decides the outcome: hand-in, instructor's notebook, nbgrader."""
        files = [course.PLAIN / f"{self.assignment}.py"]
        files += MAKERS_OF_ODD_FILES if isinstance(self.attack, OddFile) else []
        code = self.attack.source() if isinstance(self.attack, redteam.Attack) else self.code
        parts = [version("nbgrader"), code, *(path.read_text(encoding="utf-8") for path in files)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

    def hand_in(self, folder: Path) -> None:
        """Write it into nbgrader's `submitted/` below `folder`."""
        if self.attack:
            course.hand_in_attack(TEMPLATE, folder, self.attack)
        else:
            text = course.answered(TEMPLATE, self.assignment, self.code)
            course.hand_in(folder, course.ATTACKER, self.assignment, text)


def items() -> Iterator[Item]:
    """All hand-ins; the plain answers first, which attacks are compared with."""
    attacks = [a for a in (*redteam.attacks(), *ODD_FILES) if a.assignment in course.ASSIGNMENTS]
    for assignment, base in sorted({(a.assignment, a.base) for a in attacks if a.base}):
        code = redteam.base_source(assignment, base)
        yield Item("plain", f"{assignment}/{base}", base, assignment, assignment, code=code)
    for a in attacks:
        family = redteam.FAMILIES[a.family]
        yield Item("redteam", a.name, a.title, a.assignment, family, a.base, attack=a)
    for kind, found in (("mutants", mutants.mutants()), ("honest", honest.variants())):
        for each in found:
            if each.assignment in course.ASSIGNMENTS:
                code = mutants.reference(each.assignment) + each.code
                name, family = each.slug, each.assignment
                yield Item(kind, name, each.title, family, family, code=code)


# --- grading -------------------------------------------------------------------------------------


def grade(item: Item) -> dict[str, Any]:
    """The outcome of one hand-in in nbgrader."""
    with tempfile.TemporaryDirectory(prefix="scoreboard-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        item.hand_in(folder)
        template = TEMPLATE / item.assignment
        seconds = SECONDS.get(item.assignment, USUAL_SECONDS)
        handed = folder / "submitted"
        report = jail.run(template, handed, item.assignment, course.ATTACKER, seconds)
        busy = os.getloadavg()[0] > BUSY * (os.cpu_count() or 1)
        return {"fingerprint": item.fingerprint, "busy": busy, **report}


def is_complete(item: Item, reports: dict[str, dict[str, Any]]) -> bool:
    """Whether it was graded, and so was the plain answer that it is compared with."""
    return item.key in reports and (
        not item.base or f"plain/{item.assignment}/{item.base}" in reports
    )


def is_our_fault(report: dict[str, Any]) -> bool:
    """Whether the instructor's first cell was too slow, the observer in the jail failed, or time
    ran out while the machine was busy with other things."""
    log = str(report.get("log", ""))
    late = report.get("died") == "time" or ("exit" in report and report["exit"] is None)
    late = late or "Timeout" in log + " ".join(report.get("errors", []))
    return (
        "Error: " in str(report.get("stderr", ""))
        or ('data = load("digits")' in log and "Removing failed assignment" in log)
        or (late and report.get("busy", False))
    )


def row(item: Item, reports: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The row of the scoreboard for one item."""
    report = reports[item.key]
    plain = reports[f"plain/{item.assignment}/{item.base}"] if item.base else {}
    score, without = report.get("score", 0.0), plain.get("score", 0.0)
    known = set(plain.get("errors", []))
    new = [error for error in report.get("errors", []) if error not in known]
    found = {
        "kind": item.kind,
        "name": item.name,
        "title": item.title,
        "family": item.family,
        "assignment": item.assignment,
        "score": score,
        "max_score": POINTS,
        "graded": report.get("graded", False),
    }
    if item.kind == "redteam":
        found["gained"] = max(0.0, score - without)
        found["harmed"] = list(harm(report))
        found["reached"] = reached(new) if item.name.startswith("b/") else []
    return found


def harm(report: dict[str, Any]) -> Iterator[str]:
    """The effects of an attack on anything but its own grade, in words."""
    if reason := report.get("died"):
        yield ENDED[reason]
        return
    if report["exit"] is None:
        yield ENDED["time"]
    if report["others_changed"]:
        yield "changed another student's grade"
    if changed := [path.removeprefix("/course/plain/") for path in report["changed"]]:
        yield f"changed {', '.join(changed[:3])}" + (" and more" if len(changed) > 3 else "")
    if report["left"]:
        yield "left processes that run on"
    if report["canary"]:
        yield "wrote hidden labels into the feedback"


def reached(errors: Sequence[str]) -> list[str]:
    """The findings of a search for secrets, which reports them by a ValueError."""
    found = {error.removeprefix("ValueError: ") for error in errors if error[:10] == "ValueError"}
    return sorted(each for each in found if "CANARY" not in each)


# --- the whole run -------------------------------------------------------------------------------


def main(argv: Sequence[str] | None = None) -> int:
    """Grade what is not graded yet, and write the scoreboard; returns 0 if it was written."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="runs at a time")
    parser.add_argument("--only", metavar="TEXT", default="", help="names that contain this")
    parser.add_argument("--wrong", type=int, metavar="N", help="a sample of wrong answers")
    parser.add_argument("--right", type=int, metavar="N", help="a sample of right answers")
    parser.add_argument("--again", action="store_true", help="forget what was graded before")
    parser.add_argument("--collect", action="store_true", help="grade nothing; write what was kept")
    chosen = parser.parse_args(argv)
    if not chosen.collect and not all(
        course.is_built(TEMPLATE, assignment) for assignment in course.ASSIGNMENTS
    ):
        print("Building the course and grading one honest student of it ...", flush=True)
        course.build(TEMPLATE)
    known = list(items())
    kept = {} if chosen.again or not KEPT.is_file() else json.loads(KEPT.read_text("utf-8"))
    reports = {item.key: kept[item.key] for item in known if is_current(item, kept)}
    wanted = [item for item in known if item.kind == "plain" or chosen.only in item.key]
    order = in_order(wanted, chosen.wrong, chosen.right)
    if not chosen.collect:
        grade_all([item for item in order if item.key not in reports], reports, chosen.jobs)
    rows = [row(item, reports) for item in known if is_complete(item, reports)]
    return finish(rows, len(known))


def in_order(wanted: Sequence[Item], wrong: int | None, right: int | None) -> list[Item]:
    """The plain answers first, then attacks, then a sample of the rest; long training last.

    Drawn at random, but always the same, so that an interrupted run has graded a fair sample, and
    the next run continues it.
    """
    shuffled = sorted(wanted, key=lambda item: hashlib.sha256(item.key.encode()).digest())
    most = {"plain": None, "redteam": None, "mutants": wrong, "honest": right}
    order: list[Item] = []
    for kind, count in most.items():
        order += [item for item in shuffled if item.kind == kind][:count]
    return sorted(order, key=lambda item: item.assignment in SECONDS)


def is_current(item: Item, kept: dict[str, dict[str, Any]]) -> bool:
    """Whether this exact hand-in was graded before."""
    return bool(kept.get(item.key, {}).get("fingerprint") == item.fingerprint)


def grade_all(waiting: Sequence[Item], reports: dict[str, dict[str, Any]], jobs: int) -> None:
    """Grade these, and store each outcome at once."""
    with ThreadPoolExecutor(jobs) as pool, tqdm(total=len(waiting), unit="hand-in") as bar:
        running = {pool.submit(grade, item): item for item in waiting}
        try:
            for done in as_completed(running):
                keep(running[done], done.result(), reports)
                bar.set_postfix_str(running[done].name[-24:])
                bar.update()
        except BaseException:  # Ctrl-C too: begin nothing more
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def keep(item: Item, report: dict[str, Any], reports: dict[str, dict[str, Any]]) -> None:
    """Store a report, except where this program is at fault: then the next run tries again."""
    if not is_our_fault(report):
        reports[item.key] = report
        write_atomically(KEPT, json.dumps(reports, indent=1))


def finish(rows: Sequence[dict[str, Any]], total: int) -> int:
    """Write the rows unless they are fewer than before; print their number."""
    before = len(proof.rows_of(SCOREBOARD))
    attacks = [row for row in rows if row["kind"] == "redteam"]
    gained, harmed = (sum(bool(row[key]) for row in attacks) for key in ("gained", "harmed"))
    print(f"plain nbgrader: {len(attacks)} attacks, {gained} gained, {harmed} harmed")
    if len(rows) < before:
        print(f"{len(rows)} of {total} are graded, {before} were before: nothing written.")
        return 1
    proof.write(SCOREBOARD, rows, nbgrader=version("nbgrader"), of=total)
    print(f"{len(rows)} of {total} written to {SCOREBOARD.relative_to(proof.ROOT)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
