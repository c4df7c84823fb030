"""The judge inside pytest: gives checks their fixtures, runs them in order, records outcomes.

A check is a test function with a `graded` marker; its docstring is its title. What it raises
decides its status: nothing is OK, a StudentFault is the student's, anything else is the grader's.
A check whose prerequisite earned nothing is skipped, with the prerequisite named.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any

import pytest

from autograder.catalog import Check
from autograder.errors import StudentFault
from autograder.judge.disclosure import Disclosure, Message
from autograder.judge.setting import Setting
from autograder.report.results import CheckResult
from autograder.student import Student


class JudgePlugin:
    """One judging of one student. `only` limits it to the checks of one exercise.

    What a student's public faults say is kept as it is; hidden ones go through a Disclosure.
    """

    def __init__(
        self,
        student: Student,
        setting: Setting,
        only: str | None = None,
        account: Disclosure | None = None,
    ) -> None:
        self._student = student
        self._setting = setting
        self.only = only
        self.results: dict[str, CheckResult] = {}
        self.faults: list[str] = []
        self._measures: dict[str, float] = {}
        self._sketch = ""
        self._disclosure = account
        if account is None and not student.public:
            self._disclosure = Disclosure(student.cells, student.words)
        elif account is not None:
            account.names = student.words  # those of the worker that is asked now

    # --- what a check may ask for ------------------------------------------------------------

    @pytest.fixture(scope="session")
    def student(self) -> Student:
        """The student's code."""
        return self._student

    @pytest.fixture(scope="session")
    def setting(self) -> Setting:
        """What the judge owns."""
        return self._setting

    @pytest.fixture
    def measures(self) -> dict[str, float]:
        """Numbers that go into the result beside the verdict."""
        return self._measures

    @pytest.fixture
    def keep_sketch(self) -> Callable[[str], None]:
        """Puts a sketch of the student's weights into the result, for `autograder similar`."""

        def keep(sketch: str) -> None:
            self._sketch = sketch

        return keep

    # --- pytest's hooks ----------------------------------------------------------------------

    def pytest_configure(self, config: pytest.Config) -> None:
        """Register the marker; no traceback is asked for, and one takes long to write."""
        config.option.tbstyle = "no"
        config.addinivalue_line("markers", "graded(points, needs, exercise, lecture): a check")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the checks of one exercise, and what they need, where only those were asked for."""
        if self.only is not None:
            items[:] = list(of_exercise(items, self.only))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Run one check with its clock, or skip it for want of its prerequisite."""
        self._measures, self._sketch = {}, ""
        start = time.perf_counter()
        result = yield
        if (record := self.results.get(check_of(item).name)) is not None:
            record.seconds = round(time.perf_counter() - start, 3)
        return result

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Skip a check whose prerequisite earned nothing."""
        check = check_of(item)
        needed = self.results.get(check.needs or "")
        if needed is not None and needed.status != "OK" and needed.points <= 0:
            self.record(check, "SKIP", cause=f"waits for the check “{needed.title}”")
            pytest.skip(needed.title)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, Any, Any]:
        """Turn what a check, or one of its fixtures, raised into its outcome."""
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
        """Keep the outcome of one check."""
        fraction = 1.0 if status == "OK" else fault.fraction if fault else 0.0
        said = self.message(fault) if fault else Message("", "", cause, "")
        self.results[check.name] = CheckResult(
            name=check.name,
            title=check.title,
            status=status,
            points=round(fraction * check.max_points, 2),
            max_points=check.max_points,
            expected=said.expected,
            got=said.got,
            cause=said.cause,
            hint=said.hint,
            lecture=check.lecture,
            measures=dict(self._measures),
            sketch=self._sketch,
        )

    def message(self, fault: StudentFault) -> Message:
        """What may be told of a fault: all of it where the inputs are public."""
        if self._disclosure is not None:
            return self._disclosure.message(fault)
        return Message(fault.expected, fault.got, fault.cause, fault.hint)


def check_of(item: pytest.Item) -> Check:
    """The check that a collected test is."""
    assert isinstance(item, pytest.Function)
    check = Check.of(item.function)
    assert check is not None, f"{item.name} bears no `graded` marker"
    return check


def of_exercise(items: Sequence[pytest.Item], exercise: str) -> Iterable[pytest.Item]:
    """The checks of `exercise`, and those that they need, in their order."""
    by_name = {check_of(item).name: item for item in items}
    wanted = {name for name, item in by_name.items() if check_of(item).exercise == exercise}
    for name in list(wanted):
        while (needs := check_of(by_name[name]).needs) is not None:
            wanted.add(needs)
            name = needs  # noqa: PLW2901  follow the chain
    return (item for name, item in by_name.items() if name in wanted)
