"""Trains a network: one loop for lectures, figures and bars.

The loop is plain supervised learning with one addition: through `perturb` a caller may change each
batch first (adversarial training). All images are in one tensor, and a batch is an index into it,
since for such small images a data loader would cost more than the network.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import SGD, Adam, AdamW, Optimizer
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, OneCycleLR, StepLR
from tqdm import tqdm

from course.errors import CourseError, InputError
from course.inputs import (
    check_answer,
    check_count,
    check_images,
    check_labels,
    check_seed,
    check_tensor,
    fitting,
)
from course.metrics import modes_kept
from course.saving import load, save  # noqa: F401  earlier notebooks import them here
from course.training_loop import split_batches, training_mode
from course.withheld import does

Perturb = Callable[[nn.Module, Tensor, Tensor, float], Tensor]
"""(model, images, labels, fraction of training done in [0,1)) -> images to learn from instead.

It may return several versions of the batch one after the other, such as clean then attacked: each
has the same labels, and the loss is the mean over all.
"""


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a training run besides network and images.

    "one-cycle" is L. N. Smith's schedule (arXiv:1708.07120): up to `learning_rate`, then down to
    almost nothing; "step" keeps 70 % of the rate after each epoch. `bfloat16` computes in half the
    bits where that is safe; with `channels_last` it is about twice as fast on CPUs that have it.
    Raises CourseError for values that make no sense.
    """

    epochs: int
    batch_size: int = 128
    optimizer: Literal["adamw", "adam", "sgd"] = "adam"
    learning_rate: float = 0.005
    schedule: Literal["constant", "step", "one-cycle"] = "one-cycle"
    weight_decay: float = 0.0
    momentum: float = 0.9
    label_smoothing: float = 0.0
    channels_last: bool = False
    bfloat16: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        # As plain ints, also where they come from NumPy: schedules and headers take no others.
        for field in ("epochs", "batch_size"):
            object.__setattr__(self, field, check_count(getattr(self, field), field))
        object.__setattr__(self, "seed", check_seed(self.seed))
        checks: dict[str, Callable[[], bool]] = {
            "optimizer": lambda: self.optimizer in ("adamw", "adam", "sgd"),
            "learning_rate": lambda: 0 < self.learning_rate < math.inf,
            "schedule": lambda: self.schedule in ("constant", "step", "one-cycle"),
            "weight_decay": lambda: 0 <= self.weight_decay < math.inf,
            "momentum": lambda: 0 <= self.momentum < 1,
            "label_smoothing": lambda: 0 <= self.label_smoothing < 1,
        }
        for field, holds in checks.items():
            try:
                makes_sense = holds()
            except TypeError:  # no number
                makes_sense = False
            if not makes_sense:
                raise CourseError(f"a recipe cannot have {field}={getattr(self, field)!r}")


def has_bfloat16_units(cpuinfo: str) -> bool:
    """Whether a processor has its own units for bfloat16: AMX, AVX-512 BF16 or Arm's BF16.

    cpuinfo: Linux's description of it. Without such units a product in bfloat16 is made of several
    others, and takes about twice as long as in float32.
    """
    words = set(cpuinfo.split())
    return not words.isdisjoint({"amx_bf16", "avx512_bf16", "bf16"})


def _cpuinfo() -> str:
    """Linux's description of this processor; empty elsewhere, where float32 is used."""
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


FAST_MNIST = Recipe(
    epochs=2,
    batch_size=256,
    optimizer="adamw",
    learning_rate=0.008,
    weight_decay=0.01,
    label_smoothing=0.05,
    channels_last=True,
    bfloat16=has_bfloat16_units(_cpuinfo()),
)
"""99 % on MNIST in seconds, with "fast-cnn"; in the precision that is fastest on this processor."""

PUBLISHED_MNIST = Recipe(
    epochs=5, batch_size=128, optimizer="sgd", learning_rate=0.01, schedule="constant"
)
"""What a published report trained "wide-cnn" with."""


def plain_recipe(epochs: int, *, seed: int = 0) -> Recipe:
    """Plain training that suits every small network and profile of the course.

    Raises CourseError for fewer than one epoch.
    """
    return Recipe(epochs=epochs, batch_size=64, learning_rate=0.005, seed=seed)


@dataclass(frozen=True)
class History:
    """Per epoch, mean loss in nats and fraction correct on the batches as trained on.

    `seconds` is the wall time of the whole training.
    """

    loss: list[float]
    accuracy: list[float]
    seconds: float


