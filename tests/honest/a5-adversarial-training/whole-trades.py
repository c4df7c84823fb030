"""A whole answer of somebody who had not seen the checks (trades).

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

    beta = 4.0
    rng = torch.Generator().manual_seed(seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.004)
    modes = {m: m.training for m in model.modules()}
    steps = math.ceil(len(images) / batch_size) * epochs
    step = 0
    losses = []
    model.train()
    for epoch in range(epochs):
        seen = 0.0
        for chosen in torch.randperm(len(images), generator=rng).split(batch_size):
            x, y = images[chosen], labels[chosen]
            done = step / steps
            now = epsilon * min(1, 2 * done)
            for group in optimiser.param_groups:
                group["lr"] = 0.004 * min(1, 2 * (1 - done))
            with evaluating(model):
                with torch.no_grad():
                    p = model(x).log_softmax(1)
                z = project(x, x + torch.empty_like(x).uniform_(-now, now, generator=rng), now)
                for _ in range(4):
                    z.requires_grad_()
                    kl = F.kl_div(model(z).log_softmax(1), p, reduction="sum", log_target=True)
                    z = project(x, z.detach() + now / 2 * torch.autograd.grad(kl, z)[0].sign(), now)
            clean = model(x)
            loss = F.cross_entropy(clean, y) + beta * F.kl_div(
                model(z.detach()).log_softmax(1), clean.log_softmax(1), reduction="batchmean", log_target=True)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            seen += loss.item() * len(y)
            step += 1
        losses.append(seen / len(images))
    for m, flag in modes.items():
        m.training = flag
    return losses
