"""Extension: TRADES, training with an exchange rate between accuracy and robustness."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course.inputs import check_count, check_images, check_labels, check_seed, check_size
from course.metrics import evaluating, logits_of
from course.training_loop import split_batches, training_mode
from solutions.pgd import project


def trades_loss(
    clean_logits: Tensor, adversarial_logits: Tensor, labels: Tensor, beta: float
) -> Tensor:
    """Return cross-entropy on clean images plus beta times how far attacked answers differ.

        L = CE(z, y) + beta * KL(p || p'),   p = softmax(z),  p' = softmax(z')

    (Zhang et al. 2019, equation 5.) Both terms are means over the images, both have gradients with
    respect to both logits that they contain.

    clean_logits z and adversarial_logits z' (n, k); labels (n,); beta >= 0. Returns one number.
    Raises ValueError for other shapes, labels that are no classes of the logits, and a beta that is
    negative or not finite.
    """
    same = clean_logits.shape == adversarial_logits.shape
    if not same or labels.shape != clean_logits.shape[:1] or not 0 <= beta < math.inf:
        raise ValueError("the logits must have one shape, with one label per row, and beta >= 0")
    check_labels(clean_logits, labels, clean_logits.shape[1])
    wrong = F.cross_entropy(clean_logits, labels.long())
    clean = F.log_softmax(clean_logits, dim=1)
    adversarial = F.log_softmax(adversarial_logits, dim=1)
    different = F.kl_div(adversarial, clean, reduction="batchmean", log_target=True)
    return wrong + beta * different


def most_different(
    model: nn.Module, images: Tensor, epsilon: float, steps: int, generator: torch.Generator
) -> Tensor:
    """Return images within epsilon whose answers differ most from those for the originals.

    Sign steps of epsilon / 2 up the KL divergence, from a random start: at the images themselves
    the divergence has its minimum, and no gradient but what rounding leaves (Zhang et al. 2019,
    algorithm 1).

    images (n, C, H, W) in [0, 1]; epsilon >= 0 in pixel units. The result is detached. Raises
    ValueError for images or an epsilon in other units, and for steps that are no count.
    """
    check_images(images)
    check_size(epsilon)
    check_count(steps, "steps", least=0)
    epsilon, images = float(epsilon), images.detach()
    noise = torch.empty_like(images).uniform_(-epsilon, epsilon, generator=generator)
    moved = project(images, images + noise, epsilon)
    with evaluating(model), torch.inference_mode(False):  # gradients on, whatever the caller has
        images, moved = images.clone(), moved.clone()
        clean = F.log_softmax(logits_of(model, images), dim=1).detach()
        for _ in range(steps):
            moved.requires_grad_()
            answers = F.log_softmax(logits_of(model, moved), dim=1)
            different = F.kl_div(answers, clean, reduction="sum", log_target=True)
            (gradient,) = torch.autograd.grad(different, moved)
            moved = project(images, moved.detach() + epsilon / 2 * gradient.sign(), epsilon)
    return moved


def trades_train(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    epsilon: float,
    beta: float,
    epochs: int,
    batch_size: int = 64,
    seed: int = 0,
) -> list[float]:
    """Train the model in place with the TRADES loss; return the mean loss of each epoch.

    Epsilon grows in a straight line over the first half of the training, as in assignment 5.

    images (n, C, H, W) in [0, 1]; labels (n,); epsilon >= 0 in pixel units; beta >= 0, where 0 is
    ordinary training; `seed` decides order and random starts. Every module's mode is put back,
    after an error too. Raises ValueError when there are no images, not one label per image, fewer
    than one epoch or image per batch, or images or an epsilon in other units.
    """
    if len(images) == 0 or labels.shape != images.shape[:1]:
        raise ValueError("training needs images, and one label for each")
    check_images(images)
    check_labels(images, labels)
    check_size(epsilon)
    check_count(epochs, "epochs")
    batch_size = check_count(batch_size, "batch_size")
    images = images.detach()  # or the caller's images would get gradients too
    generator = torch.Generator().manual_seed(check_seed(seed))
    total = epochs * math.ceil(len(images) / batch_size)
    done, means = 0, []
    with training_mode(model):
        optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
        for _ in range(epochs):
            summed = 0.0
            order = torch.randperm(len(images), generator=generator)
            for batch in split_batches(model, order, batch_size):
                reach = epsilon * min(1.0, 2 * done / total)
                moved = most_different(model, images[batch], reach, 4, generator)
                loss = trades_loss(model(images[batch]), model(moved), labels[batch], beta)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                summed += loss.item() * len(batch)
                done += 1
            means.append(summed / len(images))
    return means
