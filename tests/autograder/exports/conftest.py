"""A folder of results as `autograder grade` leaves it."""

from pathlib import Path

import pytest

from autograder.report.results import Result


@pytest.fixture
def graded(tmp_path):
    """Write results as `autograder grade` does; returns the folder."""

    def write(*results: Result) -> Path:
        folder = tmp_path / "grades"
        (folder / "results").mkdir(parents=True, exist_ok=True)
        for each in results:
            path = folder / "results" / f"{each.student}.json"
            path.write_text(each.to_json(), encoding="utf-8", errors="backslashreplace")
        return folder

    return write
