"""Extension: attacks whose budget is the Euclidean length of the change."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course.inputs import check_count, check_size
from course.metrics import evaluating, logits_of
from solutions.fgsm import check_attack


def lengths(changes: Tensor) -> Tensor:
    """Return the Euclidean length of each image's change: (n, C, H, W) -> (n, 1, 1, 1)."""
    return changes.flatten(1).norm(dim=1).view(-1, 1, 1, 1)


def project_l2(images: Tensor, moved: Tensor, epsilon: float) -> Tensor:
    """Return points within epsilon of the images, in Euclidean length, and in [0, 1].

    A change that is too long is shortened to epsilon, its direction kept; that is the nearest
    point of the ball. Pixels are cut off at 0 and 1 afterwards, which shortens a change further,
    never lengthens it, since the images themselves are in [0, 1].

    images (n, C, H, W) in [0, 1] and moved, of one shape; epsilon >= 0: the length of a change of
    all pixels together, in pixel units. Raises ValueError for other shapes or another epsilon.
    """
    if images.ndim != 4 or moved.shape != images.shape:
        raise ValueError(f"need one shape (n, C, H, W), got {images.shape} and {moved.shape}")
    check_size(epsilon, largest=math.inf)
    change = moved - images
    factor = (epsilon / lengths(change).clamp(min=1e-12)).clamp(max=1.0)
    return (images + factor * change).clamp(0, 1)


def l2_pgd(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilon: float,
    *,
    step_size: float,
    steps: int,
    random_start: bool = True,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Return images that raise the cross-entropy, each within a Euclidean ball of its original.

        x_(t+1) = P(x_t + step_size * g / |g|_2),  g the gradient of the loss at x_t

    (Madry et al. 2018, section 2.1 and appendix E.) P is `project_l2`. The start is the image, or
    a random direction of the length epsilon times a number uniform in [0, 1], projected.

    images (n, C, H, W) in [0, 1]; labels (n,); epsilon and step_size are lengths in pixel units;
    steps >= 0. The result is detached; images and model are left as they were. Raises ValueError
    for a negative or non-finite epsilon or step_size, negative steps, labels of another shape, and
    images or lengths in other units: no image is further from another than the root of the number
    of its values.
    """
    furthest = math.sqrt(math.prod(images.shape[1:]))
    check_attack(images, labels, epsilon, largest=furthest)
    check_count(steps, "steps", least=0)
    check_size(step_size, "step_size", largest=max(furthest, 2.5 * epsilon))
    epsilon, step_size, images = float(epsilon), float(step_size), images.detach()
    adversarial = images.clone()
    if random_start:
        direction = torch.empty_like(images).normal_(generator=generator)
        share = torch.empty(len(images), 1, 1, 1, device=images.device, dtype=images.dtype)
        share.uniform_(generator=generator)
        noise = epsilon * share * direction / lengths(direction)
        adversarial = project_l2(images, images + noise, epsilon)
    with evaluating(model), torch.inference_mode(False):  # gradients on, whatever the caller has
        labels, adversarial = labels.long().clone(), adversarial.clone()
        for _ in range(steps):
            adversarial.requires_grad_()
            loss = F.cross_entropy(logits_of(model, adversarial, labels), labels, reduction="sum")
            (gradient,) = torch.autograd.grad(loss, adversarial)
            step = step_size * gradient / lengths(gradient).clamp(min=1e-12)
            adversarial = project_l2(images, adversarial.detach() + step, epsilon)
    return adversarial
