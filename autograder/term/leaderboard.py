"""`autograder leaderboard`: whose network withstands the judge best, within a budget of computing.

An open challenge without marks. An entry is what a5 grades anyway: the student's
`adversarial_train` on the judge's network, attacked by the judge, with the computing time that the
sandbox measured. No student's code runs here, and the judge measured every number. With
`--ensemble` the best networks are trained again, in the sandbox, and attacked with more.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from autograder.files import write_atomically
from autograder.grading.jobs import find_jobs
from autograder.report.feedback import environment
from autograder.report.results import Result, read_class, read_result
from autograder.report.roster.people import listed
from autograder.secret import existing_secret
from course.budget import budget as budget_of
from course.cli import Later
from course.errors import CourseError

ASSIGNMENT = "a5-adversarial-training"
CHECK = "training_makes_it_robust"
MEASURES = ("worst_case", "clean", "images", "cpu_seconds")
COLUMNS = ("Place", "Entry", "Robust accuracy", "95 % interval", "Clean accuracy", "CPU seconds")

# Imported when called: it needs PyTorch, and the table alone does not.
attacked_again = Later("autograder.term.ensemble:attacked_again")


@dataclass(frozen=True)
class Entry:
    """One graded defence: fractions of the judge's `images` images, and seconds of computing.

    before: the robust accuracy under the judge's attacks alone, where the ensemble attacked too.
    """

    result: Result = field(repr=False)
    robust: float
    clean: float
    images: int
    cpu_seconds: float
    before: float | None = None

    def name(self, anonymous: bool) -> str:
        """How the table names the entry: by its student, or by the start of the file's SHA-256."""
        digest = str(self.result.provenance.get("submission_sha256", ""))
        return digest[:8] if anonymous else self.result.student

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the robust accuracy, for another draw of images."""
        from course.metrics import wilson_interval  # noqa: PLC0415  PyTorch, once there are entries

        return wilson_interval(round(self.robust * self.images), self.images)

    @property
    def merit(self) -> tuple[bool, float, float]:
        """The order of places: by robust accuracy, then by clean accuracy.

        Those that the ensemble attacked stand first: nobody knows how far the others would fall.
        """
        return self.before is not None, self.robust, self.clean


@dataclass(frozen=True)
class Row:
    """A line of the table, in words; `place` is empty for an entry out of competition."""

    place: str
    cells: tuple[str, ...]


def leaderboard_command(args: argparse.Namespace) -> int:
    """Print the table, and write it where asked. Exit 0."""
    entries = best_of_each(entries_of(read(args.results)))
    if args.ensemble is not None:
        entries = attacked_with_more(entries, args)
    rows = table(entries, args.cpu_seconds, anonymous=args.anonymous)
    about = caption(entries, args.cpu_seconds)
    print(as_text(rows, about))
    if args.out:
        template = environment().get_template("leaderboard.html")
        page = template.render(rows=rows, columns=COLUMNS, about=about)
        write_atomically(args.out / "leaderboard.html", page)
        write_atomically(args.out / "leaderboard.md", as_markdown(rows, about))
        print(f"\nwritten to {args.out / 'leaderboard.html'} and {args.out / 'leaderboard.md'}")
    return 0


# --- entries -------------------------------------------------------------------------------------


def read(paths: Sequence[Path]) -> Iterator[Result]:
    """The results in folders and files. Raises CourseError for a path that holds none."""
    for path in paths:
        if path.is_dir():
            yield from read_class(path)
        elif path.is_file():
            yield read_result(path)
        else:
            raise CourseError(f"{path} does not exist: name what `autograder grade` wrote")


def entries_of(results: Iterable[Result]) -> list[Entry]:
    """The entries among results: those with a network that the judge attacked, and that earned.

    Weights that were brought along are robust, and earn nothing: they are no entry.

    Raises CourseError for results of another assignment, of two profiles, or of a grader that did
    not count computing time.
    """
    found = []
    for result in results:
        if result.assignment != ASSIGNMENT:
            raise CourseError(
                f"{result.student}: a result of {result.assignment}, not {ASSIGNMENT}"
            )
        check = next((check for check in result.checks if check.name == CHECK), None)
        if check is None or "worst_case" not in check.measures or not check.points:
            continue  # no network that could be attacked, or one that was not trained here
        measures = check.measures
        if missing := [name for name in MEASURES if name not in measures]:
            raise CourseError(
                f"{result.student}: graded by an older version, without {', '.join(missing)}; "
                "grade again"
            )
        robust, clean, images, seconds = (measures[name] for name in MEASURES)
        found.append(Entry(result, robust, clean, int(images), seconds))
    if not found:
        raise CourseError("no result has a network that could be attacked")
    if len(profiles := {entry.result.profile for entry in found}) > 1:
        raise CourseError(f"results on {' and '.join(sorted(profiles))} cannot be compared")
    return found


def best_of_each(entries: Sequence[Entry]) -> list[Entry]:
    """Each student's best entry, the best first; equals are ordered by name."""
    best: dict[str, Entry] = {}
    for entry in entries:
        student = entry.result.student
        if student not in best or entry.merit > best[student].merit:
            best[student] = entry
    return ranked(best.values())


