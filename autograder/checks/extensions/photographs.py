"""The judge's photographs of a sticker, and the views and lights that it draws for them."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.judge.checking import Setting, metrics
from course.signs.sticker import views

HALF, DOTS = 0.6, 6


def photographed(
    sticker: Tensor,
    images: Tensor,
    maps: Tensor,
    lights: Tensor,
    half: float,
    *,
    corners: bool = False,
    mode: str = "bilinear",
) -> Tensor:
    """The judge's photographs; `corners` and `mode` are those of `grid_sample`."""
    count, _, height, width = images.shape
    places = F.affine_grid(
        torch.eye(2, 3).expand(count, 2, 3), [count, 1, height, width], align_corners=False
    )
    points = torch.cat([places, torch.ones(count, height, width, 1)], dim=-1).flatten(1, 2)
    a, b, c = (points @ maps.mT).unbind(-1)
    places = (torch.stack([a, b], dim=-1) / c[..., None]).view(count, height, width, 2) / half
    seen = F.grid_sample(
        sticker.expand(count, -1, -1, -1),
        places,
        mode=mode,
        padding_mode="border",
        align_corners=corners,
    )
    lit = (seen * lights[:, :, None, None]).clamp(max=1)
    return torch.where(places.abs().amax(dim=-1)[:, None] <= 1, lit, images)


def views_of(setting: Setting, purpose: str, count: int) -> tuple[Tensor, Tensor]:
    """Views and lights drawn from the secret, by a camera that is held a quarter turn aside."""
    channels = setting.dataset.image_shape[0]
    maps, lights = views(count, channels=channels, seed=setting.seed(purpose))
    # A map has a factor of its own. At 1, an answer that does not divide shows a sticker as well.
    maps = maps / maps[:, 2:, 2:]
    return maps @ torch.tensor([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]]), lights


def photograph_example(setting: Setting) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """A sticker with bright dots, images, and for each a view and a light, one of them strong."""
    images = setting.test_images(6).images
    maps, lights = views_of(setting, "views", len(images))
    lights[0] = 1.5
    dots = torch.rand(images.shape[1], DOTS, DOTS, generator=setting.generator("dots"))
    return dots, images, maps, lights


def gradient_at_grey(
    setting: Setting, dots: int, target: int, seen: tuple[Tensor, Tensor, Tensor]
) -> Tensor:
    """The gradient of the mean loss of the target by a grey sticker of so many dots a side.

    seen: images, and for each a view and a light.
    """
    module, (images, maps, lights) = setting.victim.module, seen
    sticker = torch.full((images.shape[1], dots, dots), 0.5, requires_grad=True)
    with metrics.evaluating(module):
        logits = module(photographed(sticker, images, maps, lights, HALF))
        targets = torch.full((len(images),), target)
        loss = F.cross_entropy(logits, targets)
        (gradient,) = torch.autograd.grad(loss, sticker)
    return gradient
