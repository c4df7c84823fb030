"""A course for plain nbgrader with the same answers and tests; `grading.py` measures it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
import torch

from autograder.judge.setting import Setting

ASSIGNMENT, DATA = "a3-fgsm", "digits"
SOURCE = Path(__file__).parents[1] / "assignments" / "source"
ANSWERS = SOURCE / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
DEFINED = ("def check_attack", "def loss_gradient", "def attack_success_rate", "def robustness")


def nbgrader(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "nbgrader", *arguments, "--assignment=fgsm"]


def nbgrader_course(folder: Path) -> Path:
    """Make a course for plain nbgrader: one cell with the answers, and a cell for each test."""
    source = folder / "source" / "fgsm"
    source.mkdir(parents=True)
    notebook = nbformat.v4.new_notebook()
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    notebook.cells = [answer_cell(), *map(test_cell, range(len(TESTS)))]
    nbformat.write(notebook, source / "fgsm.ipynb")
    setting = Setting(ASSIGNMENT, DATA)
    test = setting.test_images(96)
    images = {"images": test.images, "labels": test.labels}
    torch.save(images | {"weights": setting.victim.module.state_dict()}, source / "given.pt")
    (folder / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'benchmark'\n"
    )
    run(nbgrader("generate_assignment", "--create"), folder)
    return folder


def answer_cell() -> Any:
    """One cell with the code of the student's cells in the notebook that is graded."""
    sources = [
        c.source for c in nbformat.read(ANSWERS, as_version=4).cells if c.cell_type == "code"
    ]
    answers = [source for source in sources[1:] if source.startswith(DEFINED)]
    cell = nbformat.v4.new_code_cell("\n\n".join([sources[0], *answers]))
    cell.metadata["nbgrader"] = marks("answer", solution=True)
    return cell


def test_cell(number: int) -> Any:
    cell = nbformat.v4.new_code_cell(TESTS[number])
    cell.metadata["nbgrader"] = marks(f"test{number}", solution=False) | {"points": 5}
    return cell


def marks(name: str, *, solution: bool) -> dict[str, Any]:
    grade = {"grade": not solution, "solution": solution, "locked": not solution, "task": False}
    return {"grade_id": name, "schema_version": 3, **grade}


# The same calls with the same number of images as the checks, and an assertion for each check.
TESTS = (
    """
from course.models import build
given = torch.load("given.pt")
images, labels = given["images"], given["labels"]
net = build("tiny-cnn", in_channels=images.shape[1], image_size=images.shape[2], num_classes=10)
net.load_state_dict(given["weights"])
net.eval()
attacked = fgsm(net, images, labels, 0.1)
x = images.clone().requires_grad_()
gradient, = torch.autograd.grad(F.cross_entropy(net(x), labels, reduction="sum"), x)
right = (images + 0.1 * gradient.sign()).clamp(0, 1)
assert attacked.shape == images.shape and torch.isfinite(attacked).all()
assert attacked.min() >= 0 and attacked.max() <= 1
assert (attacked - images).abs().max() <= 0.1 + 1e-6
assert torch.allclose(attacked, right, atol=1e-5)
linear = build("linear", in_channels=images.shape[1], image_size=images.shape[2], num_classes=10)
assert fgsm(linear, images[:24], labels[:24], 8 / 255).shape == images[:24].shape
alone = fgsm(net, images[:3], labels[:3], 0.1)
assert torch.allclose(alone, attacked[:3], atol=1e-5)
for epsilon in (0.1, 0.0, 0.0, 0.1, 0.0):
    fgsm(net, images[:8], labels[:8], epsilon)
""",
    """
before = net(images[:90]).argmax(dim=1) == labels[:90]
after = net(attacked[:90]).argmax(dim=1) != labels[:90]
rate = int((before & after).sum()) / int(before.sum())
assert abs(attack_success_rate(net, images[:90], attacked[:90], labels[:90]) - rate) < 1e-5
attack_success_rate(net, images[:41], attacked[:41], labels[:41])
assert attack_success_rate(net, images[:20], images[:20], (labels[:20] + 1) % 10) >= 0
""",
    """
epsilons = [0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3]
curve = robustness_curve(net, images, labels, epsilons)
clean = (net(images).argmax(dim=1) == labels).double().mean().item()
assert len(curve) == 7 and abs(curve[0] - clean) < 1e-5 and curve[-1] < clean
other = build("simple-cnn", in_channels=images.shape[1], image_size=images.shape[2], num_classes=10)
assert len(robustness_curve(other.train(), images[:50], labels[:50], [0.0])) == 1
""",
)


def run(command: Sequence[str], folder: Path | None = None) -> None:
    """Run a command; if it fails, show what it printed."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # for alembic
    environment = os.environ | {"PATH": path}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
