"""Small pictures for the feedback page: a wrong attack beside the right one.

They show public images only, and are drawn by a worker that has seen no hidden input: a picture
can carry more out of that process than a sentence.
"""

from __future__ import annotations

import base64
import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from autograder import catalog
from autograder.errors import StudentFault
from autograder.judge.answers import require_images
from autograder.judge.robustness import pgd
from autograder.judge.setting import Setting
from autograder.report.results import CheckResult, Picture, Pictures
from autograder.student import Student

IMAGES = 3


@dataclass(frozen=True)
class Attack:
    """An attack that can be drawn: `steps` steps, each of `share` times epsilon.

    There is no random start, so that there is one right result.
    """

    name: str
    share: float
    steps: int

    def options(self, epsilon: float) -> dict[str, Any]:
        """The arguments of the student's function after epsilon."""
        if self.steps == 1:
            return {}
        return {"step_size": self.share * epsilon, "steps": self.steps, "random_start": False}


# By assignment. Checks marked `picture=True` belong to one of these.
ATTACKS = {"a3-fgsm": Attack("fgsm", 1.0, 1), "a4-pgd": Attack("pgd", 0.25, 10)}


def wanted(assignment: str, checks: Sequence[CheckResult]) -> bool:
    """Whether a check marked `picture=True` failed: a picture explains its mistake."""
    wrong = {check.name for check in checks if check.status == "WRONG"}
    return any(check.picture and check.name in wrong for check in catalog.checks(assignment))


def of_attack(student: Student, public: Setting) -> Pictures | None:
    """The student's attack on public images beside the right one; None if it gives no images."""
    test = public.test_images(IMAGES)
    epsilon = public.budget.epsilon
    module = public.victim.module
    attack = ATTACKS[public.assignment]
    size = attack.share * epsilon
    expected = pgd(module, test.images, test.labels, epsilon, size=size, steps=attack.steps)
    with contextlib.suppress(StudentFault):
        answer = student.call(
            attack.name,
            student.network(public.victim),
            test.images,
            test.labels,
            epsilon,
            **attack.options(epsilon),
        )
        found = require_images(answer, test.images)
        return Pictures(
            title=f"Your attack on {IMAGES} public images, epsilon {epsilon:.3g}",
            columns=["clean", "your change", "your image", "right change", "right image"],
            rows=[
                row(test.images[i], found[i], expected[i], epsilon, int(test.labels[i]))
                for i in range(len(test.images))
            ],
        )
    return None


def row(
    clean: Tensor, found: Tensor, expected: Tensor, epsilon: float, label: int
) -> list[Picture]:
    """One image: clean, then change and result, the student's and the right one."""
    pictures = [Picture(f"a {label}, clean", encoded(clean))]
    for who, attacked in (("your", found), ("the right", expected)):
        change = attacked - clean
        largest = change.abs().max().item()
        pictures += [
            Picture(f"{who} change, at most {largest:.3g} in a pixel", coloured(change, epsilon)),
            Picture(f"{who} attacked image", encoded(attacked)),
        ]
    return pictures


def encoded(image: Tensor) -> str:
    """An image (C, H, W) in [0, 1] as the text of a PNG; values outside are cut off."""
    pixels = (image.clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    return png(Image.fromarray(pixels.squeeze()))


def coloured(change: Tensor, epsilon: float) -> str:
    """A change (C, H, W): blue for darker, orange for brighter, full at epsilon, grey for none."""
    strength = (change.mean(dim=0) / (epsilon or 1)).clamp(-1, 1).unsqueeze(-1)
    none = torch.tensor([0.82, 0.82, 0.82])
    darker, brighter = torch.tensor([0.0, 0.45, 0.70]), torch.tensor([0.90, 0.60, 0.0])
    end = torch.where(strength < 0, darker, brighter)
    mixed = none + strength.abs() * (end - none)
    return png(Image.fromarray((mixed * 255).round().to(torch.uint8).numpy()))


def png(image: Image.Image) -> str:
    """A PNG in base64."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()
