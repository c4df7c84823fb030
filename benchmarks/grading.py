"""Measures what grading costs, and compares it with plain nbgrader on the same submissions.

    python benchmarks/grading.py [--quick] [--keep]

It answers three questions with the `digits` data, the last two for the assignment a3-fgsm:

- Where does the computing time of one submission go, for each assignment, and how much memory does
  it take? The notebook with the reference's answers is judged several times in this process. The
  judge is this process; workers and their parent are read from /proc. The cost of starting a
  worker is the cost of an empty submission; all further computing of the worker is the student's.
- How many submissions a minute, beside `nbgrader autograde` on notebooks with the same answers and
  with tests that make the same calls, as assertions in cells? Both are timed for two sizes of a
  class; the difference of the two sizes is free of one-time costs. nbgrader's tests find the
  network and the images ready in a file, and nbgrader isolates nothing.
- Does time stay linear, and memory constant, from 10 to 1,000 submissions? These submissions do
  next to nothing, so that only the grader itself is measured.

The results are also written to build/benchmarks/grading.json; with --keep (used by `make sizing`)
to benchmarks/results/grading.json, from which `sizing.py` makes the site's page on sizes. No time
makes this program fail.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from machine import kept_or_built, machine, write
from nbgrader_course import ANSWERS, ASSIGNMENT, DATA, SOURCE, nbgrader, nbgrader_course, run

from autograder import catalog, sandbox
from autograder.handin.submission import Submission
from autograder.judge.judge import Judge
from autograder.judge.setting import Setting
from autograder.report import feedback
from autograder.report.results import Result
from autograder.sandbox.watch import proportional, tree, tree_cpu
from autograder.student import Student
from autograder.student.transport import WorkerTransport
from course.cli import run_command
from course.errors import CourseError

EMPTY = Submission(Path("empty.py"), [], "")
TINY = "def fgsm(model, images, labels, epsilon):\n    raise NotImplementedError\n"
JOBS = 2


@dataclass(frozen=True)
class Sizes:
    """How many submissions are judged for each question."""

    repeats: int  # of ASSIGNMENT
    others: int  # of each other assignment
    classes: tuple[int, int]
    tiny: tuple[int, ...]


FULL = Sizes(repeats=20, others=5, classes=(4, 24), tiny=(10, 100, 1000))
QUICK = Sizes(repeats=4, others=1, classes=(2, 6), tiny=(4, 20))


def main() -> int:
    arguments = argparse.ArgumentParser("grading.py", description=__doc__.splitlines()[0])
    arguments.add_argument("--quick", action="store_true", help="few submissions, for a first look")
    arguments.add_argument("--keep", action="store_true", help="write the result for the site")
    arguments.set_defaults(run=measure)
    return run_command(arguments, None)


def measure(options: argparse.Namespace) -> int:
    if find_spec("nbgrader") is None:
        raise CourseError("nbgrader is missing: pip install -c constraints.txt -e '.[test]'")
    sizes = QUICK if options.quick else FULL
    torch.set_num_threads(1)
    report: dict[str, Any] = {"machine": machine("nbgrader"), "level": sandbox.strongest_level()}
    report |= {"assignment": ASSIGNMENT, "data": DATA, "jobs": JOBS, "quick": options.quick}
    report["classes"] = sizes.classes
    print(f"{report['machine']}\nlevel {report['level']}, {ASSIGNMENT} on {DATA}", flush=True)
    with tempfile.TemporaryDirectory(prefix="grading-") as folder:
        report["cost"] = {}
        for name in catalog.ASSIGNMENTS:
            repeats = sizes.repeats if name == ASSIGNMENT else sizes.others
            report["cost"][name] = cost(name, repeats)
            print_cost(name, report["cost"][name])
        report["rate"] = rate(Path(folder), sizes.classes)
        print_rate(report["rate"], sizes.classes)
        report["growth"] = [growth(Path(folder), count) for count in sizes.tiny]
        print_growth(report["growth"])
    out = write(report, kept_or_built("grading", keep=options.keep))
    print(f"\nwritten to {out}")
    return 0


class Observed(Judge):
    """A judge that adds up its workers' computing time and, if `watching`, notes their memory."""

    workers: float = 0.0
    watching: bool = False
    memory: float = 0.0

    def start(self, read: Submission) -> Student:
        student = super().start(read)
        close = student.close

        def close_and_note() -> None:
            if self.watching:
                box = transport_of(student).box
                assert box is not None
                self.memory = max(self.memory, held(tree(box.process.pid)))
            close()
            self.workers += transport_of(student).computed

        student.close = close_and_note  # type: ignore[method-assign]
        return student


