"""An attack that uses only answers, no gradients: a check on attacks that follow gradients.

A defence can hide its gradients, on purpose or by accident. An attack that does not use them is not
misled. Where it breaks images that a gradient attack does not, the gradients mislead.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from course.inputs import check_count, check_images, check_seed, check_size
from course.metrics import predict
from solutions.fgsm import check_attack
from solutions.pgd import margin_loss, project


def random_search(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilon: float,
    *,
    queries: int = 200,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Return images on which the margin grew, by trying squares of +-epsilon at random places.

    Begin with vertical stripes, each column all +epsilon or all -epsilon. Then repeat: choose a
    square, give all of it +epsilon or -epsilon, and keep the change if the margin grew. Squares
    shrink as the search goes on. An image that is misclassified is left alone from then on.
    This is the L-infinity Square attack (Andriushchenko et al. 2020, algorithms 1 and 2) with a
    schedule of its own, for hundreds of queries in place of thousands.

    images (n, C, H, W) in [0, 1]; labels (n,); epsilon >= 0 in pixel units; queries >= 1, the
    times each image is shown to the model at most. A generator, on the images' device, makes the
    search repeatable. The result is detached, in [0, 1] and within epsilon; the model is only
    asked for logits, and left as it was. Raises ValueError for queries below 1, and as `pgd` does;
    CourseError where the model answers NaN.
    """
    check_attack(images, labels, epsilon)
    check_count(queries, "queries")
    epsilon, images = float(epsilon), images.detach()
    n, channels, _, width = images.shape
    stripes = _signs((n, channels, 1, width), images, generator)
    best = project(images, images + epsilon * stripes, epsilon)
    margin = margin_loss(predict(model, best), labels)
    for query in range(1, queries):
        standing = (margin <= 0).nonzero().flatten()
        if len(standing) == 0:
            break
        clean = images[standing]
        area = 0.3 * (1 - query / queries) ** 2  # of the image; the last squares are single pixels
        where = _squares(clean, area, generator)
        change = epsilon * _signs((len(standing), channels, 1, 1), images, generator)
        tried = torch.where(where, project(clean, clean + change, epsilon), best[standing])
        found = margin_loss(predict(model, tried), labels[standing])
        better = standing[found > margin[standing]]
        best[better] = tried[found > margin[standing]]
        margin[standing] = torch.maximum(margin[standing], found)
    return best


def _signs(shape: tuple[int, ...], like: Tensor, generator: torch.Generator | None) -> Tensor:
    """Random -1 and 1."""
    coins = torch.randint(0, 2, shape, generator=generator, device=like.device)
    return (2 * coins - 1).to(like.dtype)


def _squares(images: Tensor, area: float, generator: torch.Generator | None) -> Tensor:
    """A mask (n, 1, H, W), True in one square of that share of the image, placed at random."""
    n, _, height, width = images.shape
    side = min(height, width, max(1, round((area * height * width) ** 0.5)))
    inside = []
    for length in (height, width):
        corner = torch.randint(
            0, length - side + 1, (n, 1), generator=generator, device=images.device
        )
        place = torch.arange(length, device=images.device)
        inside.append((place >= corner) & (place < corner + side))
    rows, columns = inside
    return rows[:, None, :, None] & columns[:, None, None, :]


def sign_noise(
    model: nn.Module, images: Tensor, labels: Tensor, epsilon: float, seed: int
) -> Tensor:
    """The control: every pixel moves by epsilon, up or down by the toss of a coin.

    images (n, C, H, W) in [0, 1]; epsilon >= 0 in pixel units; model and labels are not looked at.
    The same seed gives the same noise. Raises ValueError for images or an epsilon in other units.
    """
    check_images(images)
    check_size(epsilon)
    generator = torch.Generator().manual_seed(check_seed(seed))
    coin = torch.randint(0, 2, images.shape, generator=generator)
    return (images.detach() + float(epsilon) * (2 * coin.to(images) - 1)).clamp(0, 1)
