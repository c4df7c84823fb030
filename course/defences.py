"""Defences that hide something from an attacker and gain nothing by it: assignment 6 breaks them.

They are white boxes. `model` is the network behind, `transform` what is done to the images before
it, `decide` what is done to its logits after. So a defence is decide(model(transform(images))), and
an attack may use each part by itself.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course.errors import CourseError
from course.inputs import check_images
from course.metrics import evaluating

STEEPNESS = 10.0  # logits for one unit of drift: drifts are fractions, logits are not


class Defence(nn.Module):
    """A network with something before it and something after it; here, nothing on either side."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def transform(self, images: Tensor) -> Tensor:
        """What the network gets to see of images (N, C, H, W) in [0,1]: the same shape."""
        return images

    def decide(self, logits: Tensor) -> Tensor:
        """What is answered for the network's logits (N, K): logits again."""
        return logits

    def forward(self, images: Tensor) -> Tensor:
        """Images (N, C, H, W) in [0,1] to the logits that are answered."""
        return self.decide(self.model(self.transform(images)))


class Quantised(Defence):
    """Rounds every pixel to one of `levels` grey levels, evenly spaced from 0 to 1.

    Small changes are to be rounded away (feature squeezing, Xu et al. 2018). What is lost is the
    gradient: that of rounding is 0 wherever it exists. Raises CourseError for fewer than 2 levels.
    """

    def __init__(self, model: nn.Module, levels: int) -> None:
        super().__init__(model)
        if levels != int(levels) or levels < 2:
            raise CourseError(f"rounding needs at least 2 grey levels, got {levels}")
        self.levels = int(levels)

    def transform(self, images: Tensor) -> Tensor:
        """The nearest grey levels of images (N, C, H, W) in [0,1]: the same shape."""
        return (images * (self.levels - 1)).round() / (self.levels - 1)


class ScaledLogits(Defence):
    """Multiplies the logits by `factor`; no answer changes.

    So sure a network answers that the softmax rounds to 1 in float32, and the gradient of the
    cross-entropy to 0. Distillation at a high temperature has this effect (Carlini & Wagner 2017).
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

    Blurring hardly moves what these layers make of a natural image, and moves what they make of
    the fine pattern that an attack adds. It answers K + 1 logits: the network's K, and one for
    "refused", which is the largest exactly where the drift exceeds `limit`. A relative of feature
    squeezing (Xu et al. 2018), which compares the answers themselves; how such detectors are
    evaded: Carlini & Wagner 2017, "Adversarial examples are not easily detected".

    model: one of the course's networks, an nn.Sequential; its first two layers are watched.
    """

    def __init__(self, model: nn.Sequential, limit: float) -> None:
        super().__init__()
        self.model = model
        self.limit = limit

    @classmethod
    def fitted(cls, model: nn.Sequential, images: Tensor, refused: float = 0.05) -> Detector:
        """A detector that refuses a share `refused` of these clean images, (N, C, H, W) in [0,1].

        Raises CourseError unless that share lies between 0 and 1, and for images in other units.
        """
        if not 0 < refused < 1:
            raise CourseError(f"the share refused lies between 0 and 1, got {refused}")
        check_images(images)
        detector = cls(model, math.inf)
        with evaluating(detector), torch.no_grad():
            drifts = torch.cat([detector.drift(batch) for batch in images.split(512)])
        detector.limit = drifts.quantile(1 - refused).item()
        return detector

    def drift(self, images: Tensor) -> Tensor:
        """By how much a blur changes the watched activations, relative to their size: (N,)."""
        blurred = F.avg_pool2d(F.pad(images, [1, 1, 1, 1], mode="replicate"), 3, stride=1)
        seen, after = (self.model[:2](each).flatten(1) for each in (images, blurred))
        return (after - seen).norm(dim=1) / seen.norm(dim=1)

    def forward(self, images: Tensor) -> Tensor:
        """Images (N, C, H, W) in [0,1] to logits (N, K + 1); the last one is "refused"."""
        logits = self.model(images)
        excess = STEEPNESS * (self.drift(images) - self.limit)
        return torch.cat([logits, (logits.amax(dim=1) + excess)[:, None]], dim=1)


# What the judge may ask a worker for, by name: a network behind it, and one number.
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
