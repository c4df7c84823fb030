"""`autograder collect`: from what a learning system hands out to `<student>/<assignment>/`.

Only the file of the assignment is taken, under the agreed name. What cannot be taken is noted down
in the student's folder, so that grading says FORMAT and why, and stops nobody else; and every file
of the download stands in a table with what became of it.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder import catalog
from autograder.errors import Malformed
from autograder.handin.attempts import Rules, Taken, answer_of, home_of, store
from autograder.handin.download import downloaded
from autograder.handin.owners import Owners, owners_of
from autograder.handin.record import NO_HANDIN, NOT_TAKEN, TAKEN, Row, write_table
from autograder.handin.systems.choice import NAMES, apart, best_system, empty_folders, read_as
from autograder.handin.systems.reading import Piece, Reading, Who
from autograder.report.marks.moments import moment, zone_called
from autograder.report.roster.people import Roster, listed
from autograder.report.roster.reading import read_roster
from course.errors import CourseError

NOBODY = Roster()  # without a roster, people are called what the system calls them
NEWEST = Rules()


@dataclass
class Collected:
    """What came of a download. refused: by student, why the hand-in was refused, or ""."""

    system: str = ""
    refused: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)  # on the roster, and handed nothing in


def collect_command(args: argparse.Namespace) -> int:
    """Collect every student's file. Exit 0 when all were taken, 2 when somebody was left out."""
    catalog.assignment(args.assignment)
    if args.layout is not None and args.layout not in NAMES:
        raise CourseError(f"no layout called {args.layout!r}; there are: {', '.join(NAMES)}")
    zone = zone_called(args.timezone) if args.timezone else None
    deadline = moment(args.deadline, "--deadline") if args.deadline else None
    rules = Rules(deadline, zone, frozenset(args.take))
    roster = read_roster(args.roster) if args.roster else Roster()
    done = gather(
        args.assignment,
        args.download,
        args.submissions,
        layout=args.layout,
        roster=roster,
        rules=rules,
    )
    table = args.table or args.submissions.with_name(
        f"{args.submissions.resolve().name}-{args.assignment}.csv"
    )
    write_table(table, done.rows)
    for line in left_out(done):
        print(f"autograder: {line}", file=sys.stderr)
    for line in remarks(done, rules):
        print(line)
    taken = sum(not why for why in done.refused.values())
    print(f"{taken} of {len(done.refused)} students collected: {args.submissions}")
    print(f"what was taken and what was not, as {done.system} names it: {table}")
    return 2 if any(row.outcome == NOT_TAKEN for row in done.rows) else 0


def left_out(done: Collected) -> list[str]:
    """A line for each student, and for each file of nobody, that was not taken."""
    lines = [f"{listed([student])}: {why}" for student, why in done.refused.items() if why]
    return lines + [
        f"{listed([row.file])}: {row.why}"
        for row in done.rows
        if row.outcome == NOT_TAKEN and row.student not in done.refused
    ]


def remarks(done: Collected, rules: Rules) -> list[str]:
    """What an instructor should know besides."""
    late = [row.student for row in done.rows if row.outcome == TAKEN and row.late]
    older = [row.student for row in done.rows if row.outcome == TAKEN and row.why]
    untimed = rules.zone is None and any(
        row.outcome == TAKEN and row.handed_in and "+" not in row.handed_in for row in done.rows
    )
    told = (
        ("late", late),
        ("not in the roster, collected as they are called there", done.strangers),
        ("in the roster, handed nothing in", done.silent),
        ("the newest attempt holds no notebook, an older one was taken", older),
    )
    lines = [f"{what} ({len(who)}): {listed(sorted(who), 20)}" for what, who in told if who]
    if untimed:
        lines.append(f"times of {done.system} have no zone: --timezone Europe/Berlin keeps them")
    return lines


def collect(
    assignment: str, download: Path, target: Path, layout: str | None = None
) -> dict[str, str]:
    """Write each student's file below `target`; returns why each was refused, or ""."""
    return gather(assignment, download, target, layout=layout).refused


