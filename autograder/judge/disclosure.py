"""How much a student is told of what their own code returned while it could see a hidden input.

Whatever comes back from a student's process may have been chosen to carry a pixel or a label: the
digits of a number, a shape, the line of an error. On public inputs all of it is shown. On hidden
ones every message pays for what it could carry, from an account of BITS for one submission, and
numbers are rounded; what came is left out where it would cost too much, and when the account is
empty, what is left of a failed check is its status.
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
WORDS = 12  # which sentences of ours, and which of Python's exceptions: at most 4,096 of them
NUMBER = 13  # a whole number to 999, or two digits and a power of ten from 1e-4 to 1e6, and a sign
STATUS = 3  # one of eight
TIME = 4  # how long it took, to a power of two

WHOLE, LARGEST, SMALLEST = 999, 1e6, 1e-4
NUMERAL = re.compile(r"(?<![\w.,])-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d+)?(?![\w])")
NAME = re.compile(r"[\w.]+")
NOT_SHOWN = "Mend the checks above first; `autograder check` shows everything, on public inputs."

WITHHELD = "other than that; `autograder check` shows it, on public inputs"


@dataclass(frozen=True)
class Message:
    """What a student reads of a check that did not pass."""

    expected: str
    got: str
    cause: str
    hint: str


class Disclosure:
    """The account of one submission.

    cells: what was handed in, of which errors name a line. names: the names of layers, which a
    student's process may send back in any choice and order.
    """

    def __init__(
        self, cells: Sequence[Cell] = (), names: Set[str] = frozenset(), bits: float = BITS
    ) -> None:
        self.places = sum(1 + len(cell.source.splitlines()) for cell in cells)
        self.names = names
        self.left = bits

    def message(self, fault: StudentFault) -> Message:
        """As much of a fault as the account covers: all of it, all but what came, or nothing."""
        for got in (fault.got, WITHHELD):
            cost = self.cost(fault, got)
            if cost <= self.left:
                self.left -= cost
                return self.told(fault, got)
        return Message("", "", "", NOT_SHOWN)

    def cost(self, fault: StudentFault, got: str) -> float:
        """What a fault could carry of a hidden input when `got` is told of it, in bits."""
        if isinstance(fault, NotWritten):
            return WORDS  # said of the code as it was handed in, before it saw an input
        if isinstance(fault, Crash):
            return WORDS + max(8.0, math.log2(1 + self.places))  # a line of code, or exit status
        numbers = sum(len(NUMERAL.findall(text)) for text in (got, fault.cause))
        names = self.naming(" ".join((fault.expected, got, fault.cause)))
        return WORDS + NUMBER * numbers + names

    def told(self, fault: StudentFault, got: str) -> Message:
        """The fault in words, its numbers made coarse where they come from an answer."""
        if isinstance(fault, NotWritten | Crash):
            return Message(fault.expected, fault.got, fault.cause, fault.hint)
        return Message(fault.expected, rounded(got), rounded(fault.cause), fault.hint)

    def naming(self, text: str) -> float:
        """What the names of layers in a text could carry."""
        named = sum(word.strip(".") in self.names for word in NAME.findall(text))
        return named * math.log2(1 + len(self.names))


def rounded(text: str) -> str:
    """`text` with its numbers made coarse: those beyond three digits to two significant ones."""
    return NUMERAL.sub(lambda match: coarse(match[0]), text)


def coarse(numeral: str) -> str:
    """A number in words of at most NUMBER bits: `1.2346` becomes `about 1.2`."""
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

    The account, the status of each check, and for those graded on a slope their points.
    """
    total: float = BITS + TIME
    for function in vars(importlib.import_module(catalog.assignment(assignment).module)).values():
        if inspect.isfunction(function) and (check := catalog.Check.of(function)):
            source = inspect.getsource(function)
            slope = "expect_above" in source or "fraction" in source
            total += STATUS + (math.log2(1 + 100 * check.max_points) if slope else 0)
    return total
