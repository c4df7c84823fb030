"""The command `autograder export`: the grades of a class for Canvas, Moodle, Gradescope, a
continuous-integration service, or nbgrader; and the grader itself for Gradescope and GitHub."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from dataclasses import replace
from pathlib import Path

from autograder import catalog
from autograder.exports import blackboard, brightspace, canvas, moodle
from autograder.exports.command import OPTIONS
from autograder.exports.feedback_zip import OF_A_DOWNLOAD, moodle_zip, zip_of_download
from autograder.exports.github_actions import workflow
from autograder.exports.gradescope import VISIBILITIES, results_json
from autograder.exports.junit import junit_xml
from autograder.exports.nbgrader import grades_csv
from autograder.exports.sheet import Sheet
from autograder.files import write_atomically
from autograder.report.by_hand import FILE, POLICIES, Marks, joined, read_marks
from autograder.report.marks.penalties import Mark, marks_of
from autograder.report.marks.terms import read_term
from autograder.report.results import Result, is_scored, read_class
from autograder.report.roster.people import Roster, listed
from autograder.report.roster.reading import read_roster
from course.cli import Later
from course.errors import CourseError

BY_COLUMN = {"canvas": canvas, "blackboard": blackboard, "brightspace": brightspace}
GRADERS = ("gradescope-zip", "github-actions")  # these export the grader, and need no grades
# Imported when called: it needs PyTorch, the other formats do not.
marks_in = Later("autograder.exports.gradebook:marks_in")  # needs nbgrader
canvas_place = Later("autograder.exports.canvas_api:Place")  # canvasapi is an extra
canvas_send = Later("autograder.exports.canvas_api:send")
gradescope_archive = Later("autograder.exports.gradescope_zip:archive_of")


def export_command(args: argparse.Namespace) -> int:
    """Write the export. Exit 0 when every student is in it, 1 when some are not in the sheet."""
    check_options(args)
    if args.format in GRADERS:
        return export_grader(args)
    results = read_class(args.folder)
    results = marked(args, results)
    marks = dated(args.term, args.folder, results) if args.term else []
    results = [mark.adjusted for mark in marks] or results
    roster = read_roster(args.roster) if args.roster else Roster()
    if args.format in (*BY_COLUMN, "moodle"):
        return fill_sheet(args, results, roster)
    if args.format == "canvas-api":
        return send_to_canvas(args, results, roster)
    if args.format in ("moodle-feedback", *OF_A_DOWNLOAD):
        return pack_feedback(args, results, roster)
    out: Path = args.out or args.folder / default_name(args.format)
    if args.format == "gradescope":
        write_gradescope(out, results, visibility(args))
    elif args.format == "junit":
        write(out, junit_xml(results))
    else:
        write(out, grades_csv(results, roster, {mark.result.student: mark for mark in marks}))
    unscored = [f"{each.student} ({each.status})" for each in results if not is_scored(each)]
    print(f"{len(results) - len(unscored)} of {len(results)} students have a score: {out}")
    if unscored:
        print(f"no score to give ({len(unscored)}): {listed(unscored)}", file=sys.stderr)
    return 0


def marked(args: argparse.Namespace, results: list[Result]) -> list[Result]:
    """The results with the points that a person gave, from the marking file or the gradebook.

    Raises CourseError while any are open, unless --open says what to do.
    """
    if args.open not in (None, *POLICIES):
        raise CourseError(f"--open is one of {', '.join(POLICIES)}, not {args.open!r}")
    marks: Marks = dict(marks_in(args.gradebook, results)) if args.gradebook else {}
    path = args.by_hand or args.folder / FILE
    if args.by_hand or path.is_file():
        given = {key: each for key, each in read_marks(path).items() if each.points is not None}
        marks = {**marks, **given}
    return joined(results, marks, args.open)


def dated(path: Path, folder: Path, results: list[Result]) -> list[Mark]:
    """The marks of these results by the rules of the term. Raises CourseError."""
    term = read_term(path)
    rules = term.assignments.get(results[0].assignment)
    if rules is None:
        raise CourseError(f"{path} says nothing of {results[0].assignment}")
    place = next((i for i, each in enumerate(rules.grades) if samefile(each, folder)), -1)
    one = replace(rules, grades=(folder,), submissions=(rules.submissions[place],))
    return list(marks_of([results], term, one).values())


def samefile(one: Path, other: Path) -> bool:
    """Whether two paths lead to one folder."""
    return one.resolve() == other.resolve()


def default_name(kind: str) -> str:
    """The file or folder written beside the results when none is named."""
    return {"gradescope": "gradescope", "junit": "junit.xml"}.get(kind, "nbgrader.csv")


def check_options(args: argparse.Namespace) -> None:
    """Raise CourseError for an unknown format, or an option that it does not use."""
    if args.format not in OPTIONS:
        near = difflib.get_close_matches(args.format, OPTIONS, n=1)
        meant = f": did you mean {near[0]}?" if near else "."
        raise CourseError(f"no format called {args.format!r}{meant} Known: {', '.join(OPTIONS)}")
    allowed = OPTIONS[args.format]
    for option in sorted(set().union(*OPTIONS.values()) - allowed):
        if getattr(args, option) is not None:
            name = option.replace("_", "-")
            raise CourseError(f"--{name} means nothing to --format {args.format}")
    if args.format in GRADERS and (args.folder or not args.assignment):
        raise CourseError(
            f"--format {args.format} takes no folder: name --assignment a3-fgsm and --out"
        )
    if args.format not in GRADERS and not args.folder:
        raise CourseError("name the folder that `autograder grade --out` wrote")
    if "sheet" in allowed and args.sheet is None:
        raise CourseError(
            f"--format {args.format} fills in the sheet that you downloaded: name it with --sheet"
        )
    if "collected" in allowed and args.collected is None:
        raise CourseError(
            f"--format {args.format} needs the table that `autograder collect` wrote: name it with "
            "--collected"
        )
    if args.points not in (None, "scale", "keep"):
        raise CourseError(f"--points is scale or keep, not {args.points!r}")


def export_grader(args: argparse.Namespace) -> int:
    """Write a grader for another place: Gradescope's archive, or a workflow of GitHub's."""
    assignment = catalog.assignment(args.assignment).id
    if args.format == "github-actions":
        out = args.out or Path(".github/workflows/grade.yml")
        write(out, workflow(assignment))
        print(f"{out}: its first lines say what to set up on GitHub")
        return 0
    out = args.out or Path(f"{assignment}-gradescope.zip")
    content = gradescope_archive(
        assignment,
        args.data or "digits",
        visibility(args),
        trust_submissions=bool(args.trust_submissions),
        secret=args.secret,
    )
    write_private(out, content)
    print(f"{out}: for Configure Autograder. It contains your secret: give it to nobody else")
    return 0


def visibility(args: argparse.Namespace) -> str:
    """When Gradescope shows the checks. Raises CourseError."""
    chosen: str = args.visibility or "visible"
    if chosen not in VISIBILITIES:
        raise CourseError(f"--visibility is one of {', '.join(VISIBILITIES)}, not {chosen!r}")
    return chosen


def write_private(path: Path, content: bytes) -> None:
    """Write a file that holds a secret, for its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def fill_sheet(args: argparse.Namespace, results: list[Result], roster: Roster) -> int:
    """Fill in a teacher's sheet and write it under a new name, or under --out."""
    if args.format in BY_COLUMN:
        system = BY_COLUMN[args.format]
        sheet = Sheet.read(args.sheet, system.NEEDED, utf_16=system is blackboard)
        report = system.fill(
            sheet,
            results,
            assignment=args.assignment,
            roster=roster,
            only=args.match,
            points=args.points,
        )
    else:
        named = moodle.headings(args.columns or ())
        sheet = Sheet.read(args.sheet, named["identifier"])
        report = moodle.fill(
            sheet, results, named=named, roster=roster, only=args.match, points=args.points
        )
    out = args.out or args.sheet.with_name(f"{args.sheet.stem}-graded{args.sheet.suffix}")
    write(out, sheet.text(), sheet.encoding)
    print(f"{len(report.filled)} of {len(results)} grades filled in: {out}")
    for line in report.lines():
        print(line, file=sys.stderr)
    return 1 if report.unmatched else 0


