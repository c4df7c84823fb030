"""`autograder marking DIR --finish OUT`: results that hold the points of a person too, signed.

`OUT` has the layout of a graded folder, so that pages, exports and `autograder verify` read it as
they read any. `DIR` stays as the judge left it: grading again and then finishing again brings the
points by hand back in.
"""

from __future__ import annotations

from pathlib import Path

from autograder.grading.batch import write, write_page, write_result, writing_alone
from autograder.judge.provenance import is_genuine, sign
from autograder.report.by_hand import FILE, POLICIES, Marks, joined, read_marks
from autograder.report.results import grades_csv, read_results
from autograder.report.roster.people import listed
from autograder.secret import existing_secret
from course.errors import CourseError


def finish(folder: Path, out: Path, secret_file: Path | None, open_points: str | None) -> int:
    """Write the joined results, pages and tables; returns the number of students.

    Raises CourseError for results that were changed since they were graded, and while points are
    open and nothing was chosen for them.
    """
    if open_points not in (None, *POLICIES):
        raise CourseError(f"--open is one of {', '.join(POLICIES)}, not {open_points!r}")
    if out.resolve() == folder.resolve():
        raise CourseError(f"{out} holds what the judge wrote: name another folder with --finish")
    secret = existing_secret(secret_file)
    results = read_results(folder)
    if changed := [each.student for each in results if not is_genuine(each, secret)]:
        raise CourseError(
            f"the signature of {listed(changed, 5)} does not hold: graded with another secret "
            "(name it with --secret), or changed since. Grade again"
        )
    path = folder / FILE
    marks: Marks = read_marks(path) if path.is_file() else {}
    whole = joined(results, marks, open_points)
    with writing_alone(out):
        for result in whole:
            result.signature = sign(result, secret)
            write_result(out, result)
        write(out / "grades.csv", grades_csv(whole))
        write_page(out, whole)
    return len(whole)
