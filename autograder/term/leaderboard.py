"""`autograder leaderboard`: whose network withstands the judge best, within a budget of computing.

An open challenge without marks. An entry is what a5 grades anyway: the student's
`adversarial_train` on the judge's network, attacked by the judge, with the computing time that the
sandbox measured. No student's code runs here, and the judge measured every number.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from autograder.files import write_atomically
from autograder.report.feedback import environment
from autograder.report.results import Result, read_class, read_result
from autograder.report.roster.people import listed
from course.budget import budget as budget_of
from course.errors import CourseError

ASSIGNMENT = "a5-adversarial-training"
CHECK = "training_makes_it_robust"
MEASURES = ("worst_case", "clean", "images", "cpu_seconds")
COLUMNS = ("Place", "Entry", "Robust accuracy", "95 % interval", "Clean accuracy", "CPU seconds")


@dataclass(frozen=True)
class Entry:
    """One graded defence: fractions of the judge's `images` images, and seconds of computing."""

    student: str
    pseudonym: str
    profile: str
    robust: float
    clean: float
    images: int
    cpu_seconds: float

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the robust accuracy, for another draw of images."""
        from course.metrics import wilson_interval  # noqa: PLC0415  PyTorch, once there are entries

        return wilson_interval(round(self.robust * self.images), self.images)

    @property
    def merit(self) -> tuple[float, float]:
        """The order of places: by robust accuracy, then by clean accuracy."""
        return self.robust, self.clean


@dataclass(frozen=True)
class Row:
    """A line of the table, in words; `place` is empty for an entry out of competition."""

    place: str
    cells: tuple[str, ...]


def leaderboard_command(args: argparse.Namespace) -> int:
    """Print the table, and write it where asked. Exit 0."""
    entries = best_of_each(entries_of(read(args.results)))
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
    """The entries among results: those with a network that the judge attacked.

    Raises CourseError for results of another assignment, of two profiles, or of a grader that did
    not count computing time.
    """
    found = []
    for result in results:
        if result.assignment != ASSIGNMENT:
            raise CourseError(
                f"{result.student}: a result of {result.assignment}, not {ASSIGNMENT}"
            )
        measures: dict[str, float] = next(
            (check.measures for check in result.checks if check.name == CHECK), {}
        )
        if "worst_case" not in measures:
            continue  # no network was returned that could be attacked
        if missing := [name for name in MEASURES if name not in measures]:
            raise CourseError(
                f"{result.student}: graded by an older version, without {', '.join(missing)}; "
                "grade again"
            )
        robust, clean, images, seconds = (measures[name] for name in MEASURES)
        pseudonym = str(result.provenance.get("submission_sha256", ""))[:8]
        found.append(
            Entry(result.student, pseudonym, result.profile, robust, clean, int(images), seconds)
        )
    if not found:
        raise CourseError("no result has a network that could be attacked")
    if len(profiles := {entry.profile for entry in found}) > 1:
        raise CourseError(f"results on {' and '.join(sorted(profiles))} cannot be compared")
    return found


def best_of_each(entries: Sequence[Entry]) -> list[Entry]:
    """Each student's best entry, the best first; equals are ordered by name."""
    best: dict[str, Entry] = {}
    for entry in entries:
        if entry.student not in best or entry.merit > best[entry.student].merit:
            best[entry.student] = entry
    by_name = sorted(best.values(), key=lambda entry: entry.student)
    return sorted(by_name, key=lambda entry: entry.merit, reverse=True)


# --- the table -----------------------------------------------------------------------------------


def table(entries: Sequence[Entry], budget: float, *, anonymous: bool) -> list[Row]:
    """The lines of the table: first those within the budget, by place; equals share one."""
    within = [entry for entry in entries if 0 < entry.cpu_seconds <= budget]
    rows, place = [], 1
    for _, equals in groupby(within, key=lambda entry: entry.merit):
        shared = list(equals)
        rows += [Row(str(place), cells(entry, anonymous)) for entry in shared]
        place += len(shared)
    return rows + [Row("", cells(entry, anonymous)) for entry in entries if entry not in within]


def cells(entry: Entry, anonymous: bool) -> tuple[str, ...]:
    """The cells of an entry's line, in the order of `COLUMNS`."""
    low, high = entry.interval
    return (
        entry.pseudonym if anonymous else entry.student,
        f"{100 * entry.robust:.1f} %",
        f"{100 * low:.1f} to {100 * high:.1f} %",
        f"{100 * entry.clean:.1f} %",
        f"{entry.cpu_seconds:.0f}" if entry.cpu_seconds > 0 else "not counted",
    )


def caption(entries: Sequence[Entry], budget: float) -> str:
    """What the numbers mean, in a few sentences."""
    entry = entries[0]
    return (
        f"Robust accuracy on {entry.images} hidden images of {entry.profile} within epsilon "
        f"{budget_of(entry.profile).epsilon:.3g}, in the worst case over the judge's attacks; "
        f"network strided-cnn. Places are for entries that computed for at most {budget:g} "
        "seconds; equals are told apart by clean accuracy, and intervals that overlap tell no "
        "difference."
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
