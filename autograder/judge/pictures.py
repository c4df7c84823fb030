"""What a wrong attack looks like beside the right one: small pictures for the feedback page.

Drawn on public images only, by a worker that has seen no hidden input: a picture says more than a
sentence, and could carry more out.
"""

from __future__ import annotations

import base64
import contextlib
import io
from collections.abc import Sequence
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from autograder.errors import StudentFault
from autograder.judge.answers import require_images
from autograder.judge.robustness import climb
from autograder.judge.setting import Setting
from autograder.report.results import CheckResult, Picture, Pictures
from autograder.student import Student

IMAGES = 3
# Checks of a result that a picture explains; those about numbers are told in words.
EXPLAINED = {
    "fgsm_uses_the_gradient",
    "fgsm_stays_in_range",
    "fgsm_stays_within_epsilon",
    "fgsm_is_exact_on_a_linear_model",
    "fgsm_fools_the_network",
    "fgsm_treats_each_image_alone",
    "pgd_uses_the_gradient",
    "pgd_stays_in_range",
    "pgd_stays_within_epsilon",
    "pgd_takes_the_steps_it_is_told",
    "pgd_looks_again_at_each_step",
    "pgd_fools_the_network",
    "pgd_treats_each_image_alone",
}


def wanted(checks: Sequence[CheckResult]) -> bool:
    """Whether a picture would explain what is wrong."""
    return any(check.name in EXPLAINED and check.status == "WRONG" for check in checks)


def of_attack(student: Student, public: Setting) -> Pictures | None:
    """The student's attack on public images beside the reference's; None if it gives no images."""
    test = public.test_images(IMAGES)
    epsilon = public.budget.epsilon
    module = public.victim.module
    options: dict[str, Any] = {}
    if public.assignment == "a3-fgsm":
        name, size, steps = "fgsm", epsilon, 1
    else:  # without a random start, so that there is one right result
        name, size, steps = "pgd", epsilon / 4, 10
        options = {"step_size": size, "steps": steps, "random_start": False}
    expected = climb(module, test.images, test.labels, epsilon, size=size, steps=steps)
    with contextlib.suppress(StudentFault):
        answer = student.call(
            name,
            student.network(public.victim),
            test.images,
            test.labels,
            epsilon,
            **options,
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
