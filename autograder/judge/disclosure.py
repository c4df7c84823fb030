"""Limits what a student may read about answers of code that could see hidden inputs.

A student's code can hide a pixel or a label in its answers: in the digits of a number, in a shape,
in the line of an error. On public inputs everything is shown. On hidden inputs numbers are rounded,
and every message costs as many bits as it could carry, from an account of BITS for one submission.
An answer that costs too much is left out. With an empty account, a failed check shows only its
status.
"""

from __future__ import annotations

import importlib
import inspect
import math
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

from autograder import catalog
from autograder.errors import Crash, NotWritten, StudentFault
from autograder.worker.cells import Cell

BITS = 160  # of one submission's messages: less than one 8x8 image of 17 grey levels holds
WORDS = 12  # the choice of our sentence and of Python's exception: at most 4,096
NUMBER = 13  # a whole number to 999, or two digits and a power of ten from 1e-4 to 1e6, and a sign
STATUS = 3  # one of eight
TIME = 4  # how long it took, to a power of two

WHOLE, LARGEST, SMALLEST = 999, 1e6, 1e-4
NUMERAL = re.compile(r"(?<![\w.,])-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d+)?(?![\w])")
NAME = re.compile(r"[\w.]+")
NOT_SHOWN = "Correct the checks above first; `autograder check` shows everything, on public inputs."

WITHHELD = "something else; `autograder check` shows it, on public inputs"


@dataclass(frozen=True)
class Message:
    """The text that a student reads about a check that did not pass."""

    expected: str
    got: str
    cause: str
    hint: str


class Disclosure:
    """The account of one submission.

    cells: the student's cells; errors name a line in them. names: the names of layers, of which the
    student's process can send any selection in any order.
    """

    def __init__(
        self, cells: Sequence[Cell] = (), names: Set[str] = frozenset(), bits: float = BITS
    ) -> None:
        self.places = sum(1 + len(cell.source.splitlines()) for cell in cells)
        self.names = names
        self.left = bits

    def message(self, fault: StudentFault) -> Message:
        """The part of a fault that the account allows: all, all but the answer, or nothing."""
        for got in (fault.got, WITHHELD):
            cost = self.cost(fault, got)
            if cost <= self.left:
                self.left -= cost
                return self.shown(fault, got)
        return Message("", "", "", NOT_SHOWN)

    def cost(self, fault: StudentFault, got: str) -> float:
        """The number of bits of a hidden input that a fault could carry if `got` is shown."""
        if isinstance(fault, NotWritten):
            return WORDS  # about the code itself, before it saw an input
        if isinstance(fault, Crash):
            return WORDS + max(8.0, math.log2(1 + self.places))  # a line of code, or exit status
        numbers = sum(len(NUMERAL.findall(text)) for text in (got, fault.cause))
        names = self.naming(" ".join((fault.expected, got, fault.cause)))
        return WORDS + NUMBER * numbers + names

    def shown(self, fault: StudentFault, got: str) -> Message:
        """The text of a fault, with numbers rounded if they come from an answer."""
        if isinstance(fault, NotWritten | Crash):
            return Message(fault.expected, fault.got, fault.cause, fault.hint)
        shown = rounded(got)
        if shown != got and NUMERAL.findall(shown) == NUMERAL.findall(rounded(fault.expected)):
            shown += " (it differs in digits that are not shown here)"
        return Message(fault.expected, shown, rounded(fault.cause), fault.hint)

    def naming(self, text: str) -> float:
        """The number of bits that the names of layers in a text could carry."""
        named = sum(word.strip(".") in self.names for word in NAME.findall(text))
        return named * math.log2(1 + len(self.names))


def rounded(text: str) -> str:
    """`text` with rounded numbers: to two significant digits, beyond three digits."""
    return NUMERAL.sub(lambda match: coarse(match[0]), text)


def coarse(numeral: str) -> str:
    """A number in at most NUMBER bits of text: `1.2346` becomes `about 1.2`."""
    value = float(numeral.replace(",", ""))
    if abs(value) <= WHOLE and value.is_integer():
        return numeral if "e" not in numeral else f"{value:.0f}"
    if not abs(value) < LARGEST:
        return f"{'less than -' if value < 0 else 'more than '}{LARGEST:,.0f}"
    if abs(value) < SMALLEST:
        return "about 0"
    short = float(f"{value:.1e}")
    return numeral if short == value else f"about {short:,.6g}"


def most_bits(assignment: str) -> float:
    """The most that one submission can learn of the hidden inputs from its result, in bits.

    The account, the status of each check, and the points of those that can earn a part of them.
    """
    total: float = BITS + TIME
    for function in vars(importlib.import_module(catalog.assignment(assignment).module)).values():
        if inspect.isfunction(function) and (check := catalog.Check.of(function)):
            source = inspect.getsource(function)
            slope = "expect_above" in source or "fraction" in source
            total += STATUS + (math.log2(1 + 100 * check.max_points) if slope else 0)
    return total