def gather(
    assignment: str,
    download: Path,
    target: Path,
    *,
    layout: str | None = None,
    roster: Roster = NOBODY,
    rules: Rules = NEWEST,
) -> Collected:
    """Write each student's file below `target` and account for every file of the download.

    layout: one of NAMES; by default the one that fits. A student who is there already gets the file
    of this download. Raises CourseError when nothing can be collected.
    """
    done = Collected()
    with contextlib.ExitStack() as stack:
        parts = apart(downloaded(download, stack), stack) or [downloaded(download, stack)]
        systems = [layout or best_system(part) for part in parts]
        done.system = " and ".join(dict.fromkeys(systems))
        whole = Reading()
        for part, system in zip(parts, systems, strict=True):
            reading = read_as(system, part, assignment)
            done.rows += [
                Row(NOT_TAKEN, "", "", folder, why="an empty folder: if it is a student's, ask")
                for folder in empty_folders(system, part, reading)
            ]
            whole.pieces += reading.pieces
            whole.aside += reading.aside
            whole.unknown += reading.unknown
        if not whole.pieces:
            unknown = f" ({listed([f.path for f, _ in whole.unknown], 3)})" if whole.unknown else ""
            raise CourseError(
                f"{download} holds no file of a student as {done.system} names them{unknown}: "
                f"choose with --from: {', '.join(NAMES)}"
            )
        refuse_untimed(whole.pieces, rules, done.system)
        owners = owners_of((piece.who for piece in whole.pieces), roster)
        note_nobodys(done, whole, owners)
        for student, pieces in sorted(by_student(whole.pieces, owners).items()):
            take(done, assignment, student, pieces, target=target, rules=rules)
    done.strangers = owners.strangers
    done.silent = [person.id for person in roster.people if person.id not in done.refused]
    named = [
        Row(NO_HANDIN, each, "", "", why="in the roster, nothing handed in") for each in done.silent
    ]
    done.rows += named
    return done


def refuse_untimed(pieces: Sequence[Piece], rules: Rules, system: str) -> None:
    """Raise CourseError where a deadline is to be applied to attempts without a time."""
    if rules.deadline is None:
        return
    files = [piece for piece in pieces if piece.kind == "file"]
    if any(piece.when is None for piece in files):
        raise CourseError(
            f"{system} does not say when each file was handed in: leave out --deadline"
        )
    if any(rules.instant(piece) is None for piece in files):
        raise CourseError(
            f"{system} writes times without a zone: name it with --timezone, as in Europe/Berlin"
        )


def by_student(pieces: Sequence[Piece], owners: Owners) -> dict[str, list[Piece]]:
    """The files of each student; those of a group are every member's."""
    students: dict[str, list[Piece]] = {}
    for piece in pieces:
        for folder in owners.folders.get(piece.who.key, ()):
            students.setdefault(folder, []).append(piece)
    return students


def note_nobodys(done: Collected, reading: Reading, owners: Owners) -> None:
    """Note the files that are no student's, and those of people who are not told apart."""
    for file, what in reading.aside:
        done.rows.append(Row(NO_HANDIN, "", "", file.path, why=what))
    for file, why in reading.unknown:
        done.rows.append(Row(NOT_TAKEN, "", "", file.path, why=file.trouble or why))
    for piece in reading.pieces:
        if (question := owners.questions.get(piece.who.key)) is not None:
            done.rows.append(row_of(NOT_TAKEN, "", piece, question))


def take(
    done: Collected,
    assignment: str,
    student: str,
    pieces: Sequence[Piece],
    *,
    target: Path,
    rules: Rules,
) -> None:
    """Write one student's file and note what became of each of theirs."""
    if all(piece.kind == "note" for piece in pieces):
        done.rows += [row_of(NO_HANDIN, student, piece, "the system's own") for piece in pieces]
        return
    taken: Taken | None = None
    why = ""
    try:
        taken = answer_of(assignment, pieces, rules)
    except Malformed as fault:
        why = f"{fault.got}. {fault.hint}"
    store(assignment, home_of(target, student), taken, why, rules)
    done.refused[student] = why
    for piece in pieces:
        if taken is not None and piece is taken.piece:
            done.rows.append(row_of(TAKEN, student, piece, taken.remark, rules))
        elif taken is None and piece.kind != "note":
            done.rows.append(row_of(NOT_TAKEN, student, piece, why, rules))
        else:
            done.rows.append(row_of(NO_HANDIN, student, piece, aside(piece, taken)))


def aside(piece: Piece, taken: Taken | None) -> str:
    """Why a file beside the one that was taken is left."""
    if piece.kind == "note":
        return "the system's own"
    if piece.kind != "file":
        return "typed into the page"
    if taken is not None and piece.attempt != taken.piece.attempt:
        return "of another attempt"
    return "handed in beside the answer"


def row_of(outcome: str, student: str, piece: Piece, why: str, rules: Rules = NEWEST) -> Row:
    """A line of the table."""
    when = rules.instant(piece) or piece.when
    late = "late" if rules.is_late(piece) else ""
    who: Who = piece.who
    return Row(
        outcome, student, who.name, piece.file.path, when.isoformat(" ") if when else "", late, why
    )
