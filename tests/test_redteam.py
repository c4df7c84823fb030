"""The attacks of `tests/redteam`, graded as hand-ins: none gains anything or harms anything.

Each is judged at the level `strong`, and by the slow tests at `medium`, with tight limits. It must
not earn more than the answer that it decorates, must end with a status that it may have, and must
leave no process, no file and no change behind. The next hand-in, honest work for the same judge,
must get exactly the result that it got before any attack. The outcome at `strong` is stored for the
proof (`tests/proof.py`).
"""

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import proof
import pytest
import redteam
import torch
from redteam import FAMILIES
from redteam.odd_files import ODD_FILES

from autograder import catalog, installed
from autograder.judge.judge import Judge
from autograder.judge.setting import Setting
from autograder.report import feedback
from autograder.report.results import Result, number
from autograder.sandbox import box, bubblewrap, levels, users
from autograder.sandbox.watch import runs, tree, wait_gone
from autograder.term.appeals import timeless
from autograder.worker.limits import Limits

pytestmark = pytest.mark.redteam

LIMITS = Limits(cpu_seconds=60, call_seconds=5, train_seconds=90, memory_bytes=1536 << 20)
PATIENCE = 240  # seconds for one attack, even on a loaded machine: none may block a slot for long
# A text that only attacks write.
LEAVINGS = [
    *("/tmp/pwned", "/tmp/alive", "/tmp/results.json", "/tmp/escaped.txt", "/escaped.txt"),
    *("/dev/shm/pwned", "/autograder", "/tmp/conftest.py", "/tmp/sitecustomize.py"),
]
# Plain answers: all of plain/ but the right ones, and one that has the right shapes.
PLAIN = sorted(
    (path.parent.name, path.stem)
    for path in (redteam.FOLDER / "plain").glob("*/*.py")
    if path.stem not in ("right", "shapes")
)

ATTACKS = [*redteam.attacks(), *ODD_FILES]
QUICK = {
    "verdict/always_equal",
    "verdict/exit_zero",
    "secrets/import_solutions",
    "no_answer/deep_error",
    "files/deep_json",
}


@dataclass
class Range:
    """The setup in which attacks are judged: a judge for each assignment, canaries, outcomes."""

    folder: Path
    level: str
    judges: dict[str, Judge] = field(default_factory=dict)
    scores: dict[tuple[str, str], float] = field(default_factory=dict)
    honest: dict[str, dict[str, Any]] = field(default_factory=dict)

    def judge(self, assignment: str, path: Path) -> Result:
        """Judge one hand-in."""
        if assignment not in self.judges:
            setting = Setting(assignment, "digits", secret=b"redteam", limits=LIMITS)
            self.judges[assignment] = Judge(setting, self.level)
        return self.judges[assignment].judge("somebody", path)

    def plain(self, assignment: str, base: str) -> Result:
        """The result of a plain answer."""
        path = redteam.FOLDER / "plain" / assignment / f"{base}.py"
        return self.judge(assignment, path)

    def base_score(self, assignment: str, base: str) -> float:
        """The most that an attack may earn: the score of its base, or nothing without one."""
        if base and (assignment, base) not in self.scores:
            self.scores[assignment, base] = self.plain(assignment, base).score or 0.0
        return self.scores.get((assignment, base), 0.0)

    def honest_work(self, assignment: str) -> dict[str, Any]:
        """The judge's result for right answers, without times."""
        said = asdict(self.plain(assignment, "right"))
        for part in (said, *said["checks"]):
            del part["seconds"]
        for check in said["checks"]:
            check["measures"] = timeless(check["measures"])
        del said["signature"]  # it signs the seconds too
        return said

    def before(self, assignment: str) -> dict[str, Any]:
        """The same before the first attack on this judge."""
        if assignment not in self.honest:
            self.honest[assignment] = self.honest_work(assignment)
        return self.honest[assignment]

    def digest(self) -> str:
        """A hash of the canaries, their names and their rights."""
        found = hashlib.sha256()
        for path in sorted(self.folder.glob("canaries/**/*")):
            found.update(f"{path} {path.stat().st_mode} {path.stat().st_uid}".encode())
            found.update(path.read_bytes() if path.is_file() else b"")
        return found.hexdigest()

    def harm(self, before: dict[str, object], canaries: str) -> list[str]:
        """The traces of an attack outside its box, in words; empty for none."""
        found = [f"process {name} still runs" for name in workers_left()]
        found += [f"{path.name} is left" for path in (self.folder / "scratch").glob("autograder-*")]
        found += ["the canaries changed"] if self.digest() != canaries else []
        now = state()
        return found + [f"{name} changed" for name in before if before[name] != now[name]]


