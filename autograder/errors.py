"""The few ways a submission can fail, one class per status, raised where the fault is known.

`OK WRONG CRASH TIMEOUT LIMIT FORMAT` describe the student's work, `INFRA` the grader's own fault;
`REVIEW` leaves the decision to a person. `judge.py` turns each into words in one place. Anything
else raised while judging is INFRA: an error of the grader must never cost a student a point.
"""

from __future__ import annotations

from typing import ClassVar


class StudentFault(Exception):
    """The answer cannot be counted, for a reason that lies with the submission.

    expected, got: what the task asked for and what was returned, in the student's words.
    cause: which known mistake it looks like, by measurement; may be empty.
    hint: the next step to take.
    fraction: the part of the check's points that is earned all the same, in [0, 1].
    """

    status: ClassVar[str] = "WRONG"

    def __init__(
        self,
        expected: str,
        got: str,
        *,
        cause: str = "",
        hint: str = "",
        fraction: float = 0.0,
    ) -> None:
        super().__init__(f"expected {expected}, got {got}")
        self.expected = expected
        self.got = got
        self.cause = cause
        self.hint = hint
        self.fraction = fraction


class Wrong(StudentFault):
    """The answer was returned and is not right."""


class Crash(StudentFault):
    """The student's code raised an error, or its process died.

    error: the name of the exception, if there was one and it may be shown.
    refusal: it is a ValueError of the student's own code, or of the course's, by which a function
    refuses what it is given; one that PyTorch raises by itself is none.
    outside: none of the student's own functions was running when it was raised.
    """

    status = "CRASH"
    error = ""
    refusal = outside = False


class Withheld(Crash):
    """The answer calls a function of the course that is switched off in this exercise."""

    status = "WRONG"


class NotWritten(Crash):
    """The stub is still there: the code raises NotImplementedError, or the name is missing."""

    status = "WRONG"


class CarriedForward(StudentFault):
    """The answer is right for an earlier one, which is wrong and has lost its own points.

    The check passes, since each fault costs once; its cause says why.
    """

    status = "OK"


class Timeout(StudentFault):
    """No answer within the time allowed."""

    status = "TIMEOUT"


class Limit(StudentFault):
    """The answer needed more memory, output or processes than allowed."""

    status = "LIMIT"


class Malformed(StudentFault):
    """The answer, or the file that was handed in, cannot be read."""

    status = "FORMAT"


class ForReview(StudentFault):
    """The answer seems to be reached in another way than was asked for: a person decides."""

    status = "REVIEW"


class GraderFault(Exception):
    """The grader's own fault: the submission is judged again, never marked down."""
