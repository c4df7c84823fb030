"""The example assignment of the site, added as the page says, and tried."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "site" / "instructors-change.md"
BLOCK = re.compile(r'^```python title="(.+?)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
CATALOG = "autograder/catalog.py"
# In this process: a worker would get this project's files, not the copy's.
RUN = """
import sys
from autograder import cli
from autograder.sandbox import levels
levels.can_start = lambda: False
sys.exit(cli.main(sys.argv[1:]))
"""
WRONG = {
    "return images": (0, "the images come back unchanged"),
    "import torch; return images + epsilon * torch.randn(images.shape) / 3**0.5": (3, "no bound"),
}


def blocks() -> dict[str, str]:
    return dict(BLOCK.findall(PAGE.read_text(encoding="utf-8")))


def test_the_page_shows_five_files():
    assert sorted(blocks()) == [
        "assignments/authored/x1-noise.py",
        CATALOG,
        "autograder/checks/x1_noise/__init__.py",
        "autograder/checks/x1_noise/checks.py",
        "solutions/noise.py",
    ]


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the course with all that the page adds."""
    folder = tmp_path_factory.mktemp("changed")
    for name in ("autograder", "course", "solutions", "assignments"):
        ignored = shutil.ignore_patterns("__pycache__", "release", "submitted", "*.db")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name, text in blocks().items():
        path = folder / name
        if name == CATALOG:
            before, end, after = path.read_text(encoding="utf-8").partition("    )\n}\n")
            assert end
            text = before + text + end + after  # noqa: PLW2901
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    done = run(folder, "build")
    assert done.returncode == 0, done.stderr
    return folder


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, *command],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_the_notebook_that_is_built_passes(changed: Path):
    done = run(changed, "check", "x1-noise", "assignments/source/x1-noise/x1-noise.ipynb")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 of 5 points" in done.stdout
    assert (changed / "site" / "assignments" / "x1-noise.md").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("body", WRONG)
def test_a_wrong_answer_loses_what_the_page_says(changed: Path, body: str):
    points, said = WRONG[body]
    head = "def noise(images, epsilon, *, generator=None):"
    (changed / "mine.py").write_text(f"{head}\n    {body}\n")
    done = run(changed, "check", "x1-noise", "mine.py")
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{points} of 5 points" in done.stdout
    assert said in done.stdout
