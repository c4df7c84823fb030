"""Assignment 5: training on the images an attacker would send, so that the network withstands them.

The judge takes the trained weights and attacks them itself.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course.inputs import check_count
from solutions.fgsm import check_attack
from solutions.pgd import pgd


@torch.inference_mode(False)  # gradients are on, even where the caller has switched them off
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
    """Train the model in place on its own worst cases; return each epoch's mean loss.

    Robustness within epsilon is a saddle point (Madry et al. 2018, equation 2.1),

        min over weights of  mean over images of
            max over |d| <= epsilon of  L(f(x + d), y),

    and this descends on it: PGD approximates the inner maximum, then Adam takes a step on the
    loss at the points found. Three choices make it work in few epochs:

    - Epsilon grows over the first half of the training. A fresh network that meets the full
      epsilon can settle on one class for every image.
    - Four steps of epsilon / 2, from a random start, reach any corner of the ball. A single
      step would be cheaper, but a network can learn to bend its loss just where that step lands,
      and is then robust in appearance only (catastrophic overfitting, Wong et al. 2020).
    - The learning rate falls to zero over the second half: the attack moves with the weights,
      so a constant rate keeps them moving too.

    images (n, C, H, W) in [0, 1]; labels (n,); epsilon >= 0 in pixel units. The model is in
    training mode for the weight steps and in eval mode for the attacks; afterwards, after an error
    too, every module is back in the mode it came in. The seed decides batches and random starts;
    a last batch of one image joins the one before it.
    Raises ValueError for a negative or non-finite epsilon, labels of another shape, images or an
    epsilon in other units, and when there are no images, no epochs or no batches.
    """
    check_attack(images, labels, epsilon)
    check_count(len(images), "the number of images")
    check_count(epochs, "epochs")
    check_count(batch_size, "batch_size")
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters())
    steps = epochs * math.ceil(len(images) / batch_size)
    done = 0
    modes = [(module, module.training) for module in model.modules()]
    losses = []
    try:
        model.train()
        for _ in range(epochs):
            total = 0.0
            batches = torch.randperm(len(images), generator=generator).split(batch_size)
            if len(batches) > 1 and len(batches[-1]) == 1 < batch_size:
                batches = (*batches[:-2], torch.cat(batches[-2:]))
            for batch in batches:
                x, y = images[batch], labels[batch].long()
                # --8<-- [start:loop]
                reach = epsilon * min(1, 2 * done / steps)
                optimizer.param_groups[0]["lr"] = 0.004 * min(1, 2 - 2 * done / steps)
                adversarial = pgd(
                    model, x, y, reach, step_size=reach / 2, steps=4, generator=generator
                )
                loss = F.cross_entropy(model(adversarial), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                # --8<-- [end:loop]
                total += loss.item() * len(batch)
                done += 1
            losses.append(total / len(images))
    finally:
        for module, mode in modes:
            module.training = mode
    return losses
