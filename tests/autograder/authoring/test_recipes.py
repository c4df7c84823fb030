"""CONTRIBUTING's recipes for a check and a mutant, followed to the letter in a copy."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from support import checkout

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCK = re.compile(r'^```(\w+)(?: title="(.+?)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
# The tests that depend on points and checks; a new check cannot change the others.
TESTS = (
    "tests/test_sample_class.py",
    "tests/test_mutants.py",
    "tests/test_proof.py",
    "tests/autograder/authoring/test_build.py",
    "tests/autograder/authoring/test_by_hand.py",
    "tests/autograder/exports",
    "tests/autograder/judge/test_pictures.py",
    "tests/autograder/judge/test_markers.py",
    "tests/autograder/nbgrader_plugin",
    "tests/autograder/term",
    "tests/site",
)


def recipe(name: str) -> list[tuple[str, str, str]]:
    """The blocks of one recipe: language, file if it has one, and text."""
    _, _, rest = PAGE.partition(f"### {name}\n")
    return BLOCK.findall(rest.partition("\n### ")[0])


def commands(name: str) -> list[list[str]]:
    """The commands of one recipe."""
    lines = [text.splitlines() for kind, _, text in recipe(name) if kind == "bash"]
    return [shlex.split(line) for block in lines for line in block]


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the page in the copy, with the copy's programs."""
    start = {
        "autograder": ("-c", "import sys; from autograder.cli import main; sys.exit(main())"),
        "pytest": ("-m", "pytest", "-q", "-p", "no:cacheprovider"),
        "python": (),
    }[command[0]]
    return subprocess.run(
        [sys.executable, *start, *command[1:]],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), "tests", "tools"])},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_page_gives_a_check_a_mutant_and_commands():
    titles = [title for name in ("Add a check", "Add a mutant") for _, title, _ in recipe(name)]
    assert [title for title in titles if title] == [
        "autograder/checks/a3_fgsm/checks.py",
        "tests/mutants/a3-fgsm/small_epsilon_ignored.py",
    ]
    assert ["autograder", "build"] in commands("Add a check")
    assert ["python", "tools/ta_page.py"] in commands("Add a mutant")


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the course after both recipes, without the commands that grade."""
    folder = checkout.copied(tmp_path_factory.mktemp("changed") / "checkout")
    ((_, checks, check),) = (block for block in recipe("Add a check") if block[1])
    ((_, mutant, answer),) = (block for block in recipe("Add a mutant") if block[1])
    text = (folder / checks).read_text(encoding="utf-8")
    before, decorator, after = re.split(
        r"^(@[^\n]*\n)(?=def test_fgsm_leaves_no_trace)", text, flags=re.MULTILINE
    )
    (folder / checks).write_text(f"{before}{check}\n\n{decorator}{after}", encoding="utf-8")
    (folder / mutant).write_text(answer, encoding="utf-8")
    for command in commands("Add a check") + commands("Add a mutant"):
        if command[0] != "pytest":
            done = run(folder, *command)
            assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.mark.slow
def test_the_new_mutant_and_the_sample_class_get_what_they_must(changed: Path):
    for command in (*commands("Add a mutant"), *commands("Add a check")):
        if command[0] == "pytest" and "mutants or honest" not in command:
            done = run(changed, *command)
            assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_no_other_answer_is_marked_otherwise(changed: Path):
    (command,) = (each for each in commands("Add a check") if "mutants or honest" in each)
    done = run(changed, *command)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_nothing_is_left_red(changed: Path):
    done = run(changed, "pytest", "-m", "not slow and not browser", *TESTS)
    assert done.returncode == 0, done.stdout + done.stderr
