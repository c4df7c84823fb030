"""The class page `index.html`, and the same figures as CSV beside it.

One self-contained file that needs no network. Sorting and filtering are a short script in it;
without scripts every table is complete and stands in its first order.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from autograder.files import write_atomically
from autograder.report.class_page import figures
from autograder.report.class_page.mistakes import answers_for
from autograder.report.feedback import environment, link
from autograder.report.results import Result, guarded, is_scored, number, read_results
from autograder.report.roster.people import Roster

LAST = ".last-run.json"  # what the page before this one was made of
COMMONEST = 5
Run = dict[str, tuple[str, float | None]]
NOBODY = Roster()


def write_class_page(out: Path, results: Sequence[Result], roster: Roster = NOBODY) -> None:
    """Write `index.html` and the CSV files of a class. Raises OSError."""
    now = {result.student: (result.status, result.score) for result in results}
    last, before = last_run(out / LAST)
    if now == last:  # written again, with a roster say: the comparison stays
        last = before
    write_atomically(out / "index.html", page(results, roster, last))
    for name, rows in tables(results, roster).items():
        write_atomically(out / name, as_csv(rows))
    write_atomically(out / LAST, json.dumps([now, last], ensure_ascii=False))


def last_run(path: Path) -> tuple[Run, Run]:
    """Status and score of each student when the page was written last, and in the run before."""
    with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):
        last, before = json.loads(path.read_text(encoding="utf-8"))
        return as_run(last), as_run(before)
    return {}, {}


def as_run(content: dict[str, list[Any]]) -> Run:
    """A run as it was written down."""
    return {student: (status, score) for student, (status, score) in content.items()}


def page(
    results: Sequence[Result],
    roster: Roster = NOBODY,
    before: Run | None = None,
) -> str:
    """The page as HTML; a link leads from each student to their feedback."""
    found = figures.causes(results)
    assignment = results[0].assignment if results else ""
    graded = {person.id for r in results if (person := roster.get(r.student)) is not None}
    unknown = [r.student for r in results if roster and roster.get(r.student) is None]
    return (
        environment()
        .get_template("index.html")
        .render(
            rows=[(result, link(result.student), roster.get(result.student)) for result in results],
            summary=figures.summary(results),
            statuses=Counter(result.status for result in results).most_common(),
            checks=figures.check_figures(results),
            causes=found,
            commonest=[
                (each, answers_for(assignment, each.cause))
                for each in figures.commonest(found, COMMONEST)
            ],
            hard=[result for result in results if result.status in figures.HARD],
            sections=figures.sections(results, roster),
            changes=figures.changes(results, before or {}),
            absent=[person for person in roster.people if person.id not in graded],
            unknown=unknown,
            grouped=any(person.group for person in roster.people),
            percent=percent,
        )
    )


def percent(share: float) -> str:
    """`73 %`, which a browser never breaks in two."""
    return f"{100 * share:.0f}\u00a0%"


def tables(results: Sequence[Result], roster: Roster) -> dict[str, list[list[str]]]:
    """The tables of the page, by the name of their file."""
    students = [["student", "name", "section", "group", "status", "score", "max_score", "seconds"]]
    for result in results:
        person = roster.get(result.student)
        about = (person.full_name, person.section, person.group) if person else ("", "", "")
        score = number(result.score or 0) if is_scored(result) else ""
        numbers = (score, number(result.max_score), number(result.seconds))
        students.append([result.student, *about, result.status, *numbers])
    seen = {person.id for r in results if (person := roster.get(r.student)) is not None}
    for person in roster.people:
        if person.id not in seen:
            about = (person.full_name, person.section, person.group)
            students.append([person.id, *about, "nothing handed in", "", "", ""])
    checks = [["check", "title", "looked_at", "skipped", "passed", "points_share", "item_rest"]]
    for each in figures.check_figures(results):
        rest = "" if each.rest is None else f"{each.rest:.2f}"
        shares = (f"{each.passed:.3f}", f"{each.share:.3f}", rest)
        checks.append([each.name, each.title, str(each.looked_at), str(each.skipped), *shares])
    causes = [["check", "cause", "students", "who", "hint"]]
    for cause in figures.causes(results):
        who = "; ".join(cause.students)
        causes.append([cause.check, cause.cause, str(len(cause.students)), who, cause.hint])
    return {"class-students.csv": students, "class-checks.csv": checks, "class-causes.csv": causes}


def as_csv(rows: Iterable[Sequence[str]]) -> str:
    """A table as CSV, safe to open in a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow([guarded(cell) for cell in row])
    return text.getvalue()


def rewrite(folder: Path, roster: Roster) -> list[str]:
    """Write the page of a graded folder again, with a roster; returns who handed nothing in."""
    results = read_results(folder)
    write_class_page(folder, results, roster)
    seen = {person.id for r in results if (person := roster.get(r.student)) is not None}
    return [person.id for person in roster.people if person.id not in seen]