def pack_feedback(args: argparse.Namespace, results: list[Result], roster: Roster) -> int:
    """Write the archive of all feedback pages. Exit 1 when somebody's is not in it."""
    if args.format in OF_A_DOWNLOAD:
        where = "table"
        content, report = zip_of_download(args.format, args.collected, results)
    else:
        where = "sheet"
        named = moodle.headings(args.columns or ())
        sheet = Sheet.read(args.sheet, named["identifier"])
        content, report = moodle_zip(sheet, results, named=named, roster=roster, only=args.match)
    out = args.out or args.folder / f"{args.format}.zip"
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(content)
    print(f"{len(report.filled)} of {len(results)} feedback pages packed: {out}")
    if report.unmatched:
        print(f"graded, but not in the {where}: {listed(report.unmatched)}", file=sys.stderr)
    if report.kept:
        print(f"no page packed: {listed(report.kept)}", file=sys.stderr)
    return 1 if report.unmatched or report.kept else 0


def send_to_canvas(args: argparse.Namespace, results: list[Result], roster: Roster) -> int:
    """Send grades and pages to Canvas, or say what would be sent. Exit 1 if somebody is missing."""
    if not (args.url and args.course and args.assignment):
        raise CourseError("--format canvas-api needs --url, --course and --assignment")
    try:
        place = canvas_place(args.url, args.course, args.assignment, canvas_token(args.token))
        report = canvas_send(
            place,
            results,
            roster=roster,
            only=args.match,
            points=args.points,
            really=bool(args.send),
        )
    except ModuleNotFoundError as error:
        if error.name != "canvasapi":
            raise
        raise CourseError(
            "--format canvas-api needs canvasapi: pip install 'adversarial-course[canvas]'"
        ) from None
    done = "were sent" if args.send else "would be sent (--send does it)"
    print(f"{len(report.filled)} of {len(results)} grades and pages {done}: {args.url}")
    for line in report.lines():
        print(line, file=sys.stderr)
    return 1 if report.unmatched else 0


def canvas_token(path: Path | None) -> str:
    """The token, from a file or the environment. Raises CourseError where there is none."""
    try:
        token = path.read_text(encoding="utf-8") if path else os.environ.get("CANVAS_TOKEN", "")
    except (OSError, ValueError):
        raise CourseError(f"{path} cannot be read: it should hold the token of Canvas") from None
    if not token.strip():
        raise CourseError(
            "no token: make one in Canvas (Account, Settings, New Access Token), and put it into "
            "CANVAS_TOKEN or a file named with --token"
        )
    return token.strip()


def write_gradescope(out: Path, results: list[Result], shown: str) -> None:
    """A results.json per student, below `out`."""
    if out.is_file():
        raise CourseError(f"{out} is a file: --format gradescope writes a folder")
    for result in results:
        write(out / result.student / "results.json", results_json(result, shown))


def write(path: Path, text: str, encoding: str = "utf-8") -> None:
    """Write a file whole or not at all. Raises CourseError when a folder is in its place."""
    if path.is_dir():
        raise CourseError(f"{path} is a folder: --out names a file")
    write_atomically(path, text, encoding)
