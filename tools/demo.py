"""Runs `make demo`: a class hands in its work, is graded, and gets feedback.

Students of the sample class (tests/sample_class) hand in every assignment. They are graded as with
the command that a teacher uses, on the embedded digits, and every score is compared with the score
that the answer must get. The exit status is 0 only if all scores agree. So that it takes a minute,
some hand-ins are left out; `--all` grades the whole class.
"""

from __future__ import annotations

import argparse
import contextlib
import html
import os
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import sample_class
from sample_class import HandIn

from autograder import catalog
from autograder.files import write_atomically
from autograder.grading import batch
from autograder.grading.jobs import Task, find_jobs
from autograder.grading.run import report
from autograder.grading.slots import Pool
from autograder.report import feedback
from autograder.report.results import Result, grades_csv, number
from autograder.sandbox import notice, strongest_level

# A teacher's secret is drawn at random and stored. This one is fixed, so that every run of the
# demonstration has the same inputs and scores.
SECRET = b"the demonstration has no secrets from anybody"

# Every student, every status and every page is shown; long trainings are shown seldom.
SHOWN = {
    "a1-cnn": ("aoife", "daniela", "giulia", "mallory"),
    "a2-hooks": ("amara", "emre", "hiroshi", "mallory", "priya", "zoe"),
    "a3-fgsm": ("amara", "chen", "daniela", "emre", "femi", "giulia", "hiroshi", "priya", "zoe"),
    "a4-pgd": ("aoife", "bilal", "chen", "giulia", "zoe"),
    "a5-adversarial-training": ("aoife", "chen", "daniela"),
    "a6-audit": ("bilal", "femi", "mallory", "priya"),
}

Graded = list[tuple[HandIn, Result]]

INDEX = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Feedback · the sample class</title>
<style>{style}</style>
</head>
<body>
<h1>The sample class</h1>
<p class="soft">{count} submissions. A score leads to the page that its student reads.</p>
<div class="scroll">
<table>
<thead><tr><th scope="col">Student</th>{heads}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
</div>
</body>
</html>
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Grade the sample class into a folder; returns 0 if every score is as expected."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("build/demo"), metavar="DIR")
    parser.add_argument("--all", action="store_true", help="all twelve students, in minutes")
    args = parser.parse_args(argv)
    out: Path = args.out
    start = time.perf_counter()
    shutil.rmtree(out, ignore_errors=True)
    (out / "submitted").mkdir(parents=True)
    (out / "secret").write_bytes(SECRET)  # for trying other commands on these results
    with contextlib.closing(Pool(os.cpu_count() or 1)) as pool:
        graded = [
            pair
            for name in catalog.ASSIGNMENTS
            for pair in graded_class(shown(name, everybody=args.all), out, pool)
        ]
    graded.sort(key=lambda pair: (pair[1].student, pair[1].assignment))
    write_atomically(out / "grades.csv", grades_csv([result for _, result in graded]))
    collect_feedback(graded, out)
    wrong = show(graded)
    seconds = time.perf_counter() - start
    level = strongest_level()
    print(f"\n{len(graded)} submissions graded in {seconds:.0f} s, isolation {level}.")
    if level != "strong":
        print(notice(level))
    print(f"{len(graded) - wrong} of {len(graded)} scores are as expected.")
    print(f"Look at {out / 'grades.csv'} and {out / 'feedback' / 'index.html'}")
    return 1 if wrong else 0


def shown(assignment: str, *, everybody: bool) -> list[HandIn]:
    """The hand-ins of an assignment that are graded: all, or those of `SHOWN`."""
    works = sample_class.hand_ins(assignment)
    return [work for work in works if everybody or work.path.stem in SHOWN[assignment]]


def graded_class(works: Sequence[HandIn], out: Path, pool: Pool) -> Graded:
    """Hand in these works, and grade them as `autograder grade` does."""
    assignment = works[0].assignment
    print(f"\n{assignment}: {catalog.assignment(assignment).title}", flush=True)
    for work in works:
        sample_class.hand_in(work, out / "submitted")
    # Where no isolation is available: this class is known to be harmless.
    task = Task(assignment, "digits", strongest_level(), SECRET.hex())
    jobs = find_jobs(out / "submitted", assignment)
    folder = out / assignment
    if report(batch.grade(task, jobs, folder, slots=pool, progress=True), folder) != 0:
        raise SystemExit(f"demo: grading {assignment} failed")
    return [(work, result_of(work, folder)) for work in works]


def result_of(work: HandIn, folder: Path) -> Result:
    """The grader's result of one submission."""
    path = folder / "results" / f"{work.student}.json"
    return Result.from_json(path.read_text(encoding="utf-8"))


def show(graded: Graded) -> int:
    """Print the class as a table; returns how many results are not as expected."""
    wrong = 0
    print(f"\n    {'student':14} {'assignment':24} {'status':7} {'score':>7} {'expected':>8}  work")
    for work, result in graded:
        differences = sample_class.differences(work, result)
        wrong += bool(differences)
        score = f"{score_of(result)}/{number(result.max_score)}"
        print(
            f"  {'✗' if differences else '✓'} {work.student:14} {work.assignment:24} "
            f"{result.status:7} {score:>7} {number(work.score):>8}  {work.title}"
        )
        for line in differences:
            print(f"      {line}")
    return wrong


def score_of(result: Result) -> str:
    """The score, or a dash where there is none."""
    return "–" if result.score is None else number(result.score)


# --- one folder of feedback ----------------------------------------------------------------------


def collect_feedback(graded: Graded, out: Path) -> None:
    """Copy the feedback pages of all assignments into one folder, with an index."""
    folder = out / "feedback"
    folder.mkdir()
    for _, result in graded:
        page = out / result.assignment / "feedback" / f"{result.student}.html"
        shutil.copyfile(page, folder / page_name(result))
    write_atomically(folder / "index.html", index([result for _, result in graded]))


def page_name(result: Result) -> str:
    """The file name of one feedback page, which no other assignment uses."""
    return f"{result.student}-{result.assignment}.html"


def index(results: Sequence[Result]) -> str:
    """The page of the class: a row for each student, a column for each assignment."""
    students = list(dict.fromkeys(result.student for result in results))
    rows = []
    for student in students:
        links = {r.assignment: link(r) for r in results if r.student == student}
        cells = "".join(f'<td class="figure">{links.get(a, "")}</td>' for a in catalog.ASSIGNMENTS)
        rows.append(f'<tr><th scope="row">{html.escape(student)}</th>{cells}</tr>')
    return INDEX.format(
        style=(feedback.TEMPLATES / "style.css").read_text(encoding="utf-8"),
        count=len(results),
        heads="".join(f'<th scope="col">{name}</th>' for name in catalog.ASSIGNMENTS),
        rows="\n".join(rows),
    )


def link(result: Result) -> str:
    """A link to the feedback page of one result, with its sign, score and status."""
    sign, words = feedback.SIGNS[result.status]
    text = f"{sign} {score_of(result)} / {number(result.max_score)}"
    return f'<a href="{quote(page_name(result))}" title="{words}">{text}</a>'


if __name__ == "__main__":
    sys.exit(main())
