"""Every command of the README and of the page for instructors, typed in order, as they stand there.

In a fresh clone, with no more than what `pip install -e '.[instructor]'` brings: the packages of
that extra are linked into an environment of its own. What needs a network, a browser, a GPU or
another extra is left out, each for a reason.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from support import checkout

EXTRA = "instructor"
COMMAND = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
LEFT_OUT = {
    "make": "sets up an environment from the network, with other extras",
    "pip install": "the network; its packages are linked in place of it",
    ".venv/bin/": "a student's own computer: tests/autograder/authoring/test_bundle.py",
    "course train --data signs --device cuda": "a GPU",
}
# What stands between two commands on a page: files that students handed in, other grading.
BEFORE = {
    "autograder collect": "mkdir downloads && cp ../class.zip downloads/class.zip",
    "autograder grade a3-fgsm submitted": "cp -r ../handed-in/. submitted",
    "autograder leaderboard grades/a5-adversarial-training --anonymous": (
        "autograder grade a5-adversarial-training submitted --out grades/a5-adversarial-training"
    ),
}
HANDED_IN = ("a3-fgsm", "a5-adversarial-training")


def commands(page: str) -> Iterator[str]:
    """The commands of a page in order, with what comes before them."""
    text = (checkout.ROOT / page).read_text(encoding="utf-8")
    for line in "".join(COMMAND.findall(text)).splitlines():
        if line.startswith(tuple(LEFT_OUT)):
            continue
        yield from (before for start, before in BEFORE.items() if line.startswith(start))
        yield line


def installed(name: str) -> Distribution:
    """An installed package: what lies in the checkout itself (an egg-info) is none."""
    (known, *_) = Distribution.discover(name=name, path=[sysconfig.get_path("purelib")])
    return known


def brought_by(name: str, extras: frozenset[str], found: dict[str, Distribution]) -> None:
    """Add the installed packages that a requirement brings, and what they bring in turn."""
    known = installed(name)
    found[known.name] = known
    for line in known.requires or []:
        needed = Requirement(line)
        wanted = any(
            needed.marker is None or needed.marker.evaluate({"extra": extra})
            for extra in extras or {""}
        )
        own = needed.name == name  # an extra that names another extra
        if wanted and (own or needed.name not in found):
            brought_by(needed.name, frozenset({*needed.extras, ""}), found)


def environment(clone: Path) -> Path:
    """An environment of the clone with the extra's packages; returns its folder of commands."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", clone / ".venv"], check=True)
    (site,) = (clone / ".venv" / "lib").glob("python*/site-packages")
    found: dict[str, Distribution] = {}
    brought_by("adversarial-course", frozenset({EXTRA, ""}), found)
    for known in found.values():
        link_files(known, site)
    for path in site.glob("__editable__*"):  # of the checkout that is tested
        path.unlink()
    (site / "clone.pth").write_text(f"{clone}\n")
    programs = clone / ".venv" / "bin"
    for program in ("alembic", "autograder", "course", "nbgrader"):  # nbgrader calls alembic
        (programs / program).write_text(f'#!/bin/sh\nexec {programs}/python -m {program} "$@"\n')
        (programs / program).chmod(0o755)
    return programs


def link_files(known: Distribution, site: Path) -> None:
    """Put a package's files into an environment."""
    tops = {file.parts[0] for file in known.files or []} - {"..", "__pycache__"}
    for source in (Path(str(known.locate_file(name))) for name in tops):
        if source.is_dir():
            shutil.copytree(source, site / source.name, copy_function=linked, dirs_exist_ok=True)
        elif source.is_file():
            linked(str(source), str(site / source.name))


def linked(source: str, target: str) -> None:
    """Link a file, or copy it to another disk; several packages may share a folder."""
    try:
        os.link(source, target)
    except FileExistsError:
        pass
    except OSError:
        shutil.copy2(source, target)


def hand_in(home: Path) -> None:
    """What students handed in, beside the folder of the term: as folders, and as one archive."""
    for assignment in HANDED_IN:
        answer = checkout.ROOT / f"tests/redteam/plain/{assignment}/right.py"
        target = home / "handed-in" / "ada" / assignment / f"{assignment}.py"
        target.parent.mkdir(parents=True)
        shutil.copy(answer, target)
    with zipfile.ZipFile(home / "class.zip", "w") as archive:
        archive.write(home / "handed-in/ada/a3-fgsm/a3-fgsm.py", "bob/a3-fgsm.py")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = checkout.copied(tmp_path_factory.mktemp("fresh") / "clone")
    environment(folder)
    return folder


@pytest.mark.slow
def test_what_another_extra_brings_is_not_there(clone):
    python = clone / ".venv" / "bin" / "python"
    program = "import autograder, nbgrader, torch; print(autograder.__file__)\nimport mkdocs"
    done = subprocess.run(
        [python, "-c", program], cwd="/", capture_output=True, text=True, check=False
    )
    assert Path(done.stdout.strip()).is_relative_to(clone)
    assert "No module named 'mkdocs'" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("page", ["README.md", "site/instructors.md"])
def test_every_command_does_what_the_page_says(page, clone, tmp_path):
    hand_in(tmp_path)
    programs = clone / ".venv" / "bin"
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environ |= {"HOME": str(tmp_path), "PATH": f"{programs}:{environ['PATH']}"}
    environ |= {"COURSE_CACHE": str(clone.parent / "cache"), "VIRTUAL_ENV": str(programs.parent)}
    typed = list(commands(page))
    done = subprocess.run(
        ["bash", "-e", "-x", "-c", "\n".join(typed)],
        cwd=clone,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert len(typed) >= 8
    assert (tmp_path / "term" / "students.zip").is_file()
    assert (tmp_path / "term" / "grades" / "grades.csv").is_file()