def needs(level: str) -> pytest.MarkDecorator:
    """Skip where this machine does not have the level."""
    return pytest.mark.skipif(bool(levels.trouble(level)), reason=levels.trouble(level))


@pytest.fixture(scope="module")
def shooting_range(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Range]:
    yield from made_range("strong", tmp_path_factory)


@pytest.fixture(scope="module")
def medium_range(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Range]:
    yield from made_range("medium", tmp_path_factory)


def made_range(level: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Range]:
    """A range at one level, while its tests run."""
    folder = tmp_path_factory.mktemp("range")
    (folder / "canaries" / "other" / "a3-fgsm").mkdir(parents=True)
    (folder / "canaries" / "home").mkdir()
    (folder / "canaries" / "canary.txt").write_text("a hidden label")
    (folder / "canaries" / "home" / ".bashrc").write_text("# the instructor's own")
    (folder / "canaries" / "other" / "a3-fgsm" / "a3-fgsm.py").write_text("another's work")
    (folder / "scratch").mkdir()
    before, tempfile.tempdir = tempfile.tempdir, str(folder / "scratch")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(folder / "canaries" / "home"))
        yield Range(folder, level)
    tempfile.tempdir = before


def state() -> dict[str, object]:
    """State that judging must not change: in the judge's process, and where attacks write."""
    environment = {name: value for name, value in os.environ.items() if name[:7] != "PYTEST_"}
    return {
        **{path: stamp(Path(path)) for path in LEAVINGS},
        "environment": environment,
        "folder": os.getcwd(),
        "dtype": torch.get_default_dtype(),
        "gradients": torch.is_grad_enabled(),
    }


def stamp(path: Path) -> tuple[int, int, int] | None:
    """Data that shows a new or changed file; None for no file. Files of others may be there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def workers_left() -> list[str]:
    """Processes of a worker that still run: our descendants, and its user's where it has one."""
    parents = box.NURSERIES.processes()
    left = [path for path in tree(os.getpid())[1:] if path not in parents]
    if (user := users.worker_user()) is not None:
        left += [path for path in Path("/proc").glob("[0-9]*") if owner(path) == user]
    wait_gone(left)  # a process that is just ending does not count
    return [path.name for path in left if runs(path)]


def owner(process: Path) -> int | None:
    """The user of a process, or None when it has ended meanwhile."""
    try:
        return process.stat().st_uid
    except OSError:
        return None


def parameters(*, quick: bool = True):
    for attack in ATTACKS:
        marks = [] if quick and attack.name in QUICK else [pytest.mark.slow]
        if attack.gains:
            marks.append(pytest.mark.xfail(reason=attack.gains, strict=True))
        yield pytest.param(attack, id=attack.name, marks=marks)


@needs("strong")
@pytest.mark.parametrize("attack", list(parameters()))
def test_an_attack_gains_nothing_and_leaves_nothing(attack, shooting_range, tmp_path):
    gains_nothing(attack, shooting_range, tmp_path)


@needs("medium")
@pytest.mark.parametrize("attack", list(parameters(quick=False)))
def test_nor_does_it_without_bubblewrap(attack, medium_range, tmp_path):
    gains_nothing(attack, medium_range, tmp_path)


