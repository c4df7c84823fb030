"""The judge's pytest plugin: it gives checks their fixtures, runs them and records the outcomes.

A check is a test function with a `graded` marker; its docstring is its title. Its status depends on
what it raises: nothing means OK, a StudentFault is the student's fault, any other error is the
grader's. A check is skipped if the check that it needs earned nothing; its result names that one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any

import pytest

from autograder import catalog
from autograder.catalog import Check
from autograder.errors import StudentFault
from autograder.judge.disclosure import Disclosure, Message
from autograder.judge.setting import Setting
from autograder.report.results import CheckResult
from autograder.student import Student
from course.errors import CourseError


class JudgePlugin:
    """The plugin for one student. `only`: the one exercise to check; all of them if it is None.

    handin: the setting of this hand-in (`Setting.for_handin`).
    On public inputs the messages of a fault are recorded in full; on hidden inputs a Disclosure
    decides how much of them the student may read.
    """

    def __init__(
        self,
        student: Student,
        setting: Setting,
        only: str | None = None,
        account: Disclosure | None = None,
        handin: Setting | None = None,
    ) -> None:
        self._student = student
        self._setting = setting
        self._handin = handin or setting
        self.only = only
        self.results: dict[str, CheckResult] = {}
        self.faults: list[str] = []
        self._measures: dict[str, float] = {}
        self._sketch = ""
        self._disclosure = account
        if account is None and not student.public:
            self._disclosure = Disclosure(student.cells, student.words)
        elif account is not None:
            account.names = student.words  # the names of the present worker

    # --- fixtures of the checks --------------------------------------------------------------

    @pytest.fixture(scope="session")
    def student(self) -> Student:
        """The student's code, which a check calls."""
        return self._student

    @pytest.fixture(scope="session")
    def setting(self) -> Setting:
        """The hidden inputs, networks and bars of the assignment."""
        return self._setting

    @pytest.fixture(scope="session")
    def handin(self) -> Setting:
        """The setting for questions that are answered by a number, drawn for this hand-in."""
        return self._handin

    @pytest.fixture
    def measures(self) -> dict[str, float]:
        """Numbers that a check adds to the result beside its verdict."""
        return self._measures

    @pytest.fixture
    def keep_sketch(self) -> Callable[[str], None]:
        """Puts a sketch of the student's weights into the result, for `autograder similar`."""

        def keep(sketch: str) -> None:
            self._sketch = sketch

        return keep

    # --- pytest's hooks ----------------------------------------------------------------------

    def pytest_configure(self, config: pytest.Config) -> None:
        """Register the marker, and switch off tracebacks: they are slow and not read."""
        config.option.tbstyle = "no"
        config.addinivalue_line("markers", f"graded({', '.join(catalog.MARKED)}): a check")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Refuse a wrong marker; select the checks of one exercise if only that was asked for."""
        assignment = catalog.assignment(self._setting.assignment)
        try:
            catalog.checks_among(assignment, [function_of(item) for item in items])
        except CourseError as error:
            raise pytest.UsageError(str(error)) from error
        if self.only is not None:
            items[:] = list(of_exercise(items, self.only))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Run one check and record how long it took."""
        self._measures, self._sketch = {}, ""
        start = time.perf_counter()
        result = yield
        if (record := self.results.get(check_of(item).name)) is not None:
            record.seconds = round(time.perf_counter() - start, 3)
        return result

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Skip a check if the check that it needs earned nothing."""
        check = check_of(item)
        needed = self.results.get(check.needs or "")
        if needed is not None and needed.status != "OK" and needed.points <= 0:
            self.record(check, "SKIP", cause=f"waits for the check “{needed.title}”")
            pytest.skip(needed.title)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, Any, Any]:
        """Record the outcome of a check from what it, or one of its fixtures, raised."""
        check = check_of(item)
        error = call.excinfo.value if call.excinfo else None
        if isinstance(error, StudentFault):
            self.record(check, error.status, fault=error)
        elif isinstance(error, pytest.skip.Exception):
            pass  # recorded where it was skipped
        elif error is not None:
            self.faults.append(f"{check.name}: {type(error).__name__}: {error}")
            self.record(check, "INFRA", cause="the grader failed here; you lose nothing by it")
        elif call.when == "call":
            self.record(check, "OK")
        return (yield)

    def record(
        self, check: Check, status: str, *, fault: StudentFault | None = None, cause: str = ""
    ) -> None:
        """Record the outcome of one check."""
        fraction = 1.0 if status == "OK" else fault.fraction if fault else 0.0
        message = self.message(fault) if fault else Message("", "", cause, "")
        self.results[check.name] = CheckResult(
            name=check.name,
            title=check.title,
            status=status,
            points=round(fraction * check.max_points, 2),
            max_points=check.max_points,
            expected=message.expected,
            got=message.got,
            cause=message.cause,
            hint=message.hint,
            lecture=check.lecture,
            measures=dict(self._measures),
            sketch=self._sketch,
        )

    def message(self, fault: StudentFault) -> Message:
        """The part of a fault that the student may read: all of it if the inputs are public."""
        if self._disclosure is not None:
            return self._disclosure.message(fault)
        return Message(fault.expected, fault.got, fault.cause, fault.hint)


def function_of(item: pytest.Item) -> Callable[..., object]:
    """The function of a collected test."""
    assert isinstance(item, pytest.Function)
    return item.function


def check_of(item: pytest.Item) -> Check:
    """The `Check` described by the `graded` marker of a collected test."""
    check = Check.of(function_of(item))
    assert check is not None, f"{item.name} has no `graded` marker"
    return check


def of_exercise(items: Sequence[pytest.Item], exercise: str) -> Iterable[pytest.Item]:
    """The checks of `exercise` and those that they need, in the order in which they run."""
    by_name = {check_of(item).name: item for item in items}
    wanted = {name for name, item in by_name.items() if check_of(item).exercise == exercise}
    for name in list(wanted):
        while (needs := check_of(by_name[name]).needs) is not None:
            wanted.add(needs)
            name = needs  # noqa: PLW2901  follow the chain
    return (item for name, item in by_name.items() if name in wanted)