def transport_of(student: Student) -> WorkerTransport:
    assert isinstance(student.transport, WorkerTransport)
    return student.transport


def held(processes: Iterable[Path]) -> float:
    """The memory of some processes in bytes; a page shared by n processes counts 1/n for each."""
    return float(sum(map(proportional, processes)))


def cost(assignment: str, repeats: int) -> dict[str, float]:
    """Means over `repeats` submissions, in seconds of computing; memory and files in bytes.

    The kernel counts computing in hundredths of a second, so one submission alone tells little.
    """
    answers = SOURCE / assignment / f"{assignment}.ipynb"
    judge = Observed(Setting(assignment, DATA, b"of the benchmark"), sandbox.strongest_level())
    judge.judge("warm-up", answers)  # trains the judge's network, starts the workers' parent
    start, _, _ = mean_seconds(judge, lambda: judge.start(EMPTY).close(), repeats)
    judged = partial(require_full_marks, judge, answers)
    workers, own, wall = mean_seconds(judge, judged, repeats)
    judge.watching = True
    result = judged()
    parents = [path for child in direct_children(os.getpid()) for path in tree(int(child.name))]
    return {
        "judge": own,
        "worker start": start,
        "student": workers - start,
        "wall": wall,
        "worker memory": judge.memory,
        "slot memory": held([Path("/proc/self"), *parents]),
        "submission bytes": answers.stat().st_size,
        "result bytes": len(result.to_json().encode()),
        "feedback bytes": len(feedback.page(result).encode()),
    }


def mean_seconds(
    judge: Observed, action: Callable[[], object], repeats: int
) -> tuple[float, float, float]:
    """Mean seconds: computing of workers with their parents, of this process; and the clock."""
    before = judge.workers + parents_seconds(), own_seconds(), time.perf_counter()
    for _ in range(repeats):
        action()
    after = judge.workers + parents_seconds(), own_seconds(), time.perf_counter()
    workers, own, wall = ((b - a) / repeats for a, b in zip(before, after, strict=True))
    return workers, own, wall


def parents_seconds() -> float:
    """Seconds computed by the workers' parents, with those of the workers that ended."""
    return sum(tree_cpu(int(path.name)) for path in direct_children(os.getpid()))


def require_full_marks(judge: Judge, answers: Path) -> Result:
    result = judge.judge("student", answers)
    assert result.score == result.max_score, result.notes
    return result


def own_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def direct_children(process: int) -> list[Path]:
    below = tree(process)[1:]
    return [path for path in below if parent_is(path, process)]


