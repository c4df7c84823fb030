"""An attack for notebooks that need one but do not teach it: assignment 6 audits with it.

It climbs within a box: each pixel has an interval of its own, which epsilon and the range [0, 1]
allow. Assignment 4 asks students to write such an attack, and there these
functions are switched off while it is graded (`course.withheld`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course.errors import InputError
from course.inputs import check_count, check_images, check_labels, check_size
from course.metrics import evaluating, logits_of
from course.withheld import does

Loss = Callable[[Tensor, Tensor], Tensor]
"""loss(logits, labels) -> one number per image; an attack makes it larger."""
LEAST = float("-inf")


@does("margin_loss")
def margin_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """The lead of the best wrong class over the true one: (n, k), (n,) -> (n,).

    Above 0 exactly where the answer is wrong. Its gradient does not vanish for large logits
    (Carlini & Wagner 2017). Raises InputError unless there are two classes or more, and a label
    for each row.
    """
    if logits.ndim != 2 or logits.shape[1] < 2 or not logits.is_floating_point():
        raise InputError(
            f"a margin needs float logits (n, k) with k >= 2, got {logits.dtype} of shape "
            f"{tuple(logits.shape)}"
        )
    check_labels(logits, labels, logits.shape[1])
    true = labels.long().unsqueeze(1)
    others = logits.scatter(1, true, LEAST)
    return others.max(dim=1).values - logits.gather(1, true).squeeze(1)


@does("pgd")
def box(images: Tensor, epsilon: float) -> tuple[Tensor, Tensor]:
    """The lowest and the highest value that each pixel may take: epsilon away, and in [0, 1].

    images (n, C, H, W) -> two tensors of that shape.
    """
    return (images - epsilon).clamp(min=0), (images + epsilon).clamp(max=1)


@does("pgd")
def project(images: Tensor, moved: Tensor, epsilon: float) -> Tensor:
    """The nearest points to `moved` within epsilon of the images and in [0, 1].

    images, moved and result: (n, C, H, W).
    """
    return torch.clamp(moved, *box(images, epsilon))


@does("pgd", "fgsm")
def pgd(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilon: float,
    *,
    step_size: float,
    steps: int,
    random_start: bool = True,
    generator: torch.Generator | None = None,
    loss: Loss | None = None,
) -> Tensor:
    """Images that raise the loss, by sign steps within epsilon (Madry et al. 2018).

    images (n, C, H, W) in [0, 1]; labels (n,); epsilon and step_size >= 0 in pixel units; steps
    >= 0; generator: draws the random start; loss: cross-entropy by default. The model
    runs in evaluation mode and is left as it was. The result is detached. Raises InputError for
    arguments in other units, of other shapes, or below 0, and as `logits_of` does; NotANumberError
    where the network or its gradient is NaN.
    """
    check_size(epsilon)
    check_images(images)
    check_labels(images, labels)
    check_size(step_size, "step_size", largest=max(1.0, 2.5 * epsilon))
    check_count(steps, "steps", least=0)
    epsilon, step_size = float(epsilon), float(step_size)
    climbed = loss or partial(F.cross_entropy, reduction="none")
    images = images.detach()
    points = images.clone()
    if random_start:
        points.uniform_(-epsilon, epsilon, generator=generator)
        points = project(images, images + points, epsilon)
    with evaluating(model), torch.inference_mode(False):
        truth = labels.long().clone()
        for _ in range(steps):
            points = points.detach().clone().requires_grad_()
            heights = climbed(logits_of(model, points, truth), truth)
            (uphill,) = torch.autograd.grad(heights.sum(), points)
            points = project(images, points.detach() + step_size * uphill.sign(), epsilon)
    return points.detach()
