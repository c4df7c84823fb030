"""Logits with known margins, on which the student's margin loss is checked."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from autograder.judge.answer_key import pgd as reference
from autograder.judge.checking import (
    Cause,
    Setting,
    Wrong,
    in_words,
    kind,
    no_tensor,
    require_images,
)


def some_logits(setting: Setting, classes: int) -> tuple[Tensor, Tensor]:
    """Logits, most of them below 0; the true class is the largest in some images, not in all.

    The first image is of class 1: where it stands alone, the number of classes must be read from
    the logits, not from the labels.
    """
    generator = setting.generator(f"{classes} logits")
    logits = 4 * torch.randn(60, classes, generator=generator) - 5
    labels = torch.randint(0, classes, (60,), generator=generator)
    logits[0] = logits[0].roll(1 - int(logits[0].argmax()))
    labels[::3] = logits[::3].argmax(dim=1)
    return logits, labels


def some_margin(setting: Setting, classes: int) -> tuple[Tensor, Tensor, Tensor]:
    """Such logits, their labels, and the margins."""
    logits, labels = some_logits(setting, classes)
    return logits, labels, reference.margin_loss(logits, labels)


def confident_margin(setting: Setting) -> tuple[Tensor, Tensor, Tensor]:
    """Very large logits, their labels, and the gradient of the margins."""
    logits, labels = some_logits(setting, setting.dataset.num_classes)
    x = (1e6 * logits).requires_grad_()
    (gradient,) = torch.autograd.grad(reference.margin_loss(x, labels).sum(), x)
    return x.detach(), labels, gradient


def require_per_image(answer: Any, like: Tensor, cause: Cause) -> Tensor:
    """The answer as one finite number for each image."""
    if not isinstance(answer, Tensor) or answer.shape != like.shape:
        raise Wrong(
            f"a tensor of shape {tuple(like.shape)}, one number for each image",
            kind(answer),
            cause=in_words(cause) or no_tensor(answer),
            hint="No mean, no sum: an attack adds the images up itself.",
        )
    return require_images(answer, like)
