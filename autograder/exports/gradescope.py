"""Gradescope: one results.json per student, as its autograder specification lays it down.

https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

import json
from html import escape

from autograder.catalog import Written
from autograder.exports.markup import check_as_html
from autograder.report.by_hand import written
from autograder.report.feedback import SIGNS
from autograder.report.results import CheckResult, Result, is_scored, rough_seconds
from autograder.report.table import title

VISIBILITIES = ("visible", "hidden", "after_due_date", "after_published")


def results_json(result: Result, visibility: str = "visible") -> str:
    """The text of one results.json.

    Without a score of ours there is none in the file, neither on top nor on a test: Gradescope then
    reports that grading failed, which is a request to run it again and not a zero.
    """
    said = " ".join(result.shown_notes) or SIGNS[result.status][1]
    content: dict[str, object] = {
        "execution_time": rough_seconds(result.seconds),
        "output": escape(f"{result.assignment}: {result.status}. {said}"),
        "output_format": "html",
        "visibility": visibility,
        "stdout_visibility": "hidden",
        "extra_data": {"status": result.status, "sandbox": result.sandbox} | result.provenance,
    }
    if is_scored(result):
        content["score"] = result.score
        content["tests"] = [
            test(check, str(number), visibility) for number, check in enumerate(result.checks, 1)
        ] + [
            open_answer(question, str(number), visibility)
            for number, question in enumerate(written(result), len(result.checks) + 1)
        ]
    return json.dumps(content, indent=2, allow_nan=False) + "\n"


def open_answer(question: Written, number: str, visibility: str) -> dict[str, object]:
    """An answer in words, whose points a person enters: an entry of `tests` without a score."""
    return {
        "name": question.title,
        "name_format": "text",
        "number": number,
        "output": f"A person gives up to {question.points} points for what you wrote.",
        "output_format": "text",
        "visibility": visibility,
        "extra_data": {"question": question.id},
    }


def test(check: CheckResult, number: str, visibility: str) -> dict[str, object]:
    """One check as an entry of `tests`."""
    return {
        "score": check.points,
        "max_score": check.max_points,
        "status": "passed" if check.status == "OK" else "failed",
        "name": title(check),
        "name_format": "text",
        "number": number,
        "output": SIGNS[check.status][1] + check_as_html(check),
        "output_format": "html",
        "tags": [check.status],
        "visibility": visibility,
        "extra_data": {"check": check.name, "lecture": check.lecture},
    }