def gains_nothing(attack: Any, shooting_range: Range, tmp_path: Path) -> None:
    """Judge one attack, and check its score and its traces."""
    allowed = shooting_range.base_score(attack.assignment, attack.base)
    honest = shooting_range.before(attack.assignment)
    attack.hand_in(tmp_path / "student")
    canaries, before = shooting_range.digest(), state()

    result = shooting_range.judge(attack.assignment, tmp_path / "student")
    harmed = shooting_range.harm(before, canaries)
    shown = result.to_json() + feedback.page(result)
    harmed += told_too_much(shown)
    harmed += ["it held a slot for long"] if result.seconds > PATIENCE else []
    if shooting_range.honest_work(attack.assignment) != honest:
        harmed.append("the next hand-in got another result")
    if shooting_range.level == "strong":  # for the proof
        keep(attack, result, allowed, harmed)

    assert harmed == []
    assert len(shown) < 200_000
    assert result.status in attack.statuses, result.notes
    assert (result.score or 0) <= allowed


def told_too_much(shown: str) -> list[str]:
    """Content that a result and its page must not show."""
    found = ["a hidden input is shown"] if "CANARY" in shown else []
    return found + (["markup of the student's is shown as such"] if "alert(1)" in shown else [])


def keep(attack: Any, result: Result, allowed: float, harmed: list[str]) -> None:
    """Store the outcome of an attack for the proof."""
    gained = max(0.0, (result.score or 0.0) - allowed)
    row = {
        "title": attack.title,
        "family": FAMILIES[attack.family],
        "assignment": attack.assignment,
        "expected": f"{' or '.join(sorted(attack.statuses))}, at most {number(allowed)} points",
        "outcome": f"{result.status}, {number(result.score or 0)} points",
        "status": result.status,
        "score": result.score,
        "gained": gained,
        "harmed": harmed,
        "known_weakness": attack.gains,
        "as_expected": result.status in attack.statuses and not harmed and not gained,
    }
    proof.keep("redteam", attack.name, row)


@needs("strong")
@pytest.mark.parametrize(("assignment", "base"), PLAIN)
@pytest.mark.slow
def test_a_plain_wrong_answer_earns_nothing(assignment, base, shooting_range):
    assert shooting_range.base_score(assignment, base) == 0


@needs("strong")
@pytest.mark.slow
@pytest.mark.parametrize("assignment", sorted({attack.assignment for attack in ATTACKS}))
def test_honest_work_gets_full_marks(assignment, shooting_range):
    result = shooting_range.plain(assignment, "right")
    assert (result.status, result.score) == ("OK", sum(catalog.points(assignment).values()))


@needs("strong")
def test_solutions_that_were_installed_among_the_packages_are_hidden(tmp_path, monkeypatch):
    """After `pip install .` the reference answers are in site-packages, which a worker reads."""
    for name in ("solutions", "others"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("here")
    usual = list(bubblewrap.readable())
    monkeypatch.setattr(installed, "solutions", lambda: tmp_path / "solutions")
    monkeypatch.setattr(bubblewrap, "readable", lambda: iter([tmp_path, *usual]))
    shown = {}
    for name in ("solutions", "others"):
        inner = ["cat", str(tmp_path / name / "__init__.py")]
        command = bubblewrap.command(Path("/scratch"), None, inner)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        shown[name] = done.stdout
    assert shown == {"solutions": "", "others": "here"}


def test_a_file_that_lay_there_before_is_no_trace_of_an_attack(tmp_path, monkeypatch):
    """Five tests failed where another user's `results.json` was in the temporary folder."""
    theirs = tmp_path / "results.json"
    theirs.write_text("another program's")
    monkeypatch.setitem(globals(), "LEAVINGS", [str(theirs), str(tmp_path / "pwned")])
    before = state()
    assert before == state()
    theirs.write_text("an attack's, which is longer")
    (tmp_path / "pwned").touch()
    now = state()
    assert sorted(name for name in before if before[name] != now[name]) == sorted(LEAVINGS)


def test_the_corpus_is_as_large_as_it_says():
    assert len(ATTACKS) >= 100
    assert {attack.name for attack in ATTACKS} >= QUICK
    assert {attack.family for attack in ATTACKS} == FAMILIES.keys()
    assert {attack.assignment for attack in ATTACKS} == set(catalog.ASSIGNMENTS)
