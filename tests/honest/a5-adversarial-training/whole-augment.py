"""A whole answer of somebody who had not seen the checks (augment).

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

import numpy as np

SMOOTH = 0.05


def shifted(x, rng):
    """Shift each batch by at most one pixel, both ways."""
    dy, dx = rng.integers(-1, 2, size=2)
    padded = F.pad(x, (1, 1, 1, 1))
    h, w = x.shape[-2:]
    return padded[..., 1 + dy : 1 + dy + h, 1 + dx : 1 + dx + w]


def lead(logits, y):
    hit = F.one_hot(y, logits.shape[1]).bool()
    return logits.masked_fill(hit, -math.inf).amax(1) - logits[hit]


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

    rng = np.random.default_rng(seed)
    g = torch.Generator().manual_seed(int(rng.integers(2**31)))
    opt = torch.optim.Adam(model.parameters(), lr=0.004)
    modes = [(m, m.training) for m in model.modules()]
    total = epochs * ((len(images) + batch_size - 1) // batch_size)
    averaged, taken, step = None, 0, 0
    out = []
    model.train()
    for epoch in range(epochs):
        order = torch.from_numpy(rng.permutation(len(images)))
        mean = 0.0
        for batch in torch.split(order, batch_size):
            x, y = shifted(images[batch], rng), labels[batch]
            reach = epsilon * min(1.0, 2 * step / total)
            # the inner player climbs the margin, the outer one the smoothed cross-entropy
            adv = pgd(model, x, y, reach, step_size=0.4 * reach, steps=5, generator=g, loss=lead)
            for group in opt.param_groups:
                group["lr"] = 0.004 if step < total / 2 else 0.004 * 2 * (1 - step / total)
            loss = F.cross_entropy(model(adv), y, label_smoothing=SMOOTH)
            opt.zero_grad()
            loss.backward()
            opt.step()
            step += 1
            mean += loss.item() * len(batch) / len(images)
        out.append(mean)
    for m, flag in modes:
        m.train(flag) if not list(m.children()) else setattr(m, "training", flag)
    return out
