"""A fixed set of attacks with nothing to tune: accuracy in the worst case over all of them.

In the manner of AutoAttack (Croce & Hein 2020): PGD that chooses its own step sizes, on the
cross-entropy, on a loss that no scaling of the logits changes, and towards every wrong class, then
a search without gradients. Each is given the images that the ones before it left. AutoAttack's
fourth attack, FAB, which looks for the nearest misread image, is not here.
"""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn

from course.batches import BoundAttack
from course.inputs import check_count, check_labels, check_seed
from course.metrics import evaluating, logits_of, predict
from solutions.evaluation import Survival, survival
from solutions.fgsm import check_attack
from solutions.pgd import Loss, cross_entropy, project
from solutions.random_search import random_search

LEAST_CLASSES = 4  # the targeted loss compares with the fourth largest logit
STEPS = 100
TARGETS = 9
QUERIES = 1000
MOMENTUM = 0.75  # share of the new step; the rest continues in the last step's direction
RISING = 0.75  # share of the steps between checkpoints, or the step size is halved


def dlr_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return, per image, the difference of logits ratio: the margin over the logits' spread.

        DLR(z, y) = -(z_y - max_{j != y} z_j) / (z_1st - z_3rd),  z_1st >= z_2nd >= z_3rd

    (Croce & Hein 2020, equation 6). Positive exactly when the image is misread. Adding a number
    to all logits, or multiplying them by one, changes nothing: so nothing can vanish.

    logits (n, k) with k >= 3; labels (n,). Returns (n,). Raises ValueError for fewer classes, and
    for labels that are no classes of these logits.
    """
    first, second, third = _largest(logits, 3)
    true = _logit(logits, labels)
    best_other = torch.where(true == first, second, first)
    return (best_other - true) / (first - third + 1e-12)


def targeted_dlr_loss(logits: Tensor, labels: Tensor, targets: Tensor) -> Tensor:
    """Return, per image, the target's lead over the true logit, over the logits' spread.

        -(z_y - z_t) / (z_1st - (z_3rd + z_4th) / 2)

    (Croce & Hein 2020, equation 7). Positive when the target has overtaken the true class.

    logits (n, k) with k >= 4; labels and targets (n,). Returns (n,). Raises ValueError for fewer
    classes.
    """
    first, _, third, fourth = _largest(logits, LEAST_CLASSES)
    lead = _logit(logits, targets) - _logit(logits, labels)
    return lead / (first - (third + fourth) / 2 + 1e-12)


def _largest(logits: Tensor, count: int) -> tuple[Tensor, ...]:
    """The largest logits of each image, in falling order: `count` tensors (n,)."""
    if logits.ndim != 2 or logits.shape[1] < count:
        raise ValueError(
            f"logits must have shape (n, k) with at least {count} classes, "
            f"got {tuple(logits.shape)}"
        )
    return tuple(logits.topk(count, dim=1).values.unbind(dim=1))


def _logit(logits: Tensor, classes: Tensor) -> Tensor:
    """The logit of one class for each image: (n,)."""
    check_labels(logits, classes, logits.shape[1])
    return logits.gather(1, classes.long().unsqueeze(1)).squeeze(1)


def checkpoints(steps: int) -> list[int]:
    """Return the steps after which `apgd` reviews its step size: at 22 % and then ever closer.

    p_0 = 0, p_1 = 0.22, p_(j+1) = p_j + max(p_j - p_(j-1) - 0.03, 0.06), each times the number of
    steps (Croce & Hein 2020, section 3).
    """
    shares = [0.0, 0.22]
    while shares[-1] < 1:
        shares.append(shares[-1] + max(shares[-1] - shares[-2] - 0.03, 0.06))
    return [round(share * steps) for share in shares if share < 1]


def apgd(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilon: float,
    *,
    loss: Loss = cross_entropy,
    steps: int = STEPS,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Return images that raise the loss, found by PGD that halves its steps when they stop helping.

    Begin at a random point of the ball with steps of 2 * epsilon. Every step goes three quarters
    of the way that PGD would go and one quarter on in the last step's direction. At each
    checkpoint an image's step size is halved if fewer than three quarters of its steps raised
    the loss, or if neither size nor best loss changed since the checkpoint before; it then goes
    on from its best point. This is Auto-PGD (Croce & Hein 2020, algorithm 1).

    images (n, C, H, W) in [0, 1]; labels (n,); epsilon >= 0 in pixel units; steps >= 1;
    loss(logits, labels) gives one number per image. A generator, on the images' device, makes the
    start repeatable. Returns for each image the first point that was misread, else the one with
    the highest loss: detached, in [0, 1] and within epsilon. Raises ValueError as `pgd` does.
    """
    check_attack(images, labels, epsilon)
    check_count(steps, "steps")
    epsilon, images = float(epsilon), images.detach()
    noise = torch.empty_like(images).uniform_(-epsilon, epsilon, generator=generator)
    x = before = project(images, images + noise, epsilon)
    value, gradient, misread = _climb(model, x, labels, loss)
    best, best_value, best_gradient = x, value, gradient
    fooling, fooled = x.clone(), misread
    size = torch.full_like(value, 2 * epsilon)
    halved = torch.ones_like(fooled)  # nothing to review at the first checkpoint
    rises, last, last_value = torch.zeros_like(value), 0, best_value
    reviews = set(checkpoints(steps)[1:])
    for step in range(1, steps + 1):
        # --8<-- [start:step]
        ahead = project(images, x + _spread(size, x) * gradient.sign(), epsilon)
        share = MOMENTUM if step > 1 else 1.0
        moved = x + share * (ahead - x) + (1 - share) * (x - before)
        before, x = x, project(images, moved, epsilon)
        # --8<-- [end:step]
        old_value = value
        value, gradient, misread = _climb(model, x, labels, loss)
        fooling = torch.where(_spread(misread & ~fooled, x), x, fooling)
        fooled = fooled | misread
        rises = rises + (value > old_value)
        better = value > best_value
        best = torch.where(_spread(better, x), x, best)
        best_gradient = torch.where(_spread(better, x), gradient, best_gradient)
        best_value = torch.maximum(best_value, value)
        if step in reviews:
            # --8<-- [start:review]
            idle = rises < RISING * (step - last)
            stuck = ~halved & (best_value <= last_value)
            halved = idle | stuck
            size = torch.where(halved, size / 2, size)
            x = torch.where(_spread(halved, x), best, x)
            gradient = torch.where(_spread(halved, x), best_gradient, gradient)
            # --8<-- [end:review]
            value = torch.where(halved, best_value, value)
            rises, last, last_value = torch.zeros_like(rises), step, best_value
    return torch.where(_spread(fooled, best), fooling, best)


