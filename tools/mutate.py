"""Changes the reference answers by rule, one place at a time, and grades every one of them.

The unchanged answer is graded too. It must get full marks: otherwise a mutant that fails shows
nothing. A mutant that survives does the same as the answer, for a reason that is written down, or
it is a hole in the checks. Outcomes are stored in `build/mutate/`, so that `--resume` goes on where
a run was stopped, and `--survivors` grades again those that an earlier version let pass, after the
checks became stricter. When all mutants of an assignment have one,
`tests/results/blind_mutants.json` is brought up to date; it names the versions. The exit status is
1 if there is a hole or a mutant without an outcome.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from mutants import ROOT
from mutations import verdicts
from mutations.answers import BlindMutant, blind_mutants, unchanged
from mutations.verdicts import HOLE, Survivor, Tally, survivor
from tqdm import tqdm

from autograder import catalog
from autograder.files import write_atomically
from autograder.grading.jobs import Job, Task
from autograder.grading.slot import setting_of
from autograder.grading.slots import Pool, judged
from autograder.judge.made import prepare
from autograder.judge.provenance import grader_version
from autograder.report.results import Result
from autograder.sandbox import strongest_level

BUILD = ROOT / "build" / "mutate"
SECRET = b"the blind mutants' secret"


@dataclass(frozen=True)
class Outcome:
    """The outcome of one mutant: status, points lost, and the failed checks with their points."""

    id: str
    grader: str
    status: str
    lost: float
    failed: dict[str, str]

    @property
    def survived(self) -> bool:
        """Whether every check passed it."""
        return self.status == "OK" and not self.failed and self.lost <= 0

    @property
    def remarked(self) -> bool:
        """Whether it failed only checks without points."""
        return not self.survived and self.lost <= 0


def main(argv: Sequence[str] | None = None) -> int:
    """Grade the mutants; returns 0 if there is no hole."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--assignment", choices=catalog.ASSIGNMENTS, metavar="ID", action="append")
    parser.add_argument("--only", metavar="NAME", help="grade those of one function alone")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes (default: 2)")
    parser.add_argument("--resume", action="store_true", help="grade only what is missing")
    parser.add_argument(
        "--survivors", action="store_true", help="of those with an outcome, grade only survivors"
    )
    parser.add_argument("--collect", action="store_true", help="grade nothing, write what there is")
    chosen = parser.parse_args(argv)
    complete = True
    for assignment in chosen.assignment or catalog.ASSIGNMENTS:
        complete &= mutate(assignment, chosen)
    tallies, survivors = verdicts.read()  # of every assignment that was ever graded whole
    print("\n".join(verdicts.table([(each.assignment, each) for each in tallies], "assignment")))
    holes = [each for each in survivors if each.verdict == HOLE]
    for each in holes:
        print(f"hole: {each.assignment}, {each.name}: {each.mutation}")
    return 0 if complete and not holes else 1


def mutate(assignment: str, chosen: argparse.Namespace) -> bool:
    """Grade one assignment's mutants as chosen; returns whether all of them have an outcome."""
    answer, known = unchanged(assignment), list(blind_mutants(assignment))
    found = {}
    if chosen.resume or chosen.collect or chosen.survivors:
        found = stored([answer, *known], lost_before=chosen.survivors)
    wanted = [mutant for mutant in known if chosen.only in (None, mutant.name)]
    missing = [mutant for mutant in [answer, *wanted] if mutant.id not in found]
    if not chosen.collect:
        for outcome in graded(assignment, missing, len(found), chosen.jobs):
            found[outcome.id] = outcome
    right = found.pop(answer.id, None)
    if right is None or not right.survived:
        print(f"{assignment}: the unchanged answer has no full marks: {right or 'not graded'}")
        return False
    return finish(assignment, known, found)


# --- grading --------------------------------------------------------------------------------------


