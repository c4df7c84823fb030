"""The attacks of `tests/redteam`, graded as hand-ins: none gains anything or harms anything.

Each is judged at the level `strong`, which a fork bomb needs, with tight limits. It must not earn
more than the answer that it decorates, must end with a status that it may have, and must leave no
process, no file and no change behind; honest work after it must get full marks. What came of a
whole run is written to `build/redteam.json`.
"""

import hashlib
import json
import os
import subprocess
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redteam
import torch
from redteam import FAMILIES
from redteam.formats import FORMATS

import solutions
from autograder import bubblewrap, catalog, feedback, sandbox
from autograder.judge import Judge
from autograder.limits import Limits
from autograder.results import Result
from autograder.setting import Setting
from autograder.watch import tree

pytestmark = [
    pytest.mark.redteam,
    pytest.mark.skipif(bool(sandbox.trouble("strong")), reason=sandbox.trouble("strong")),
]

LIMITS = Limits(cpu_seconds=60, call_seconds=5, train_seconds=90, memory_bytes=1536 << 20)
PATIENCE = 240  # seconds for one attack, however loaded the machine: none may hold a slot for long
HONEST_EVERY = 8
REPORT = Path(__file__).parent.parent / "build" / "redteam.json"
PLAIN = {"a1-cnn": ["constant"], "a3-fgsm": ["identity", "noise", "blank"]}
PLAIN["a5-adversarial-training"] = ["plain", "untrained"]

ATTACKS = [*redteam.attacks(), *FORMATS]
QUICK = {
    "a/t01_always_equal",
    "a/t05_exit_zero",
    "b/t21_import_solutions",
    "c/t33_shared_unmapped",
    "c/t37_daemon",
    "d/t50_deep_error",
    "e/t53_not_a_number_images",
    "f/deep_json",
}


@dataclass
class Range:
    """Where attacks are judged: a judge for each assignment, canaries, and what came of it."""

    folder: Path
    judges: dict[str, Judge] = field(default_factory=dict)
    scores: dict[tuple[str, str], float] = field(default_factory=dict)
    results: dict[str, Result] = field(default_factory=dict)

    def judge(self, assignment: str, path: Path) -> Result:
        """Judge one hand-in."""
        if assignment not in self.judges:
            setting = Setting(assignment, "digits", secret=b"redteam", limits=LIMITS)
            self.judges[assignment] = Judge(setting, "strong")
        return self.judges[assignment].judge("somebody", path)

    def plain(self, assignment: str, base: str) -> Result:
        """The result of a plain answer."""
        path = redteam.FOLDER / "base" / assignment / f"{base}.py"
        return self.judge(assignment, path)

    def base_score(self, assignment: str, base: str) -> float:
        """What an attack may earn at most: what its base earns, nothing without one."""
        if base and (assignment, base) not in self.scores:
            self.scores[assignment, base] = self.plain(assignment, base).score or 0.0
        return self.scores.get((assignment, base), 0.0)

    def digest(self) -> str:
        """A hash of the canaries, their names and their rights."""
        found = hashlib.sha256()
        for path in sorted(self.folder.glob("canaries/**/*")):
            found.update(f"{path} {path.stat().st_mode} {path.stat().st_uid}".encode())
            found.update(path.read_bytes() if path.is_file() else b"")
        return found.hexdigest()


@pytest.fixture(scope="module")
def shooting_range(tmp_path_factory, request):
    folder = tmp_path_factory.mktemp("redteam")
    (folder / "canaries" / "other" / "a3-fgsm").mkdir(parents=True)
    (folder / "canaries" / "canary.txt").write_text("a hidden label")
    (folder / "canaries" / "other" / "a3-fgsm" / "a3-fgsm.py").write_text("another's work")
    (folder / "scratch").mkdir()
    before, tempfile.tempdir = tempfile.tempdir, str(folder / "scratch")
    made = Range(folder)
    yield made
    tempfile.tempdir = before
    terminal = request.config.pluginmanager.get_plugin("terminalreporter")
    for line in ["", *table(made.results)] if terminal else []:
        terminal.write_line(line)
    if len(made.results) == len(ATTACKS):
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(json.dumps(report(made.results), indent=2) + "\n")


def report(results: dict[str, Result]) -> dict[str, object]:
    """What came of a whole run: one row per attack."""
    rows = [
        {
            "attack": attack.name,
            "family": FAMILIES[attack.family],
            "title": attack.title,
            "assignment": attack.assignment,
            "status": results[attack.name].status,
            "score": results[attack.name].score,
            "max_score": results[attack.name].max_score,
            "known_weakness": attack.gains,
        }
        for attack in ATTACKS
    ]
    return {"sandbox": "strong", "attacks": rows}


