"""What runs in Gradescope's container: one submission in, one results.json out.

`run_autograder` calls this; `setup.sh` calls it once with --prepare. The judge is the one that
grades a class, with the same secret and the same checks. Where the container offers no isolation
nothing is run, unless the instructor wrote into the archive that submissions are trusted.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import torch

from autograder.exports.gradescope import results_json
from autograder.files import write_atomically
from autograder.grading.jobs import Job
from autograder.grading.slot import judge_safely
from autograder.judge import made
from autograder.judge.judge import Judge
from autograder.judge.setting import Setting
from autograder.report.results import Result
from autograder.sandbox import strongest_level
from autograder.secret import existing_secret
from course.cli import main as course

NO_ISOLATION = (
    "this container offers no isolation, so the submission was not run: `autograder doctor` says "
    "why; export the archive with --trust-submissions only for code that you would run yourself"
)


@dataclass(frozen=True)
class Order:
    """What the archive was made to grade."""

    assignment: str
    profile: str
    visibility: str
    trust_submissions: bool

    @classmethod
    def read(cls, source: Path) -> Order:
        """The order that the export wrote."""
        return cls(**json.loads((source / "grading.json").read_text(encoding="utf-8")))


def main(arguments: list[str]) -> None:
    """Grade what lies below a root like /autograder, or fetch the data that grading needs."""
    if arguments[0] == "--prepare":
        prepare(Path(arguments[1]))
        return
    torch.set_num_threads(1)  # as everywhere: more threads would add numbers in another order
    root = Path(arguments[0])
    order = Order.read(root / "source")
    result = judged(root, order)
    print(*result.notes, sep="\n")  # Gradescope keeps this for the instructor
    write_atomically(root / "results" / "results.json", results_json(result, order.visibility))


def prepare(source: Path) -> None:
    """Fetch the data, make what all submissions need, and print the level at which they run."""
    order = Order.read(source)
    if order.profile != "digits":  # which comes with a package
        course(["data", "download", order.profile])
    made.prepare(Setting(order.assignment, order.profile, existing_secret(source / "secret")))
    print(f"isolation while this image is built: {strongest_level()}")


def judged(root: Path, order: Order) -> Result:
    """The result of the one submission below `root`."""
    secret = existing_secret(root / "source" / "secret")
    level = strongest_level()
    judge = Judge(Setting(order.assignment, order.profile, secret), level)
    if level == "none" and not order.trust_submissions:
        result = judge.result("", "INFRA", [])
        result.notes = [NO_ISOLATION]
        return result
    judge.take(made.prepare(judge.setting))
    return judge_safely(judge, Job("", str(work(root / "submission"))))


def work(folder: Path) -> Path:
    """The notebook, whatever it was called, where there is one alone; else the whole folder."""
    found = [path for path in folder.glob("*.ipynb") if path.is_file() and not path.is_symlink()]
    return found[0] if len(found) == 1 else folder


if __name__ == "__main__":
    main(sys.argv[1:])