def graded(
    assignment: str, missing: Sequence[BlindMutant], done: int, jobs: int
) -> Iterator[Outcome]:
    """Grade mutants side by side, and store each outcome as it comes."""
    task = Task(assignment, "digits", strongest_level(), SECRET.hex())
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(Pool(jobs)) as pool:
        work = [Job(mutant.id, str(hand_in(Path(folder), mutant))) for mutant in missing]
        made = prepare(setting_of(task))
        with tqdm(total=done + len(missing), initial=done, desc=assignment) as bar:
            for result in judged(task, made, work, pool):
                bar.update()
                if result.status == "INFRA":
                    tqdm.write(f"{assignment}: {result.student}: {' '.join(result.notes)}")
                    continue
                outcome = outcome_of(result)
                path = BUILD / assignment / f"{outcome.id}.json"
                path.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(path, json.dumps(asdict(outcome)))
                yield outcome


def hand_in(folder: Path, mutant: BlindMutant) -> Path:
    """Write a mutant as a student's file."""
    path = folder / mutant.id / f"{mutant.assignment}.py"
    path.parent.mkdir()
    path.write_text(mutant.text, encoding="utf-8")
    return path


def outcome_of(result: Result) -> Outcome:
    """The outcome of a result. Work without a score has lost all its points so far."""
    failed = {
        check.name: check.status for check in result.checks if check.status not in ("OK", "SKIP")
    }
    lost = result.max_score - (result.score or 0)
    return Outcome(result.student, grader_version(), result.status, lost, failed)


def stored(known: Sequence[BlindMutant], *, lost_before: bool) -> dict[str, Outcome]:
    """The outcomes that an earlier run stored for these mutants, from the same grader.

    lost_before: also those of other versions, of the mutants that failed a check.
    """
    paths = [BUILD / mutant.assignment / f"{mutant.id}.json" for mutant in known]
    found = [Outcome(**json.loads(path.read_text("utf-8"))) for path in paths if path.is_file()]
    now = grader_version()
    return {
        outcome.id: outcome
        for outcome in found
        if outcome.grader == now or (lost_before and not outcome.survived)
    }


# --- the verdicts ---------------------------------------------------------------------------------


def finish(assignment: str, known: Sequence[BlindMutant], found: dict[str, Outcome]) -> bool:
    """Write the outcomes of one assignment's mutants, unless some have none."""
    with_outcome = [mutant for mutant in known if mutant.id in found]
    alive = [survivor(mutant.key) for mutant in with_outcome if found[mutant.id].survived]
    for mutant in with_outcome:
        if mutant.key in verdicts.reasons() and not found[mutant.id].survived:
            print(f"{assignment}, {mutant.name}: {mutant.mutation}: called equivalent, but fails")
    if absent := len(known) - len(with_outcome):
        print(f"{assignment}: {absent} of {len(known)} mutants have no outcome: use --resume.")
        for each in alive:
            print(f"{each.verdict} so far: {assignment}, {each.name}: {each.mutation}")
        return False
    tally = tallied(assignment, list(found.values()), alive)
    tallies, survivors = verdicts.read()
    order = list(catalog.ASSIGNMENTS)
    tallies = [each for each in tallies if each.assignment != assignment] + [tally]
    survivors = [each for each in survivors if each.assignment != assignment] + alive
    tallies.sort(key=lambda each: order.index(each.assignment))
    survivors.sort(key=lambda each: order.index(each.assignment))
    verdicts.write(tallies, survivors)
    return True


def tallied(assignment: str, found: Sequence[Outcome], alive: Sequence[Survivor]) -> Tally:
    """The counts of one assignment."""
    remarked = sum(outcome.remarked for outcome in found)
    holes = sum(each.verdict == HOLE for each in alive)
    return Tally(
        assignment,
        mutants=len(found),
        killed=len(found) - len(alive) - remarked,
        remarked=remarked,
        equivalent=len(alive) - holes,
        holes=holes,
        grader=", ".join(sorted({outcome.grader for outcome in found})),
    )


if __name__ == "__main__":
    sys.exit(main())
