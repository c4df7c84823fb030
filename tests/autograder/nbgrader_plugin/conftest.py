"""A released course, and a copy of it for each test."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.converters import GenerateAssignment
from support.nbgrader_course import NAME, ROOT, convert


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of assignments/ in which nbgrader has released one assignment."""
    course = tmp_path_factory.mktemp("course")
    for name in ("nbgrader_config.py", f"source/{NAME}", "source/header.ipynb"):
        (course / name).parent.mkdir(exist_ok=True)
        copy_any = shutil.copytree if (ROOT / "assignments" / name).is_dir() else shutil.copy
        copy_any(ROOT / "assignments" / name, course / name)
    (course / "secret").write_text("a secret of this test")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", os.environ["PATH"])  # the settings prepend to it
        convert(GenerateAssignment, course)
        yield course


@pytest.fixture
def course(released: Path, tmp_path: Path) -> Path:
    """A released course for this test alone, with nothing handed in."""
    return Path(shutil.copytree(released, tmp_path / "course"))