def table(results: dict[str, Result]) -> list[str]:
    """How many attacks of each family ended with which status, as lines of text."""
    counts = Counter((name[0], result.status) for name, result in results.items())
    statuses = sorted({status for _, status in counts})
    lines = [f"{'':36}" + "".join(f"{status:>9}" for status in statuses)]
    for letter, words in FAMILIES.items():
        numbers = "".join(f"{counts[letter, status] or '':>9}" for status in statuses)
        lines.append(f"{letter} {words:34}{numbers}")
    return lines


def state() -> dict[str, object]:
    """What judging must leave as it is in the judge's own process."""
    environment = {name: value for name, value in os.environ.items() if name[:7] != "PYTEST_"}
    return {
        "environment": environment,
        "folder": os.getcwd(),
        "dtype": torch.get_default_dtype(),
        "gradients": torch.is_grad_enabled(),
    }


def workers_left() -> list[str]:
    """Processes of a worker that still run: our descendants, and its user's where it has one."""
    left = [path.name for path in tree(os.getpid())[1:]]
    if (user := sandbox.worker_user()) is not None:
        left += [path.name for path in Path("/proc").glob("[0-9]*") if owner(path) == user]
    return left


def owner(process: Path) -> int | None:
    """The user of a process, or None when it has ended meanwhile."""
    try:
        return process.stat().st_uid
    except OSError:
        return None


def parameters():
    for attack in ATTACKS:
        marks = [] if attack.name in QUICK else [pytest.mark.slow]
        if attack.gains:
            marks.append(pytest.mark.xfail(reason=attack.gains, strict=True))
        yield pytest.param(attack, id=attack.name, marks=marks)


@pytest.mark.parametrize("attack", list(parameters()))
def test_an_attack_gains_nothing_and_leaves_nothing(attack, shooting_range, tmp_path):
    allowed = shooting_range.base_score(attack.assignment, attack.base)
    attack.hand_in(tmp_path / "student")
    canaries, before = shooting_range.digest(), state()

    result = shooting_range.judge(attack.assignment, tmp_path / "student")
    shooting_range.results[attack.name] = result

    assert workers_left() == []
    assert list((shooting_range.folder / "scratch").glob("autograder-*")) == []
    assert shooting_range.digest() == canaries
    assert not Path("/tmp/pwned").exists()
    assert state() == before
    assert result.seconds < PATIENCE
    shown = result.to_json() + feedback.page(result)
    assert "CANARY" not in shown
    assert "alert(1)" not in shown
    assert len(shown) < 200_000
    assert result.status in attack.statuses, result.notes
    assert (result.score or 0) <= allowed
    if len(shooting_range.results) % HONEST_EVERY == 0:
        assert shooting_range.plain("a3-fgsm", "right").score == 20


@pytest.mark.parametrize(("assignment", "base"), [(a, b) for a in PLAIN for b in PLAIN[a]])
@pytest.mark.slow
def test_a_plain_wrong_answer_earns_nothing(assignment, base, shooting_range):
    assert shooting_range.base_score(assignment, base) == 0


@pytest.mark.parametrize(
    "assignment",
    [pytest.param(a, marks=[] if a == "a3-fgsm" else [pytest.mark.slow]) for a in PLAIN],
)
def test_honest_work_gets_full_marks_after_all_that(assignment, shooting_range):
    result = shooting_range.plain(assignment, "right")
    assert (result.status, result.score) == ("OK", sum(catalog.points(assignment).values()))


def test_solutions_that_were_installed_among_the_packages_are_hidden(tmp_path, monkeypatch):
    """After `pip install .` the reference answers lie in site-packages, which a worker reads."""
    for name in ("solutions", "others"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("here")
    usual = list(bubblewrap.readable())
    monkeypatch.setattr(solutions, "__file__", str(tmp_path / "solutions" / "__init__.py"))
    monkeypatch.setattr(bubblewrap, "readable", lambda: iter([tmp_path, *usual]))
    shown = {}
    for name in ("solutions", "others"):
        inner = ["cat", str(tmp_path / name / "__init__.py")]
        command = bubblewrap.command(Path("/scratch"), None, inner)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        shown[name] = done.stdout
    assert shown == {"solutions": "", "others": "here"}
    assert "solutions" in sandbox.trouble("medium") or sandbox.closed_to_others()


def test_the_corpus_is_as_large_as_it_says():
    assert len(ATTACKS) >= 100
    assert {attack.name for attack in ATTACKS} >= QUICK
    assert {attack.family for attack in ATTACKS} == FAMILIES.keys()
    assert {attack.assignment for attack in ATTACKS} == set(catalog.ASSIGNMENTS)
