"""A whole answer of somebody who had not seen the checks (mart).

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

from contextlib import contextmanager


@contextmanager
def learning(model):
    flags = {name: m.training for name, m in model.named_modules()}
    model.train()
    try:
        yield torch.optim.NAdam(model.parameters(), lr=0.004)
    finally:
        for name, m in model.named_modules():
            m.training = flags[name]


def mart(clean, adversarial, y, weight=3.0):
    """Misclassification-aware (Wang et al. 2020): boosted cross-entropy and weighted KL."""
    p = adversarial.softmax(1)
    true = p.gather(1, y[:, None]).squeeze(1)
    rival = p.scatter(1, y[:, None], 0.0).amax(1)
    boosted = -(true + 1e-8).log() - (1 - rival + 1e-8).log()
    q = clean.softmax(1)
    kl = F.kl_div(adversarial.log_softmax(1), q, reduction="none").sum(1)
    return boosted + weight * kl * (1 - q.gather(1, y[:, None]).squeeze(1))


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

    coin = torch.Generator().manual_seed(seed)
    plan = [b for _ in range(epochs) for b in torch.randperm(len(images), generator=coin).split(batch_size)]
    per_epoch = math.ceil(len(images) / batch_size)
    book = []
    with learning(model) as optimiser:
        for i, b in enumerate(plan):
            x, y, eps = images[b], labels[b], epsilon * min(1, 2 * i / len(plan))
            z = pgd(model, x, y, eps, step_size=eps / 2, steps=4, generator=coin)
            optimiser.param_groups[0]["lr"] = 4e-3 * min(1, 2 - 2 * i / len(plan))
            values = mart(model(x), model(z), y)
            optimiser.zero_grad()
            values.mean().backward()
            optimiser.step()
            book.append((float(values.detach().sum()), len(b)))
    epochs_of = [book[k * per_epoch : (k + 1) * per_epoch] for k in range(epochs)]
    return [sum(s for s, _ in e) / sum(n for _, n in e) for e in epochs_of]
