"""Images of which a drawn share is right, for questions that are answered by that share.

Among all hidden images the share is the same for every hand-in, and feedback tells it. So each
hand-in is asked about other images, with more or fewer right ones among them.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from autograder.judge.checking import Setting


def with_drawn_share(
    handin: Setting, purpose: str, right: Tensor, count: int, *, first: Sequence[int] = ()
) -> Tensor:
    """The rows of `count` images in a drawn order; how many of them are right is drawn, too.

    right: which of all images are right, (N,) bool. As far as there are enough of them, their share
    is at least half of what it is among all images, and the share of the wrong ones is, too.
    first: rows that are taken before others of their kind.
    """
    draw = handin.generator(f"rows of {purpose}")
    kept, lost = ((right == wanted).nonzero().flatten() for wanted in (True, False))
    count = min(count, len(right))
    share = len(kept) / len(right)
    least = max(round(share / 2 * count), count - len(lost))
    most = min(round((1 + share) / 2 * count), len(kept))
    number = handin.drawn(f"right ones of {purpose}", least, max(least, most))
    parts = []
    for part, size in ((kept, number), (lost, count - number)):
        part = part[torch.randperm(len(part), generator=draw)]  # noqa: PLW2901  in drawn order
        ahead = torch.isin(part, torch.tensor(first, dtype=part.dtype))
        parts.append(torch.cat([part[ahead], part[~ahead]])[:size])
    rows = torch.cat(parts)
    return rows[torch.randperm(len(rows), generator=draw)]


def drawn_half(handin: Setting, count: int) -> Tensor:
    """Which of `count` images get a wrong label, (count,) bool: about half of them."""
    number = round(count * handin.drawn("percent with wrong labels", 35, 60) / 100)
    draw = handin.generator("which have wrong labels")
    return torch.randperm(count, generator=draw) < number