@does("train")
def fit(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    recipe: Recipe,
    *,
    perturb: Perturb | None = None,
    progress: bool = True,
) -> History:
    """Train `model` in place on images (N, C, H, W) in [0,1] and labels (N,); cross-entropy.

    On one machine and number of threads, the same start, recipe and data give bit-identical
    weights on a CPU. The global random state is left as it was. A batch normalisation that was
    frozen stays frozen, as `course.training_loop.training_mode` says. The model is left in
    evaluation mode, or after an error in the modes it came in. The bar is drawn on a terminal only.

    Raises CourseError for images or labels that do not fit, for a network that cannot learn, when
    `perturb` does not return the batch once or several times, and when training diverges.
    """
    _check_data(images, labels)
    images = images.detach()  # or the caller's images would get gradients too
    start = time.perf_counter()
    losses: list[float] = []
    accuracies: list[float] = []
    step = 0
    # Dropout and a perturbation draw from the global random state, so that is what is seeded.
    with (
        torch.random.fork_rng(devices=range(torch.cuda.device_count())),
        training_mode(model),
        _memory_format(model, recipe.channels_last) as memory_format,
        tqdm(unit="step", disable=None if progress else True) as bar,
    ):
        torch.manual_seed(recipe.seed)
        device = next(model.parameters()).device
        in_an_epoch = len(split_batches(model, torch.arange(len(images)), recipe.batch_size))
        steps = bar.total = recipe.epochs * in_an_epoch
        optimizer = _optimizer(model, recipe)
        schedule = _schedule(optimizer, recipe, steps)
        for epoch in range(recipe.epochs):
            total_loss, total_correct, seen = 0.0, 0, 0
            order = torch.randperm(len(images)).to(images.device)
            for index in split_batches(model, order, recipe.batch_size):
                x = images[index].to(device).contiguous(memory_format=memory_format)
                y = labels[index].to(device)
                if perturb is not None:
                    x = _perturbed(perturb, model, x, y, step / steps)
                    y = y.repeat(len(x) // len(y))
                loss, correct = _learn(model, x, y, optimizer, recipe)
                if not math.isfinite(loss):
                    raise _diverged(recipe, epoch, loss)
                schedule.step()
                step += 1
                bar.update()
                total_loss += loss * len(y)
                total_correct += correct
                seen += len(y)
            losses.append(total_loss / seen)
            accuracies.append(total_correct / seen)
            bar.set_postfix(loss=f"{losses[-1]:.3f}", accuracy=f"{accuracies[-1]:.3f}")
    model.eval()
    if not all(weight.isfinite().all() for weight in model.parameters()):
        raise _diverged(recipe, recipe.epochs - 1, math.nan)
    return History(losses, accuracies, time.perf_counter() - start)


def _perturbed(
    perturb: Perturb, model: nn.Module, images: Tensor, labels: Tensor, done: float
) -> Tensor:
    """The images to learn from, and the model in the modes that it learns in."""
    with modes_kept(model):
        changed = perturb(model, images, labels, done)
    shape = getattr(changed, "shape", None)
    if shape is None or shape[1:] != images.shape[1:] or len(changed) % len(images) or not shape[0]:
        found = type(changed).__name__ if shape is None else tuple(shape)
        raise InputError(
            f"perturb must return the images of its batch, {tuple(images.shape)}, once or several "
            f"times one after the other; got {found}"
        )
    return changed.detach()


def _learn(
    model: nn.Module, images: Tensor, labels: Tensor, optimizer: Optimizer, recipe: Recipe
) -> tuple[float, int]:
    """One step down the gradient; the loss before it, and how many images were right."""
    autocast = torch.autocast(images.device.type, torch.bfloat16, enabled=recipe.bfloat16)
    with fitting(model, images), autocast:
        logits = model(images)
    check_answer(logits, images)
    check_labels(logits, labels, logits.shape[1])
    loss = F.cross_entropy(logits.float(), labels, label_smoothing=recipe.label_smoothing)
    # Here and not earlier: an attack in `perturb` may leave gradients.
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item(), int((logits.detach().argmax(dim=1) == labels).sum())


def _check_data(images: Tensor, labels: Tensor) -> None:
    """Refuse data that would fail late or, worse, train on the wrong scale."""
    check_tensor(images, "images")
    check_tensor(labels, "labels")
    if images.ndim != 4 or len(images) == 0 or not images.is_floating_point():
        raise CourseError(
            f"training needs float32 images of shape (N, C, H, W), at least one; got "
            f"{images.dtype} of shape {tuple(images.shape)}"
        )
    if labels.shape != images.shape[:1] or labels.dtype != torch.int64:
        raise CourseError(
            f"training needs one int64 label per image; got {labels.dtype} of shape "
            f"{tuple(labels.shape)} for {len(images)} images"
        )
    check_images(images)
    check_labels(images, labels)


def _diverged(recipe: Recipe, epoch: int, loss: float) -> CourseError:
    return CourseError(
        f"training diverged in epoch {epoch + 1} of {recipe.epochs} (the loss is {loss}); lower "
        f"learning_rate, which is {recipe.learning_rate:g}, or epsilon if images are attacked"
    )


def _optimizer(model: nn.Module, recipe: Recipe) -> Optimizer:
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    if recipe.optimizer == "sgd":
        return SGD(weights, recipe.learning_rate, recipe.momentum, weight_decay=recipe.weight_decay)
    kind = AdamW if recipe.optimizer == "adamw" else Adam
    return kind(weights, recipe.learning_rate, weight_decay=recipe.weight_decay, fused=True)


def _schedule(optimizer: Optimizer, recipe: Recipe, steps: int) -> LRScheduler:
    if recipe.schedule == "constant":
        return LambdaLR(optimizer, lambda _: 1.0)
    if recipe.schedule == "step":
        return StepLR(optimizer, step_size=steps // recipe.epochs, gamma=0.7)
    # One step more than is taken, since the rate of the last one is 0.
    return OneCycleLR(optimizer, recipe.learning_rate, total_steps=steps + 1)


@contextmanager
def _memory_format(model: nn.Module, channels_last: bool) -> Iterator[torch.memory_format]:
    """Keep weights channels last for a block only: afterwards `view(-1)` works on them again."""
    memory_format = torch.channels_last if channels_last else torch.contiguous_format
    filters = [weight for weight in model.parameters() if weight.ndim == 4]
    try:
        for weight in filters:
            # Not `contiguous`: filters of one input channel are contiguous in both formats and
            # would keep their strides, from which the later layers take their format.
            weight.data = weight.data.clone(memory_format=memory_format)
        yield memory_format
    finally:
        for weight in filters:
            weight.data = weight.data.clone(memory_format=torch.contiguous_format)
