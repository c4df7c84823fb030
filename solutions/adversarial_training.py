"""Assignment 5: training on the images an attacker would send, so that the network withstands them.

The judge takes the weights that come out and attacks them itself.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from solutions.pgd import pgd


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

        min over weights of  mean over images of  max over |d| <= epsilon of  L(f(x + d), y),

    and this descends on it: PGD approximates the inner maximum, then Adam takes a step on the
    loss at the points found.

    images (n, C, H, W) in [0, 1]; labels (n,); epsilon >= 0 in pixel units. The model is in
    training mode for the weight steps and in eval mode for the attacks; afterwards every module
    is back in the mode it came in. Raises ValueError when there is nothing to train on.
    """
    if len(images) == 0 or len(images) != len(labels):
        raise ValueError(f"need one label per image, got {len(images)} and {len(labels)}")
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
    batches_in_all = epochs * -(-len(images) // batch_size)
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    losses, batches_done = [], 0
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(images), generator=generator).split(batch_size):
            # A fresh network that meets the full epsilon can settle on one class for every
            # image; growing epsilon over the first half avoids that.
            reach = epsilon * min(1.0, 2 * batches_done / batches_in_all)
            adversarial = pgd(
                model,
                images[batch],
                labels[batch],
                reach,
                step_size=reach / 2,
                steps=4,
                generator=generator,
            )
            loss = F.cross_entropy(model(adversarial), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
            batches_done += 1
        losses.append(total / len(images))
    for module, mode in modes:
        module.training = mode
    return losses
