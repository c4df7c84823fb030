"""Extension: adversarial patches, which change few pixels without any limit, on every image."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course.inputs import check_count, check_images, check_seed, check_size
from course.metrics import evaluating, logits_of


def apply_patch(patch: Tensor, images: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Return the images with the patch stuck on, each at a place of its own.

    patch (C, s, s) in [0, 1], which may be part of a graph: so is the result then; images
    (n, C, H, W), not changed; rows and columns (n,), int64: the top left corner in each image,
    from 0 to H - s and to W - s. Raises ValueError where a patch would not lie inside an image, is
    not square or of other channels, there is not one place for each image, or the images are not in
    [0, 1]. The patch is taken as it is: while it learns, it may leave [0, 1].
    """
    check_images(images)
    size = patch.shape[-1]
    if patch.shape != (images.shape[1], size, size):
        raise ValueError(f"a patch is ({images.shape[1]}, s, s) here, got {tuple(patch.shape)}")
    if not rows.shape == columns.shape == images.shape[:1]:  # or some would go without a patch
        raise ValueError(
            f"need one row and one column for each of {len(images)} images, got "
            f"{tuple(rows.shape)} and {tuple(columns.shape)}"
        )
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
    when the patch, wobbling, would leave the images, without images, for a count of steps that is
    none, and for images or a step_size in other units.
    """
    check_images(images)
    check_count(len(images), "the number of images")
    check_count(steps, "steps", least=0)
    check_count(size, "size")
    check_count(wobble, "wobble", least=0)
    check_size(step_size, "step_size")
    middle = torch.tensor([(side - size) // 2 for side in images.shape[-2:]]).view(2, 1)
    if middle.min() < wobble:
        raise ValueError(f"a patch of side {size} that wobbles by {wobble} leaves the images")
    generator = torch.Generator().manual_seed(check_seed(seed))
    targets = torch.full((len(images),), target)
    patch = torch.full((images.shape[1], size, size), 0.5, dtype=images.dtype)
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


def photograph(
    sticker: Tensor, images: Tensor, maps: Tensor, lights: Tensor, half: float
) -> Tensor:
    """Return the images with a sticker as a camera sees it: tilted by a map, in a light.

    The middle of a pixel, at (u, v) with both from -1 to 1 across the image, shows the point

        (x, y) = (a / c, b / c)  where  (a, b, c) = map (u, v, 1)

    of the sticker's plane. The sticker covers |x| <= half, |y| <= half there. A covered pixel is
    its colour at that point, interpolated linearly, times the light, cut off at 1; any other pixel
    is that of the image.

    sticker (C, s, s) in [0, 1], which may be part of a graph: so is the result then; images
    (n, C, H, W), not changed; maps (n, 3, 3) and lights (n, C), one for each image
    (`course.signs.sticker.views`). Raises ValueError where they do not match the images, or the
    images are not in [0, 1].
    """
    check_images(images)
    if not 0 < half <= 1:
        raise ValueError(f"half is above 0 and at most 1, the half width of a sign; got {half}")
    count, channels, height, width = images.shape
    if maps.shape != (count, 3, 3) or lights.shape != (count, channels):
        raise ValueError(
            f"{count} images with {channels} channels need as many maps (n, 3, 3) and lights (n, C)"
            f", got {tuple(maps.shape)} and {tuple(lights.shape)}"
        )
    if sticker.shape[:-2] != (channels,):
        raise ValueError(f"a sticker is ({channels}, s, s) here, got {tuple(sticker.shape)}")
    sides = [torch.arange(side, dtype=maps.dtype) for side in (height, width)]
    middles = [(2 * numbers + 1) / len(numbers) - 1 for numbers in sides]
    v, u = torch.meshgrid(*middles, indexing="ij")
    pixels = torch.stack([u, v, torch.ones_like(u)]).flatten(1)
    a, b, c = (maps @ pixels).unbind(1)
    places = torch.stack([a / c, b / c], dim=-1).view(count, height, width, 2) / half
    seen = F.grid_sample(
        sticker.expand(count, -1, -1, -1), places, padding_mode="border", align_corners=False
    )
    covered = (places.abs() <= 1).all(dim=-1).unsqueeze(1)
    return torch.where(covered, (lights[..., None, None] * seen).clamp(0, 1), images)


def train_sticker(
    model: nn.Module,
    images: Tensor,
    maps: Tensor,
    lights: Tensor,
    target: int,
    *,
    size: int,
    half: float,
    steps: int,
    step_size: float = 0.05,
) -> Tensor:
    """Return a sticker (C, size, size) that makes the model see `target` in photographs.

    It begins grey. Each step photographs it on every image, from this image's view and in its
    light, and moves its dots down the mean cross-entropy to the target by the sign of the
    gradient: expectation over transformation (Athalye et al. 2018b), with views and lights in
    place of shifts.

    images, maps, lights and half as in `photograph`; steps >= 0; step_size in pixel units. The
    sticker is detached and in [0, 1]; images and model are left as they were. Raises ValueError as
    `photograph` does, without images, and for a size below 1 or a count of steps that is none.
    """
    check_images(images)
    check_count(len(images), "the number of images")
    check_count(steps, "steps", least=0)
    check_count(size, "size")
    check_size(step_size, "step_size")
    targets = torch.full((len(images),), target)
    sticker = torch.full((images.shape[1], size, size), 0.5, dtype=images.dtype)
    with evaluating(model), torch.inference_mode(False):  # gradients on, whatever the caller has
        sticker, targets = sticker.clone(), targets.clone()
        for _ in range(steps):
            sticker.requires_grad_()
            shown = photograph(sticker, images, maps, lights, half)
            loss = F.cross_entropy(logits_of(model, shown, targets), targets)
            (gradient,) = torch.autograd.grad(loss, sticker)
            sticker = (sticker.detach() - step_size * gradient.sign()).clamp(0, 1)
    return sticker