def _climb(
    model: nn.Module, x: Tensor, labels: Tensor, loss: Loss
) -> tuple[Tensor, Tensor, Tensor]:
    """Loss (n,) and its gradient at x, and which images are misread there."""
    with evaluating(model), torch.inference_mode(False):  # gradients on, whatever the caller has
        x = x.detach().clone().requires_grad_()
        logits = logits_of(model, x, labels)
        value = loss(logits, labels.clone())
        (gradient,) = torch.autograd.grad(value.sum(), x)
    return value.detach(), gradient, logits.detach().argmax(dim=1) != labels


def _spread(values: Tensor, like: Tensor) -> Tensor:
    """One value per image, shaped so that it applies to all its pixels."""
    return values.view(-1, *[1] * (like.ndim - 1))


def targeted_apgd(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilon: float,
    *,
    targets: int = TARGETS,
    steps: int = STEPS,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Return images attacked towards one wrong class after the other, until one is misread.

    `apgd` on the targeted DLR loss, towards the classes with the highest logits first. Images
    (n, C, H, W), labels (n,) and the result as for `apgd`; targets >= 1, at most all wrong classes
    are tried. Raises ValueError as `apgd` does, and for fewer than 4 classes.
    """
    check_attack(images, labels, epsilon)
    check_count(targets, "targets")
    found, labels = images.detach().clone(), labels.long()
    logits = predict(model, found)
    check_labels(images, labels, logits.shape[1])
    wrong = logits.scatter(1, labels.unsqueeze(1), -torch.inf)  # the true class comes last
    order = wrong.argsort(dim=1, descending=True)
    standing = torch.arange(len(images))
    for rank in range(min(targets, logits.shape[1] - 1)):
        x, y, target = images[standing], labels[standing], order[standing, rank]
        towards = partial(_towards, targets=target)
        found[standing] = apgd(model, x, y, epsilon, loss=towards, steps=steps, generator=generator)
        standing = standing[predict(model, found[standing]).argmax(dim=1) == y]
        if len(standing) == 0:
            break
    return found


def _towards(logits: Tensor, labels: Tensor, *, targets: Tensor) -> Tensor:
    return targeted_dlr_loss(logits, labels, targets.clone())  # or they are of inference mode


def ensemble(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilon: float,
    *,
    seed: int = 0,
    batch_size: int = 64,
) -> Survival:
    """Return which images survive all four attacks, and what each of them left.

    In order: "APGD on the cross-entropy", "APGD on DLR", "APGD towards each class" and "Square".
    There is nothing to choose but the seed, so a weak result cannot come from weak settings.

    images (n, C, H, W) in [0, 1]; labels (n,), of at least 4 classes; epsilon >= 0 in pixel units.
    Raises ValueError for fewer classes, another epsilon, and as `survival` does.
    """
    check_attack(images, labels, epsilon)
    if len(images):
        _largest(predict(model, images[:1]), LEAST_CLASSES)
    attacks: dict[str, BoundAttack] = {
        "APGD on the cross-entropy": partial(
            apgd, epsilon=epsilon, generator=_seeded(seed, images)
        ),
        "APGD on DLR": partial(
            apgd, epsilon=epsilon, loss=dlr_loss, generator=_seeded(seed + 1, images)
        ),
        "APGD towards each class": partial(
            targeted_apgd, epsilon=epsilon, generator=_seeded(seed + 2, images)
        ),
        "Square": partial(
            random_search, epsilon=epsilon, queries=QUERIES, generator=_seeded(seed + 3, images)
        ),
    }
    return survival(model, images, labels, attacks, batch_size=batch_size)


def _seeded(seed: int, images: Tensor) -> torch.Generator:
    return torch.Generator(images.device).manual_seed(check_seed(seed))
