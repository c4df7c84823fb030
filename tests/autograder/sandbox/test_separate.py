"""Level medium without bubblewrap, with the interpreter in any place, and with Landlock alone."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.sandbox import box, bubblewrap, levels, separate, users
from autograder.worker import namespaces
from autograder.worker.confine import landlock_version

needs_namespaces = pytest.mark.skipif(bool(separate.trouble()), reason=separate.trouble() or "-")
needs_landlock = pytest.mark.skipif(not landlock_version(), reason="this kernel has no Landlock")

# Prints, from inside a box, the result of reading each path, and other facts about the process.
LOOK = """
import json, os, sys
from functools import partial
from autograder.worker import entry
from autograder.worker.confine import Confinement
from autograder.worker.limits import Limits

def tried(action):
    try:
        action()
    except OSError as error:
        return type(error).__name__
    return "done"

def look():
    found = {path: tried(lambda: open(path).read()) for path in sys.argv[2:]}
    found["change the times of a file"] = tried(lambda: os.utime(sys.argv[2]))
    found["processes"] = sum(name.isdigit() for name in os.listdir("/proc"))
    found["top"] = sorted(name for name in ("root", "home", "run", "var") if tried_list("/" + name))
    print(json.dumps(found), flush=True)

def tried_list(folder):
    try:
        return any(name for name in os.listdir(folder))
    except OSError:
        return False

connection = os.open(os.devnull, os.O_RDONLY)
entry.start(Limits(), Confinement.from_argument(sys.argv[1]), connection, look)
"""


def look(wanted, *paths):
    command = [sys.executable, "-s", "-c", LOOK, wanted.as_argument(), *map(str, paths)]
    done = subprocess.run(
        command, cwd="/", capture_output=True, text=True, check=True, env=box.ENVIRONMENT
    )
    return json.loads(done.stdout)


@pytest.fixture
def files(tmp_path):
    """A folder closed to others, with a package, one of the project's packages, and a file."""
    closed = tmp_path / "closed"
    for name in ("site", "site/other", "site/ours"):
        (closed / name).mkdir(parents=True)
        (closed / name / "file.py").write_text("here")
    (closed / "notes").write_text("the instructor's own")
    closed.chmod(0o700)
    return closed


def boxed(files):
    wanted, scratch = separate.confinement("medium")
    assert scratch is None
    readable = [*wanted.readable, str(files / "site")]
    return replace(wanted, readable=readable, hidden=[*wanted.hidden, str(files / "site" / "ours")])


@needs_namespaces
@needs_landlock
def test_what_lies_in_a_closed_folder_is_read_and_nothing_beside_it(files):
    """With Python below root's home, and no bubblewrap, everything was graded at level none."""
    paths = [files / "site/other/file.py", files / "notes", files / "site/ours/file.py"]
    found = look(boxed(files), *paths, "/etc/passwd")
    assert found[str(paths[0])] == "done"
    assert found[str(paths[1])] == found[str(paths[2])] == "FileNotFoundError"
    assert found["/etc/passwd"] == "PermissionError"
    assert found["change the times of a file"] in ("OSError", "PermissionError")
    assert found["processes"] == 2
    assert found["top"] == []
    assert (files.stat().st_mode & 0o777) == 0o700


@needs_landlock
def test_landlock_alone_leaves_out_our_packages_among_the_others(tmp_path, monkeypatch):
    """After `pip install .` the checks are among the packages, and level medium was refused."""
    if os.geteuid() == 0 and levels.closed_folder():
        pytest.skip("the interpreter is closed to other users")
    monkeypatch.setattr(separate, "trouble", lambda: "tried without")
    wanted, scratch = separate.confinement("medium")
    site = scratch / "site"
    for name in ("other", "ours"):
        (site / name).mkdir(parents=True)
        (site / name / "file.py").write_text("here")
    wanted = replace(
        wanted,
        scratch=str(tmp_path),
        readable=[*wanted.readable, str(site)],
        hidden=[str(site / "ours")],
        user=None,
    )
    found = look(wanted, site / "other/file.py", site / "ours/file.py")
    assert found[str(site / "other/file.py")] == "done"
    assert found[str(site / "ours/file.py")] == "PermissionError"


def test_a_closed_folder_is_a_trouble_only_where_nothing_can_be_mounted(tmp_path, monkeypatch):
    tmp_path.chmod(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(bubblewrap, "readable", lambda: iter([tmp_path]))
    monkeypatch.setattr(separate, "trouble", lambda: "")
    assert levels.closed_to_others() == ""
    monkeypatch.setattr(separate, "trouble", lambda: "new namespaces: Operation not permitted")
    assert "is closed to other users" in levels.closed_to_others()
    assert "Operation not permitted" in levels.closed_to_others()


def test_without_ids_there_are_no_namespaces_and_it_is_said(monkeypatch, tmp_path):
    (tmp_path / "map").write_text("0 1000 1\n")
    monkeypatch.setattr(users, "MAPS", (tmp_path / "map", tmp_path / "map"))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "too few user ids" in separate.trouble.__wrapped__()


def test_a_file_that_is_there_is_mounted_on_as_it_is(tmp_path):
    path = tmp_path / "there.py"  # an installation in /tmp, which is mounted read-only by then
    path.write_text("x = 1")
    os.utime(path, (1, 1))
    namespaces.place(path, is_folder=False)
    assert (path.read_text(), path.stat().st_mtime) == ("x = 1", 1)


@pytest.mark.skipif(os.geteuid() != 0, reason="a worker of its own user is root's")
def test_what_a_worker_leaves_in_shared_memory_goes_with_it():
    left, others = (Path("/dev/shm") / f"autograder-test-{name}" for name in ("left", "others"))
    left.touch()
    others.touch()
    try:
        os.chown(left, users.worker_user(), -1)
        box.remove_shared(users.worker_user())
        assert (left.exists(), others.exists()) == (False, True)
    finally:
        left.unlink(missing_ok=True)
        others.unlink()