def parent_is(path: Path, process: int) -> bool:
    try:
        fields = (path / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return int(fields[1]) == process


def print_cost(assignment: str, found: dict[str, float]) -> None:
    print(f"\n{assignment}: one submission with full marks, means, seconds of computing")
    for name in ("student", "worker start", "judge"):
        print(f"  {name:<24}{found[name]:8.3f}")
    print(f"  {'the grader’s own':<24}{found['worker start'] + found['judge']:8.3f}")
    print(f"  {'(seconds on the clock)':<24}{found['wall']:8.3f}")
    print(f"  memory of a worker: {found['worker memory'] / 2**20:.0f} MB", flush=True)


def rate(folder: Path, classes: Sequence[int]) -> dict[str, list[float]]:
    """Seconds that this grader and nbgrader take for a class of each size."""
    seconds: dict[str, list[float]] = {"autograder": [], "nbgrader": []}
    course = nbgrader_course(folder / "nbgrader")
    for count in classes:
        ours = hand_in(folder / f"class-{count}", count, ANSWERS.read_text(), ".ipynb")
        seconds["autograder"].append(timed(partial(run, grade_command(ours))))
        for number in range(count):
            there = course / "submitted" / f"s{count}-{number}" / "fgsm"
            shutil.copytree(course / "source" / "fgsm", there)
        command = nbgrader("autograde", "--create", f"--student=s{count}-*")
        seconds["nbgrader"].append(timed(partial(run, command, course)))
        graded = list((course / "autograded").glob(f"s{count}-*/fgsm/fgsm.ipynb"))
        assert len(graded) == count, f"nbgrader graded {len(graded)} of {count}"
    return seconds


def print_rate(seconds: dict[str, list[float]], classes: Sequence[int]) -> None:
    print(f"\nSubmissions a minute, {JOBS} jobs beside nbgrader, which has one")
    shown = [f"class of {count}" for count in classes]
    print(f"  {'':<14}" + "".join(f"{name:>16}" for name in (*shown, "each further one")))
    rates = {}
    for name, (few, many) in seconds.items():
        further = (many - few) / (classes[1] - classes[0])
        rates[name] = [60 * classes[0] / few, 60 * classes[1] / many, 60 / further]
        print(f"  {name:<14}" + "".join(f"{value:16.1f}" for value in rates[name]))
    ratios = [a / b for a, b in zip(rates["autograder"], rates["nbgrader"], strict=True)]
    print(f"  {'ratio':<14}" + "".join(f"{value:16.1f}" for value in ratios))


def hand_in(folder: Path, count: int, text: str, suffix: str) -> Path:
    """Write a class of `count` students who hand in the same text."""
    for number in range(count):
        path = folder / f"student-{number:04}" / ASSIGNMENT / f"{ASSIGNMENT}{suffix}"
        path.parent.mkdir(parents=True)
        path.write_text(text)
    return folder


def grade_command(folder: Path) -> list[str]:
    secret = folder.with_name("secret")
    secret.write_text("5ec2e7" * 10 + "abcd")
    return [
        *(str(Path(sys.executable).with_name("autograder")), "grade", ASSIGNMENT, str(folder)),
        *("--data", DATA, "--jobs", str(JOBS), "--out", f"{folder}-graded"),
        *("--secret", str(secret)),
    ]


def growth(folder: Path, count: int) -> dict[str, float]:
    """Seconds, and the peak memory of the batch and of a slot, for `count` tiny submissions."""
    where = hand_in(folder / f"tiny-{count}", count, TINY, ".py")
    process = subprocess.Popen(
        grade_command(where), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    begin = time.perf_counter()
    seen: dict[str, list[int]] = {"batch": [], "slot": []}
    ended = threading.Event()
    watcher = threading.Thread(target=watch_memory, args=(process.pid, seen, ended))
    watcher.start()
    _, errors = process.communicate()
    seconds = time.perf_counter() - begin
    ended.set()
    watcher.join()
    assert process.returncode == 0, errors.decode()[-2000:]
    return {"submissions": count, "seconds": seconds} | {
        name: float(max(values, default=0)) for name, values in seen.items()
    }


def watch_memory(process: int, seen: dict[str, list[int]], ended: threading.Event) -> None:
    while not ended.wait(1.0):
        seen["batch"].append(proportional(Path("/proc") / str(process)))
        seen["slot"] += map(proportional, direct_children(process))


def print_growth(found: Sequence[dict[str, float]]) -> None:
    print("\nSubmissions that hold the stub alone")
    print(f"  {'':<14}{'seconds':>10}{'each':>10}{'further':>10}{'batch MB':>10}{'slot MB':>10}")
    before = {"submissions": 0.0, "seconds": 0.0}
    for row in found:
        count, seconds = row["submissions"], row["seconds"]
        further = (seconds - before["seconds"]) / (count - before["submissions"])
        memory = "".join(f"{row[name] / 2**20:10.0f}" for name in ("batch", "slot"))
        print(f"  {count:<14.0f}{seconds:10.1f}{seconds / count:10.3f}{further:10.3f}{memory}")
        before = row


def timed(action: Callable[[], None]) -> float:
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


if __name__ == "__main__":
    sys.exit(main())
