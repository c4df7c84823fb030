"""Defences that hide something from an attacker and gain nothing by it: assignment 6 breaks them.

They are white boxes. `model` is the network behind, `transform` changes the images before it,
`decide` changes its logits after it. So a defence is decide(model(transform(images))), and an
attack may use each part by itself.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course.errors import CourseError, InputError
from course.inputs import check_images
from course.metrics import evaluating

STEEPNESS = 10.0  # logits for one unit of drift: drifts are fractions, logits are not


class Defence(nn.Module):
    """A network with a step before it and a step after it; here both steps do nothing."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def transform(self, images: Tensor) -> Tensor:
        """The input of the network for images (N, C, H, W) in [0,1]: the same shape."""
        return images

    def decide(self, logits: Tensor) -> Tensor:
        """The answer for the network's logits (N, K): logits again."""
        return logits

    def forward(self, images: Tensor) -> Tensor:
        """Images (N, C, H, W) in [0,1] to the logits of the answer."""
        return self.decide(self.model(self.transform(images)))


class Quantised(Defence):
    """Rounds every pixel to one of `levels` grey levels, evenly spaced from 0 to 1.

    Rounding is meant to remove small changes (feature squeezing, Xu et al. 2018). It removes the
    gradient instead: that of rounding is 0 wherever it exists.
    Raises CourseError for fewer than 2 levels.
    """

    def __init__(self, model: nn.Module, levels: int) -> None:
        super().__init__(model)
        if not math.isfinite(levels) or levels != int(levels) or levels < 2:
            raise CourseError(f"rounding needs at least 2 grey levels, got {levels}")
        self.levels = int(levels)

    def transform(self, images: Tensor) -> Tensor:
        """The nearest grey levels of images (N, C, H, W) in [0,1]: the same shape."""
        return (images * (self.levels - 1)).round() / (self.levels - 1)


class ScaledLogits(Defence):
    """Multiplies the logits by `factor`; no answer changes.

    The network's answers become so sure that the softmax rounds to 1 in float32, and the gradient
    of the cross-entropy to 0. Distillation at a high temperature does so (Carlini & Wagner 2017).
    Raises CourseError unless the factor is finite and above 0.
    """

    def __init__(self, model: nn.Module, factor: float) -> None:
        super().__init__(model)
        if not 0 < factor < math.inf:
            raise CourseError(f"logits are scaled by a finite number above 0, got {factor}")
        self.factor = factor

    def decide(self, logits: Tensor) -> Tensor:
        """The logits (N, K), times the factor."""
        return self.factor * logits


class Detector(nn.Module):
    """Refuses images that a slight blur changes too much, as seen by the first layers of a network.

    Blurring hardly changes the output of these layers for a natural image, but it changes their
    output for the fine pattern that an attack adds. It answers K + 1 logits: the network's K, and
    one for "refused", which is the largest exactly where the drift exceeds `limit`. It is similar
    to feature squeezing (Xu et al. 2018), which compares the answers themselves. Carlini & Wagner
    2017 evade such detectors: "Adversarial examples are not easily detected".

    model: one of the course's networks, an nn.Sequential; its first two layers are watched. Raises
    CourseError for another kind of network, and for a limit that is NaN and would refuse nothing.
    """

    def __init__(self, model: nn.Sequential, limit: float) -> None:
        super().__init__()
        if not isinstance(model, nn.Sequential):
            raise InputError(
                f"a detector watches the first two layers of an nn.Sequential, got a "
                f"{type(model).__name__}"
            )
        if math.isnan(limit):
            raise InputError("the limit of a detector must be a number, got nan")
        self.model = model
        self.limit = limit

    @classmethod
    def fitted(cls, model: nn.Sequential, images: Tensor, refused: float = 0.05) -> Detector:
        """A detector that refuses a share `refused` of these clean images, (N, C, H, W) in [0,1].

        Raises CourseError unless that share is between 0 and 1, for no image, for images in other
        units, and where the first layers put out NaN.
        """
        if not 0 < refused < 1:
            raise CourseError(f"the share refused lies between 0 and 1, got {refused}")
        if len(images) == 0:
            raise InputError("a detector is fitted on clean images; give at least one")
        check_images(images)
        detector = cls(model, math.inf)
        with evaluating(detector), torch.no_grad():
            drifts = torch.cat([detector.drift(batch) for batch in images.split(512)])
        return cls(model, drifts.quantile(1 - refused).item())

    def drift(self, images: Tensor) -> Tensor:
        """By how much a blur changes the watched activations, relative to their size: (N,).

        A size of 0, where every unit is off, is taken as 1e-12: no change is then 0, not 0/0.
        """
        blurred = F.avg_pool2d(F.pad(images, [1, 1, 1, 1], mode="replicate"), 3, stride=1)
        seen, after = (self.model[:2](each.clone()).flatten(1) for each in (images, blurred))
        return (after - seen).norm(dim=1) / seen.norm(dim=1).clamp(min=1e-12)

    def forward(self, images: Tensor) -> Tensor:
        """Images (N, C, H, W) in [0,1] to logits (N, K + 1); the last one is "refused"."""
        logits = self.model(images.clone())  # it may work in place on what it gets
        excess = STEEPNESS * (self.drift(images) - self.limit)
        return torch.cat([logits, (logits.amax(dim=1) + excess)[:, None]], dim=1)


# The defences that the judge may ask a worker for, by name, with a network and one number.
DEFENCES: dict[str, Callable[[nn.Module, float], Defence]] = {
    "quantised": lambda model, levels: Quantised(model, int(levels)),
    "scaled-logits": ScaledLogits,
}


def build(name: str, model: nn.Module, number: float) -> Defence:
    """The defence called `name` in DEFENCES around a network; its number is levels, or a factor.

    Raises CourseError for a name that is not there, and as the defence does.
    """
    if name not in DEFENCES:
        close = difflib.get_close_matches(name, DEFENCES, n=1)
        hint = f" (did you mean '{close[0]}'?)" if close else ""
        raise CourseError(f"no defence is called '{name}'{hint}; there are {', '.join(DEFENCES)}")
    return DEFENCES[name](model, number)