def ranked(entries: Iterable[Entry]) -> list[Entry]:
    """The entries, the best first; equals are ordered by name."""
    by_name = sorted(entries, key=lambda entry: entry.result.student)
    return sorted(by_name, key=lambda entry: entry.merit, reverse=True)


def within_budget(entries: Iterable[Entry], budget: float) -> list[Entry]:
    """The entries in competition: those whose computing was counted, and short enough."""
    return [entry for entry in entries if 0 < entry.cpu_seconds <= budget]


def attacked_with_more(entries: Sequence[Entry], args: argparse.Namespace) -> list[Entry]:
    """The entries, with the best `args.ensemble` in competition attacked again, and their equals.

    One whose network does not come again keeps its number, behind the others; a line says why.
    Raises CourseError without the submissions, or the secret, that were graded.
    """
    if args.ensemble < 1:
        raise CourseError(f"--ensemble {args.ensemble}: name how many networks, at least 1")
    if args.submissions is None:
        raise CourseError(
            "--ensemble trains the best networks again: name what was graded with --submissions"
        )
    secret = existing_secret(args.secret)
    files = {job.student: Path(job.path) for job in find_jobs(args.submissions, ASSIGNMENT)}
    within = within_budget(entries, args.cpu_seconds)
    least = min((entry.merit for entry in within[: args.ensemble]), default=None)
    after = list(entries)
    for entry in within:
        if least is None or entry.merit < least:
            break
        if entry.result.student not in files:
            raise CourseError(f"{args.submissions} holds no work of {entry.result.student}")
        again = attacked_again(entry.result, entry.robust, files[entry.result.student], secret)
        if isinstance(again, str):
            print(f"{entry.name(args.anonymous)}: {again}", file=sys.stderr)
        else:  # both numbers are upper bounds
            lower = replace(entry, robust=min(again, entry.robust), before=entry.robust)
            after[after.index(entry)] = lower
    return ranked(after)


# --- the table -----------------------------------------------------------------------------------


def table(entries: Sequence[Entry], budget: float, *, anonymous: bool) -> list[Row]:
    """The lines of the table: first those within the budget, by place; equals share one."""
    within = within_budget(entries, budget)
    rows, place = [], 1
    for _, equals in groupby(within, key=lambda entry: entry.merit):
        shared = list(equals)
        rows += [Row(str(place), cells(entry, anonymous)) for entry in shared]
        place += len(shared)
    return rows + [Row("", cells(entry, anonymous)) for entry in entries if entry not in within]


def cells(entry: Entry, anonymous: bool) -> tuple[str, ...]:
    """The cells of an entry's line, in the order of `COLUMNS`."""
    low, high = entry.interval
    before = "" if entry.before is None else f" ({100 * entry.before:.1f} % before the ensemble)"
    return (
        entry.name(anonymous),
        f"{100 * entry.robust:.1f} %{before}",
        f"{100 * low:.1f} to {100 * high:.1f} %",
        f"{100 * entry.clean:.1f} %",
        f"{entry.cpu_seconds:.0f}" if entry.cpu_seconds > 0 else "not counted",
    )


def caption(entries: Sequence[Entry], budget: float) -> str:
    """What the numbers mean, in a few sentences."""
    entry, profile = entries[0], entries[0].result.profile
    final = (
        " Where it says “before the ensemble”, the network was trained again from what was handed "
        "in, and a fixed ensemble of attacks counts too; these stand first."
    )
    return (
        f"Robust accuracy on {entry.images} hidden images of {profile} within epsilon "
        f"{budget_of(profile).epsilon:.3g}, in the worst case over the judge's attacks; "
        f"network strided-cnn. Places are for entries that computed for at most {budget:g} "
        "seconds; equals are told apart by clean accuracy, and intervals that overlap tell no "
        f"difference.{final if any(each.before is not None for each in entries) else ''}"
    )


def as_text(rows: Sequence[Row], about: str) -> str:
    """The table for a terminal."""
    lines = [
        COLUMNS,
        *((row.place or "–", *(listed([cell]) for cell in row.cells)) for row in rows),
    ]
    widths = [max(len(line[i]) for line in lines) for i in range(len(COLUMNS))]
    text = [
        "  ".join(f"{cell:{w}}" for cell, w in zip(line, widths, strict=True)) for line in lines
    ]
    return "\n".join([*(line.rstrip() for line in text), "", about])


def as_markdown(rows: Sequence[Row], about: str) -> str:
    """The table in Markdown; names are escaped."""
    lines = ["| " + " | ".join(COLUMNS) + " |", "|---" * len(COLUMNS) + "|"]
    for row in rows:
        shown = (row.place or "–", *(escaped(cell) for cell in row.cells))
        lines.append("| " + " | ".join(shown) + " |")
    return "\n".join(["# Leaderboard", "", about, "", *lines, ""])


def escaped(text: str) -> str:
    """Text with Markdown and HTML escaped."""
    plain = " ".join(text.split())
    return "".join(f"&#{ord(sign)};" if sign in "|<>&`*_[]\\~!$" else sign for sign in plain)
