"""Grades one class at `strong` and `medium`, as root and as an ordinary user, and compares results.

    sudo python tools/levels.py [--keep]      (make test-levels)

An ordinary user who grades needs the interpreter and this repository. So both are copied to a
throw-away folder, with a throw-away user, and both are removed at the end. Root grades at `medium`
in two more ways: with the folder closed to everybody else, and without the right to mount, so that
Landlock alone closes the files. If one does not work on this machine, its message is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
USER = "levels-test"


@dataclass(frozen=True)
class Case:
    """One way to grade: the user, the level, and the restriction."""

    user: str
    level: str
    closed: bool = False  # the folder, to every other user
    without_mounts: bool = False

    @property
    def name(self) -> str:
        """A name for the output."""
        taken = ", in a closed folder" if self.closed else ""
        taken += ", without the right to mount" if self.without_mounts else ""
        return f"{self.level} as {self.user}{taken}"


CASES = (
    *(Case(user, level) for user in ("root", USER) for level in ("strong", "medium")),
    Case("root", "medium", closed=True),
    Case("root", "medium", without_mounts=True),
)
STUDENTS = ("chen", "hiroshi")
# The fields that may differ between two gradings of one file.
OWN = ("sandbox", "seconds", "signature")


def main() -> int:
    """Grade and compare; returns 0 if all results are equal, 1 if not, 2 if it cannot be tried."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--keep", action="store_true", help="leave the folder and the user")
    keep = parser.parse_args().keep
    if os.geteuid() != 0:
        print("only root can make a user and grade as that one too: run it with sudo")
        return 2
    folder = Path(tempfile.mkdtemp(prefix="levels-", dir="/opt"))
    folder.chmod(0o755)
    try:
        python = prepare(folder)
        return compare(folder, python)
    finally:
        if not keep:
            subprocess.run(["userdel", USER], check=False, capture_output=True)
            shutil.rmtree(folder, ignore_errors=True)


def prepare(folder: Path) -> Path:
    """Copy interpreter, packages and repository, and make the user; returns the interpreter."""
    copy = ["cp", "-a", "--reflink=auto"]
    subprocess.run([*copy, sys.base_prefix, folder / "base"], check=True)
    subprocess.run([*copy, sys.prefix, folder / "venv"], check=True)
    subprocess.run(["git", "clone", "-q", ROOT, folder / "repository"], check=True)
    subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
    binary = folder / "venv" / "bin"
    for name in ("python", "python3", f"python3.{sys.version_info.minor}"):
        (binary / name).unlink(missing_ok=True)
        (binary / name).symlink_to(folder / "base" / "bin" / f"python3.{sys.version_info.minor}")
    (folder / "venv" / "pyvenv.cfg").write_text(f"home = {folder / 'base' / 'bin'}\n")
    for path in (folder / "venv").glob("lib/python*/site-packages/__editable__*"):
        if path.is_file():  # the copy holds the packages of this repository
            path.write_text(path.read_text().replace(str(ROOT), str(folder / "repository")))
    subprocess.run(["useradd", "--system", "--create-home", "--home-dir", folder / "home", USER],
                   check=True)  # fmt: skip
    sys.path.insert(0, str(ROOT / "tests"))
    import sample_class  # it needs the instructor's packages  # noqa: PLC0415

    for work in sample_class.hand_ins("a3-fgsm"):
        if work.student in STUDENTS:
            sample_class.hand_in(work, folder / "class")
    (folder / "secret").write_text("a secret of this comparison")
    subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
    return binary / "python"


def compare(folder: Path, python: Path) -> int:
    """Grade at every level as every user, and print where results differ."""
    found: dict[str, dict[str, object]] = {}
    for case in CASES:
        folder.chmod(0o700 if case.closed else 0o755)
        if case.level == "medium":
            told = run(folder, python, case, "doctor", path="/nowhere").stdout
            print(f"\n--- autograder doctor without bubblewrap, {case.name}\n{told}", flush=True)
        out = folder / "home" / case.name.replace(" ", "-").replace(",", "")
        options = f"--secret {folder / 'secret'} --jobs 1 --sandbox {case.level}"
        command = ["grade", "a3-fgsm", str(folder / "class"), "--out", str(out), *options.split()]
        done = run(folder, python, case, *command)
        if done.returncode:
            print(f"{case.name}: not tried: {done.stderr.strip().splitlines()[-1:]}", flush=True)
            continue
        results = sorted(out.glob("results/*.json"))
        found[case.name] = {path.stem: graded(path, case.level) for path in results}
    first, *others = found
    differing = [name for name in others if found[name] != found[first]]
    for name in differing:
        print(
            f"{name} differs from {first}:\n{json.dumps(found[name])}\n{json.dumps(found[first])}"
        )
    scores = {student: result["score"] for student, result in found[first].items()}  # type: ignore[index]
    print(f"{len(found)} gradings ({', '.join(found)}): {scores}, {len(differing)} differ")
    return 1 if differing or len(scores) != len(STUDENTS) else 0


def run(
    folder: Path, python: Path, case: Case, *arguments: str, path: str = "/usr/bin:/bin:/usr/sbin"
) -> subprocess.CompletedProcess[str]:
    """Run `autograder` with these arguments as a case says, in a home folder of its own."""
    entry = pwd.getpwnam(case.user)
    start = "import sys; from autograder.cli import main; sys.exit(main(sys.argv[1:]))"
    rights = ["/usr/bin/setpriv", "--bounding-set=-sys_admin"] if case.without_mounts else []
    return subprocess.run(
        [*rights, python, "-c", start, *arguments],
        user=entry.pw_uid,
        group=entry.pw_gid,
        extra_groups=[],
        cwd=folder / "home",
        env={
            "PATH": path,
            "HOME": str(folder / "home"),
            "OMP_NUM_THREADS": "1",
            # An interpreter with a shared library looks for it where it was built.
            "LD_LIBRARY_PATH": str(folder / "base" / "lib"),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def graded(path: Path, level: str) -> dict[str, object]:
    """A result without the fields that may differ: the level and the times."""
    result = json.loads(path.read_text())
    assert result["sandbox"] == result["provenance"].pop("sandbox") == level
    for check in result["checks"]:
        del check["seconds"]
    return {key: value for key, value in result.items() if key not in OWN}


if __name__ == "__main__":
    sys.exit(main())
