"""Extension: adversarial patches, which change few pixels without any limit, on every image."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course.inputs import check_images, check_size
from course.metrics import evaluating, logits_of


def apply_patch(patch: Tensor, images: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Return the images with the patch stuck on, each at a place of its own.

    patch (C, s, s) in [0, 1], which may be part of a graph: so is the result then; images
    (n, C, H, W), not changed; rows and columns (n,), int64: the top left corner in each image,
    from 0 to H - s and to W - s. Raises ValueError where a patch would not lie inside an image, or
    the images are not in [0, 1]. The patch is taken as it is: while it learns, it may leave [0, 1].
    """
    check_images(images)
    size = patch.shape[-1]
    height, width = images.shape[-2:]
    places = torch.stack([rows, height - size - rows, columns, width - size - columns])
    if len(images) and places.min() < 0:
        raise ValueError(f"a patch of side {size} does not lie inside {height}x{width} images")
    stuck = images.clone()
    for i, (row, column) in enumerate(zip(rows.tolist(), columns.tolist(), strict=True)):
        stuck[i, :, row : row + size, column : column + size] = patch
    return stuck


def train_patch(
    model: nn.Module,
    images: Tensor,
    target: int,
    size: int,
    *,
    steps: int,
    wobble: int = 2,
    step_size: float = 0.05,
    seed: int = 0,
) -> Tensor:
    """Return a patch (C, size, size) that makes the model see the class `target`.

    Each step sticks the patch on every image, at a random place up to `wobble` pixels off the
    middle in both directions, and moves its pixels down the cross-entropy to the target by the
    sign of the gradient: what lowers the loss on average over images and places (Brown et al.
    2017, section 2).

    images (n, C, H, W) in [0, 1]; steps >= 0; step_size in pixel units. `seed` decides the places.
    The patch is detached and in [0, 1]; images and model are left as they were. Raises ValueError
    when the patch, wobbling, would leave the images, and for images or a step_size in other units.
    """
    check_images(images)
    check_size(step_size, "step_size")
    middle = torch.tensor([(side - size) // 2 for side in images.shape[-2:]]).view(2, 1)
    if size < 1 or wobble < 0 or middle.min() < wobble:
        raise ValueError(f"a patch of side {size} that wobbles by {wobble} leaves the images")
    generator = torch.Generator().manual_seed(seed)
    targets = torch.full((len(images),), target)
    patch = torch.full((images.shape[1], size, size), 0.5)
    with evaluating(model), torch.inference_mode(False):  # gradients on, whatever the caller has
        patch, targets = patch.clone(), targets.clone()
        for _ in range(steps):
            off = torch.randint(-wobble, wobble + 1, (2, len(images)), generator=generator)
            rows, columns = middle + off
            patch.requires_grad_()
            logits = logits_of(model, apply_patch(patch, images, rows, columns), targets)
            (gradient,) = torch.autograd.grad(F.cross_entropy(logits, targets), patch)
            patch = (patch.detach() - step_size * gradient.sign()).clamp(0, 1)
    return patch
