"""Running the cells of a hand-in from top to bottom, and what was bound when each check cell ran.

All moments share one namespace, the `__globals__` of every student's function: `turn_to` binds the
names in it that the check cell of a graded name would have found.
"""

from __future__ import annotations
import __future__

import ast
import asyncio
import contextlib
import difflib
import inspect
import signal
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograder.worker import absent
from autograder.worker.cells import Cell, written_file
from autograder.worker.slicing import Slice, Statement, compiled

# The time that all statements which are run only to be on the safe side may take together.
CAUTION_SECONDS = 60.0
OWN = ("__name__", "__builtins__", absent.HOOK)

Report = Callable[[BaseException, Cell], None]


class OutOfTimeError(BaseException):
    """A statement that is run to be on the safe side took too long."""


class Notebook:
    """The namespace of a notebook, and how its statements are run in it.

    A statement that fails ends its cell, as in a notebook, with two exceptions: one that is run to
    be on the safe side, and one that only uses what could not be imported here.
    """

    def __init__(self, namespace: dict[str, Any], report: Report) -> None:
        self.namespace = namespace
        self.report = report
        self.flags = 0  # of the student's own `from __future__ import ...`
        self.loop: asyncio.AbstractEventLoop | None = None
        self.moments: dict[int, dict[str, Any]] = {}
        self.now: int | None = None
        self.left = CAUTION_SECONDS
        self.skipped = False  # whether some of those statements were not run to their end
        self.ended: dict[int, Statement] = {}  # by the cell's place, the statement that ended it

    def run(self, code: Sequence[Statement], plan: Slice, checks: Sequence[int]) -> None:
        """Run the statements of the plan. checks: the numbers of cells above a check cell."""
        waiting = sorted(set(checks))
        for index, item in enumerate(code):
            while waiting and item.place >= waiting[0]:
                self.remember(waiting.pop(0))
            if item.place not in self.ended and (index in plan.needed or index in plan.cautious):
                self.step(item, needed=index in plan.needed)
        for limit in waiting:
            self.remember(limit)
        later = dict(self.namespace)
        for limit in sorted(self.moments, reverse=True):
            moment = self.moments[limit]
            served = plan.late.get(limit, ())
            moment.update({n: later[n] for n in served if n in later and n not in moment})
            later |= moment

    def remember(self, limit: int) -> None:
        """Store the names that are bound now, when `limit` cells have run."""
        self.moments[limit] = dict(self.namespace)

    def turn_to(self, limit: int) -> None:
        """Bind the names as they were after `limit` cells, with what calls have changed since."""
        if limit == self.now or limit not in self.moments:
            return
        if self.now is not None:
            self.moments[self.now] = dict(self.namespace)
        self.namespace.clear()
        self.namespace.update(self.moments[limit])
        self.now = limit

    def step(self, item: Statement, *, needed: bool) -> None:
        """Run one statement and report its error. The error of a needed one ends the cell."""
        if not needed and self.left <= 0:
            self.skipped = True
            return
        begin = time.monotonic()
        try:
            with contextlib.nullcontext() if needed else within(self.left):
                self.execute(item)
        except absent.NotImportedError as error:
            self.report(error, item.cell)
            there = {name for name in item.binds if name not in self.namespace}
            self.namespace.update(absent.in_place_of(there, error))
        except OutOfTimeError:
            self.skipped = True
        except BaseException as error:  # SystemExit is the student's, too
            if needed:
                self.report(error, item.cell)
                self.ended[item.place] = item
        finally:
            if not needed:
                self.left -= time.monotonic() - begin

    def execute(self, item: Statement) -> None:
        """Run one statement, its imports forgiven, and wait for what it awaits."""
        if isinstance(item.node, ast.ImportFrom) and item.node.module == "__future__":
            for alias in item.node.names:
                feature = getattr(__future__, alias.name, None)
                self.flags |= getattr(feature, "compiler_flag", 0)
        self.namespace[absent.HOOK] = absent.handler(
            self.namespace, lambda name, error: self.report(error, item.cell)
        )
        for node in absent.forgiving(item.node):
            code = compiled(node, item.cell.title, self.flags)
            if code.co_flags & inspect.CO_COROUTINE:
                self.loop = self.loop or asyncio.new_event_loop()
                self.loop.run_until_complete(eval(code, self.namespace))
            else:
                exec(code, self.namespace)


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise OutOfTimeError in the block when it takes longer, where the system can interrupt it."""
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
    ):
        yield
        return

    def interrupt(*_: object) -> None:
        raise OutOfTimeError

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-3))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def main_module() -> dict[str, Any]:
    """The namespace of a new `__main__`: students' functions are found there when they are pickled,
    as process pools do."""
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    return vars(module)


def write_file(source: str) -> str | None:
    """If this is a `%%writefile` cell, write its file to where imports find it.

    Returns the text, or None for any other cell. A path that leads elsewhere is not written.
    """
    if (written := written_file(source)) is None:
        return None
    name, appended, text = written
    if Path(name).name == name:
        with (
            contextlib.suppress(OSError),
            open(name, "a" if appended else "w", encoding="utf-8") as file,
        ):
            file.write(text)
        if "" not in sys.path:
            sys.path.append("")
    return text


def near_misses(names: Sequence[str], namespace: Mapping[str, Any]) -> dict[str, str]:
    """A dictionary from each missing name to a nearly equal name that the student defined."""
    own = [
        name
        for name, value in namespace.items()
        if callable(value) and getattr(value, "__module__", "__main__") == "__main__"
    ]
    found = {}
    for name in names:
        if name not in namespace and (near := difflib.get_close_matches(name, own, 1, 0.75)):
            found[name] = near[0]
    return found
