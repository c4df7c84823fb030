"""Measurements on a network that do not change it: predictions, accuracy, uncertainty.

Everything here runs the network in evaluation mode and puts it back as it was found, so that a
lecture, an attack or the judge may measure in the middle of anything.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import NormalDist

import torch
from torch import Tensor, nn

from course.errors import CourseError, InputError, NotANumberError
from course.inputs import (
    check_count,
    check_differentiable,
    check_finite,
    check_gradient,
    check_labels,
    check_logits,
    check_made_outside,
    check_network,
    check_tensor,
    fitting,
)
from course.withheld import does


@contextmanager
def modes_kept(*models: nn.Module) -> Iterator[None]:
    """After a block, give each module of the models the mode back that it came in.

    Modes are kept module by module, because `model.train()` would unfreeze a batch normalisation
    that was frozen on purpose. They are restored after an error too.
    """
    # A network that `torch.jit.freeze` made has no modes.
    flags = [
        (module, module.training)
        for model in models
        for module in model.modules()
        if hasattr(module, "training")
    ]
    try:
        yield
    finally:
        for module, training in flags:
            module.training = training


@contextmanager
def evaluating(*models: nn.Module) -> Iterator[None]:
    """Put models in evaluation mode for a block; afterwards each module has its own flag again.

    Flags are restored after an error too. Gradients are not touched. They belong to the network and
    not to a thread: two threads need a network each. Raises InputError for a function in place of a
    network, and for one whose mode is fixed, such as that of `torch.export`.
    """
    for model in models:
        check_network(model)
    with modes_kept(*models):
        for model in models:
            set_mode(model, training=False)
        yield


def set_mode(model: nn.Module, *, training: bool) -> None:
    """Put a whole model in one mode. Raises InputError for one that was exported in its mode."""
    try:
        if training:
            model.train()
        else:
            model.eval()
    except NotImplementedError as error:
        raise InputError(
            f"the mode of this {type(model).__name__} cannot be changed ({error}); use the network "
            f"that it was exported from"
        ) from error


def logits_of(model: nn.Module, images: Tensor, labels: Tensor | None = None) -> Tensor:
    """Logits (N, num_classes) of images (N, C, H, W), in the mode that the model is in.

    What `model(images)` gives, and safe with any network: it gets a copy, so that one that
    normalises its input in place does not change the caller's images, and its answer is looked
    at. Gradients go through to the images. labels (N,), where given, must be classes of it.

    Raises InputError where the answer is no tensor of one row of logits per image, the network
    does not take such images, no gradient leads back to images that ask for one, or a label is no
    class of it; NotANumberError for NaN in the logits,
    and later, where a gradient is asked for, in the gradient.
    """
    copy = images.clone()
    if copy.requires_grad:
        check_made_outside(model)
        copy.register_hook(check_gradient)
    with fitting(model, images):
        logits = model(copy)
    check_logits(logits, images)
    if copy.requires_grad:
        check_differentiable(logits)
    if labels is not None:
        check_labels(images, labels, logits.shape[1])
    return logits


def predict(model: nn.Module, images: Tensor, batch_size: int = 512) -> Tensor:
    """Logits (N, num_classes) for images (N, C, H, W), without gradients.

    The images are in the units that the network takes: [0,1] for all of the course's networks, but
    a network that takes normalised images can be measured too. Raises CourseError where there is
    no image, and NotANumberError where an image or a logit is NaN: such an answer is no class;
    InputError as `logits_of` does.
    """
    check_tensor(images, "images")
    if images.ndim == 0 or len(images) == 0:
        raise CourseError("there are no images to predict; give at least one")
    batch_size = check_count(batch_size, "batch_size")
    check_finite(images)
    # no_grad rather than inference_mode: the result may be used in a later gradient.
    with evaluating(model), torch.no_grad():
        return torch.cat([logits_of(model, batch) for batch in images.split(batch_size)])


@does("accuracy")
def accuracy(model: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Fraction of images (N, C, H, W) whose highest logit is at their label (N,), in [0,1].

    Raises CourseError where there is no image, not one label per image or a label that is no class
    of the network, and as `predict` does.
    """
    check_tensor(images, "images")
    check_labels(images, labels)
    logits = predict(model, images)
    check_labels(images, labels, logits.shape[1])
    predictions = logits.argmax(dim=1)
    return (predictions == labels.to(predictions.device)).double().mean().item()


def confidence(model: nn.Module, images: Tensor) -> Tensor:
    """Softmax probability of the predicted class (N,), in [0,1], for images (N, C, H, W).

    Raises CourseError as `predict` does, and NotANumberError for a logit of plus infinity, of which
    the softmax is NaN.
    """
    probabilities = predict(model, images).softmax(dim=1)
    if probabilities.isnan().any():
        raise NotANumberError(
            "the softmax of infinite logits is NaN; look for very large weights or a division by 0"
        )
    return probabilities.amax(dim=1)


def confusion_matrix(labels: Tensor, predictions: Tensor, num_classes: int) -> Tensor:
    """Counts (num_classes, num_classes), int64: row is the label, column the prediction.

    `predictions` are classes (N,), not logits. Raises CourseError where the two differ in shape
    or a class lies outside 0 .. num_classes - 1, and for fewer than one class.
    """
    check_tensor(labels, "labels")
    check_tensor(predictions, "predictions")
    num_classes = check_count(num_classes, "num_classes")
    if labels.shape != predictions.shape or labels.ndim != 1:
        raise CourseError(
            f"a confusion matrix needs one prediction per label, both as classes (N,); got shapes "
            f"{tuple(labels.shape)} and {tuple(predictions.shape)}; take argmax(dim=1) of logits"
        )
    if labels.is_floating_point() or predictions.is_floating_point():
        raise CourseError(
            f"classes must be whole numbers, got {labels.dtype} and {predictions.dtype}; use "
            f"`.long()`"
        )
    labels, predictions = labels.long(), predictions.long()  # a uint8 overflows below at 256
    both = torch.cat([labels, predictions])
    if len(both) and not (both.min() >= 0 and both.max() < num_classes):
        raise CourseError(
            f"classes must lie in 0 .. {num_classes - 1}; got {both.min()} to {both.max()}"
        )
    cells = labels * num_classes + predictions
    return torch.bincount(cells, minlength=num_classes**2).view(num_classes, num_classes)


def wilson_interval(correct: int, total: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval for a fraction `correct / total`: (low, high), both in [0,1].

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927. It
    stays inside [0,1] and has a width at 0 % and 100 %, where the usual plus-minus has none.
    Raises CourseError unless 0 <= correct <= total, total > 0 and 0 < level < 1.
    """
    if not (total > 0 and 0 <= correct <= total and 0 < level < 1):
        raise CourseError(
            f"an interval needs 0 <= correct <= total, total > 0 and a level between 0 and 1; got "
            f"correct={correct}, total={total}, level={level}"
        )
    z = NormalDist().inv_cdf(min(0.5 + level / 2, math.nextafter(1, 0)))  # 1 by rounding alone
    fraction = correct / total
    centre = fraction + z**2 / (2 * total)
    reach = z * math.sqrt(fraction * (1 - fraction) / total + z**2 / (4 * total**2))
    scale = 1 + z**2 / total
    return max(0.0, (centre - reach) / scale), min(1.0, (centre + reach) / scale)
