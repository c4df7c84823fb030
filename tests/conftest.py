"""Fixtures for all tests: the two data sets, a limit of threads, and skips by mark."""

import os
import time
from pathlib import Path

# Before torch is imported: workers that each start a thread per core slow one another down.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("MKL_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")
# The judge's cache of the tests is separate from the user's.
os.environ.setdefault("COURSE_CACHE", str(Path(__file__).parent.parent / "build" / "cache"))

import pytest

from course.data import PROFILES, Dataset, data_root, load

STARTED = pytest.StashKey[float]()


def _why_no_mnist() -> str | None:
    if "COURSE_DATA" not in os.environ:
        return "COURSE_DATA is not set; it names the folder that holds MNIST/raw"
    missing = PROFILES["mnist"].missing(data_root())
    return f"{missing[0]} is missing" if missing else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests marked `mnist`, and those that use the fixture, where there is no MNIST."""
    reason = _why_no_mnist()
    for item in items:
        if "mnist" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.mnist)
        if reason and item.get_closest_marker("mnist"):
            item.add_marker(pytest.mark.skip(reason=reason))


def pytest_sessionstart(session: pytest.Session) -> None:
    """Note when the run began: rows of the grader's proof from this run are younger."""
    session.config.stash[STARTED] = time.time()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Count the attacks, wrong answers and right answers that this run graded."""
    import proof  # imported here: it reads every item, and most runs need none

    if lines := proof.report(config.stash[STARTED]):
        terminalreporter.section("the grader's proof")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def digits() -> Dataset:
    """The embedded digits: 1,200 training and 597 test images of 1x28x28."""
    return load("digits")


@pytest.fixture(scope="session")
def mnist() -> Dataset:
    """Real MNIST, 60,000 and 10,000 images; its tests are skipped where it is missing."""
    return load("mnist")
