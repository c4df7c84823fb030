"""A whole answer of somebody who had not seen the checks (fast).

whole: yes
"""

import math
from collections.abc import Callable, Sequence
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from course.inputs import check_images, check_labels, check_size
from course.metrics import accuracy, evaluating

cross_entropy = partial(F.cross_entropy, reduction="none")  # one loss for each image

def check_attack(images: Tensor, labels: Tensor, epsilon: float, *, largest: float = 1.0) -> None:
    """Raise ValueError, saying what is wrong, unless these are arguments an attack can use.

    images (n, C, H, W), float32 in [0, 1]; labels (n,), classes from 0 on; epsilon a finite number
    >= 0 in pixel units, and at most `largest`, the size that takes any image to any other: 1 for
    the change of one pixel. An epsilon of 8, or images from 0 to 255, would allow any change.
    """
    if not (epsilon >= 0 and math.isfinite(epsilon)):  # written so that NaN fails too
        raise ValueError(f"epsilon must be a number >= 0 in pixel units, got {epsilon}")
    if labels.shape != images.shape[:1]:
        raise ValueError(
            f"labels must have shape ({len(images)},), one class per image, "
            f"got {tuple(labels.shape)}"
        )
    check_images(images)
    check_labels(images, labels)
    check_size(epsilon, largest=largest)

def project(images: Tensor, moved: Tensor, epsilon: float) -> Tensor:
    """Return the nearest points to `moved` where an attacker may go: the projection P of `pgd`.

    At most epsilon from the original images in every pixel, and in [0, 1]. Each pixel has an
    interval of its own, so cutting off what lies outside is the projection, for the Euclidean
    distance and for the largest change alike.

    images in [0, 1] and moved, of one shape; epsilon >= 0 in pixel units.
    """
    return (images + (moved - images).clamp(-epsilon, epsilon)).clamp(0, 1)

def pgd(model, images, labels, epsilon, *, step_size, steps, random_start=True, generator=None, loss=cross_entropy):
    check_attack(images, labels, epsilon)
    if not (0 <= step_size < math.inf) or steps < 0:
        raise ValueError("step_size and steps must be >= 0")
    images = images.detach()
    x = images.clone()
    if random_start:
        x = project(images, x + torch.empty_like(x).uniform_(-epsilon, epsilon, generator=generator), epsilon)
    with evaluating(model):
        for _ in range(steps):
            x = x.detach().requires_grad_()
            (g,) = torch.autograd.grad(loss(model(x), labels).sum(), x)
            x = project(images, x.detach() + step_size * g.sign(), epsilon)
    return x.detach()

class Clock:
    """Epsilon and rate as functions of how much is done."""

    def __init__(self, total):
        self.total, self.now = total, 0

    def __call__(self):
        part, self.now = self.now / self.total, self.now + 1
        return min(1.0, 2 * part), min(1.0, 2 * (1 - part))


def adversarial_train(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    epsilon: float,
    epochs: int,
    batch_size: int = 64,
    seed: int = 0,
) -> list[float]:
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("there are no images to train on")

    # Wong, Rice & Kolter: FGSM, random start, a step of 1.25 epsilon
    torch.manual_seed(seed)
    was = [m.training for m in model.modules()]
    model.train(True)
    sgd = torch.optim.Adam(model.parameters(), lr=0.004)
    clock = Clock(max(1, epochs * math.ceil(len(images) / batch_size)))
    history = []
    for _ in range(epochs):
        sums = []
        for idx in torch.randperm(len(images)).split(batch_size):
            warm, cool = clock()
            reach = warm * epsilon
            adv = pgd(model, images[idx], labels[idx], reach, step_size=1.25 * reach, steps=1)
            sgd.param_groups[0]["lr"] = 0.004 * cool
            sgd.zero_grad()
            each = cross_entropy(model(adv), labels[idx])
            each.mean().backward()
            sgd.step()
            sums.extend(each.tolist())
        history.append(sum(sums) / len(sums))
    for m, flag in zip(model.modules(), was):
        m.training = flag
    return history
