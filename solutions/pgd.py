"""Assignment 4: projected gradient descent, the margin loss, and accuracy in the worst case.

The attack that robustness claims are tested with, and the rule by which they are counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course.inputs import check_count, check_labels, check_size
from course.metrics import evaluating, logits_of, predict
from solutions.fgsm import check_attack

Attack = Callable[[nn.Module, Tensor, Tensor, float], Tensor]
"""attack(model, images, labels, epsilon) -> adversarial images."""

Loss = Callable[[Tensor, Tensor], Tensor]
"""loss(logits, labels) -> one number per image; an attack makes it larger."""


def cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Return, per image, -log of the softmax probability of its label: (n, k), (n,) -> (n,).

    In nats, 0 or more.
    """
    return F.cross_entropy(logits, labels.long(), reduction="none")


def margin_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return, per image, the best wrong class's logit minus the true class's logit.

        m(z, y) = max_{j != y} z_j - z_y

    (Carlini & Wagner 2017, f_6 before its cut at 0). Positive exactly when the image is
    misclassified. Unlike cross-entropy its gradient does not vanish when the model is very sure:
    in float32 the softmax of a logit that leads by 17 rounds to 1, and cross-entropy's gradient
    with respect to it to 0.

    logits (n, k) with k >= 2; labels (n,). Returns (n,). Raises ValueError for other shapes, and
    for labels that are no classes of these logits.
    """
    if logits.ndim != 2 or logits.shape[1] < 2 or labels.shape != logits.shape[:1]:
        raise ValueError(
            "logits must have shape (n, k) with k >= 2 and labels (n,), "
            f"got {tuple(logits.shape)} and {tuple(labels.shape)}"
        )
    check_labels(logits, labels, logits.shape[1])
    is_true = F.one_hot(labels.long(), logits.shape[1]).bool()
    best_other = logits.masked_fill(is_true, float("-inf")).amax(dim=1)
    return best_other - logits[is_true]


def project(images: Tensor, moved: Tensor, epsilon: float) -> Tensor:
    """Return the nearest points to `moved` where an attacker may go: the projection P of `pgd`.

    At most epsilon from the original images in every pixel, and in [0, 1]. Each pixel has an
    interval of its own, so cutting off what lies outside is the projection, for the Euclidean
    distance and for the largest change alike.

    images in [0, 1] and moved, of one shape; epsilon >= 0 in pixel units. Raises ValueError for
    another epsilon.
    """
    check_size(epsilon)
    return (images + (moved - images).clamp(-epsilon, epsilon)).clamp(0, 1)


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
    loss: Loss = cross_entropy,
) -> Tensor:
    """Return images that raise the loss, found by repeated sign steps kept within epsilon.

        x_0     = clamp(x + u, 0, 1),  u uniform in [-epsilon, epsilon]
        x_(t+1) = P(x_t + step_size * sign(gradient of the loss at x_t))

    (Madry et al. 2018, section 2.1; with x_0 = x, the basic iterative method of Kurakin et al.
    2017.) P is `project`: back to where an attacker may go. The ball is around the original
    images x, not around x_t: otherwise the steps would add up to more than epsilon.

    images (n, C, H, W) in [0, 1]; labels (n,); epsilon and step_size in pixel units; steps >= 0;
    loss(logits, labels) gives one number per image. A generator, on the images' device, makes
    the random start repeatable. The result is detached, in [0, 1] and within epsilon; images and
    model are left as they were.
    Raises ValueError for a negative or non-finite epsilon or step_size, steps that are no whole
    number >= 0, labels of another shape, and images, epsilon or step_size in other units;
    CourseError where the network or its gradient is NaN.
    """
    check_attack(images, labels, epsilon)
    check_count(steps, "steps", least=0)
    # The usual step size, 2.5 * epsilon / steps, may exceed the range of a pixel.
    check_size(step_size, "step_size", largest=max(1.0, 2.5 * epsilon))
    epsilon, step_size, images = float(epsilon), float(step_size), images.detach()
    # --8<-- [start:pgd]
    adversarial = images.clone()
    if random_start:
        noise = torch.empty_like(images).uniform_(-epsilon, epsilon, generator=generator)
        adversarial = project(images, images + noise, epsilon)
    with evaluating(model), torch.inference_mode(False):  # gradients on, whatever the caller has
        labels, adversarial = labels.clone(), adversarial.clone()
        for _ in range(steps):
            adversarial.requires_grad_()
            total = loss(logits_of(model, adversarial, labels), labels).sum()
            (gradient,) = torch.autograd.grad(total, adversarial)
            moved = adversarial.detach() + step_size * gradient.sign()
            adversarial = project(images, moved, epsilon)
    # --8<-- [end:pgd]
    return adversarial


def worst_case_accuracy(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilon: float,
    attacks: Sequence[Attack],
) -> float:
    """Return the fraction of images still classified correctly after every attack.

    An attacker needs one success, so an image counts only if it survives all the attacks, and
    the clean image too. This is at most the smallest of the single accuracies, and usually less:
    attacks break different images (Croce & Hein 2020; Carlini et al. 2019, "per-example").
    Results of attacks are projected into the budget first: a larger change than is allowed proves
    nothing.

    images (n, C, H, W) in [0, 1]; labels (n,); attacks are callables
    (model, images, labels, epsilon) -> adversarial. Raises ValueError for an empty set and as
    `fgsm` does, CourseError where the network answers NaN or an attack does.
    """
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("no images: 0/0 is no accuracy")
    logits = predict(model, images)
    check_labels(images, labels, logits.shape[1])
    survived = logits.argmax(dim=1) == labels
    for attack in attacks:
        adversarial = project(images, attack(model, images, labels, epsilon), epsilon)
        survived &= predict(model, adversarial).argmax(dim=1) == labels
    return survived.float().mean().item()
