"""Canvas by its API: points, and the feedback page as a file with a comment, for each student.

Nothing is changed without `--send`: until then it is said what would be. A grade that is there
already is not sent again, nor a page, so a run that broke off may simply be repeated. The calls are
those of canvas.instructure.com/doc/api: courses, users, submissions, submission comments.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from canvasapi import Canvas
from canvasapi.exceptions import CanvasException

from autograder.exports.feedback_zip import page, page_name
from autograder.exports.filling import Report, first_report, scaled
from autograder.exports.matching import Student, match, student
from autograder.report.results import Result, is_scored, number
from autograder.report.roster.people import Roster, listed
from course.errors import CourseError


@dataclass(frozen=True)
class Place:
    """An assignment of a course on a site of Canvas, and the token that opens it."""

    url: str
    course: str
    assignment: str
    token: str


@dataclass(frozen=True)
class Due:
    """What is to be sent for a student: points as text, a page, or both; empty is not sent."""

    submission: Any
    result: Result
    label: str
    points: str
    page: bytes


def send(
    place: Place,
    results: Sequence[Result],
    *,
    roster: Roster,
    only: str | None,
    points: str | None,
    really: bool,
) -> Report:
    """Send what Canvas does not have yet, or only find out what that is; returns the report.

    Raises CourseError: no such site, course or assignment, a token that is not taken, students not
    told apart, points that do not agree.
    """
    refuse_address(place.url)
    with one_line_for_errors(place):
        course = Canvas(place.url, place.token).get_course(place.course)
        assignment = course.get_assignment(place.assignment)
        students = read_students(course)
        found = match(students, results, roster, only)
        report = first_report(students, results, found)
        there = {
            each.user_id: each
            for each in assignment.get_submissions(include=["submission_comments"])
        }
        possible = getattr(assignment, "points_possible", None)
        wanted = f"{place.url}: {assignment.name}"
        todo = list(
            due(results, found, there, report, possible=possible, policy=points, where=wanted)
        )
        for each in todo:
            if really:
                send_one(each)
            report.filled.append(each.label)
    return report


def read_students(course: Any) -> list[Student]:
    """The students of a course, each known by number, user name, address and name."""
    found = []
    for user in course.get_users(enrollment_type=["student"], include=["email"]):
        names = {
            "ID": [str(user.id)],
            "SIS Login ID": [getattr(user, "login_id", None) or ""],
            "SIS User ID": [str(getattr(user, "sis_user_id", None) or "")],
            "Email": [getattr(user, "email", None) or ""],
            "Student": [user.name, getattr(user, "sortable_name", None) or ""],
        }
        found.append(student(user.id, user.name, names))
    return found


def due(
    results: Sequence[Result],
    found: dict[str, Student],
    there: dict[int, Any],
    report: Report,
    *,
    possible: float | None,
    policy: str | None,
    where: str,
) -> Iterator[Due]:
    """What Canvas does not have yet, student by student; what is kept is noted in the report."""
    for result in results:
        each = found.get(result.student)
        if each is None or not is_scored(result):
            continue
        submission = there.get(each.row)
        if submission is None:
            report.kept.append(f"{each.label} (not assigned)")
        elif getattr(submission, "excused", None):
            report.kept.append(f"{each.label} (excused)")
        else:
            score = round(scaled(result, possible, policy, where), 2)
            before = getattr(submission, "score", None)
            changed = before is None or abs(before - score) > 0.004  # two decimals are sent
            if changed and before is not None:
                report.replaced.append(f"{each.label} ({number(before)} -> {number(score)})")
            content = missing_page(submission, result)
            if changed or content:
                yield Due(submission, result, each.label, number(score) * changed, content)


def missing_page(submission: Any, result: Result) -> bytes:
    """The student's page, or nothing where a comment bears it: a file of its name and its size."""
    content = page(result)
    there = any(
        file.get("display_name") == page_name(result) and file.get("size") == len(content)
        for comment in getattr(submission, "submission_comments", None) or []
        for file in comment.get("attachments") or []
    )
    return b"" if there else content


def send_one(each: Due) -> None:
    """Send the page and then the points of one student. Raises CanvasException."""
    if each.page:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / page_name(each.result)
            path.write_bytes(each.page)
            taken, _ = each.submission.upload_comment(path)
        if not taken:
            raise CanvasException(f"the page of {each.label} was not taken")
    if each.points:
        each.submission.edit(submission={"posted_grade": each.points})


@contextmanager
def one_line_for_errors(place: Place) -> Iterator[None]:
    """Turn what goes wrong on the way to Canvas into a CourseError."""
    try:
        yield
    except requests.RequestException as error:
        raise CourseError(
            f"{place.url} cannot be reached ({type(error).__name__}): what was sent stays there; "
            "send again"
        ) from None
    except CanvasException as error:
        said = listed([" ".join(str(error).split())[:200] or type(error).__name__])
        raise CourseError(
            f"{place.url} refused ({type(error).__name__}: {said}): look at the token, --course "
            "and --assignment; what was sent before stays"
        ) from None


def refuse_address(url: str) -> None:
    """Raise CourseError for an address that would send the token in the open."""
    parts = urlsplit(url)
    local = parts.hostname in ("localhost", "127.0.0.1")
    if not parts.hostname or (parts.scheme != "https" and not local):
        raise CourseError(f"--url {url!r} is no address like https://canvas.uni.edu")
