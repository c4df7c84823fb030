"""A sketch of the change by training: 256 bits of a network's weights, to compare students.

A result cannot store every student's weights. It stores the signs of 256 random projections of
their change from the network that the judge gave out (Charikar 2002, "Similarity estimation
techniques from rounding algorithms": two sketches agree in a bit with probability 1 - angle / pi).
Each weight goes into one projection, with a random sign, so that all projections take one pass.
They are drawn from the secret, so that students cannot make similar weights look different.

`autograder similar` lists the pairs that agree in ALIKE of their bits. Trainings that begin with
the same network move the weights in related directions, so more than half of the bits agree between
independent answers. Among the honest variants and the sample class of
a5-adversarial-training it was 88 % at most for right answers, and 95 % for two wrong ones, which
both trained on what were nearly clean images. Noise of 5 % of the change leaves 98 %.
`pytest tests/autograder/judge/test_sketch.py` measures it again.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

BITS = 256
ALIKE = 0.97  # of the bits


def sketch(before: Sequence[Tensor], after: Sequence[Tensor], generator: torch.Generator) -> str:
    """The sketch of a training as 64 hexadecimal digits; empty where no weight has changed.

    before, after: a network's tensors in one order, all finite. generator: draws the projections;
    in the same state, the same ones.
    """
    change = torch.cat([(b - a).double().flatten() for a, b in zip(before, after, strict=True)])
    if not change.any():
        return ""
    place = torch.randint(BITS, change.shape, generator=generator)
    sign = 2 * torch.randint(2, change.shape, generator=generator) - 1
    sums = torch.zeros(BITS, dtype=torch.float64).index_add(0, place, sign * change)
    bits = "".join("1" if positive else "0" for positive in (sums > 0).tolist())
    return f"{int(bits, 2):0{BITS // 4}x}"


def agreement(first: str, second: str) -> float:
    """The part of the bits that two sketches of one assignment and secret share, from 0 to 1."""
    return 1 - (int(first, 16) ^ int(second, 16)).bit_count() / BITS
