"""Extension: targeted attacks, which lead a network to one chosen answer."""

from __future__ import annotations

from torch import Tensor, nn

from course.metrics import predict
from solutions.pgd import cross_entropy, pgd


def targeted_pgd(
    model: nn.Module,
    images: Tensor,
    targets: Tensor,
    epsilon: float,
    *,
    step_size: float,
    steps: int,
) -> Tensor:
    """Return images that the model takes for their targets, as far as epsilon allows.

    PGD without a random start, down the cross-entropy to the target instead of up the one to the
    truth (Kurakin et al. 2017, section 2.3).

    images (n, C, H, W) in [0, 1]; targets (n,), the classes wanted; epsilon and step_size in
    pixel units. The result is detached, in [0, 1] and within epsilon; images and model are left
    as they were. Raises ValueError as `pgd` does.
    """
    return pgd(
        model,
        images,
        targets,
        epsilon,
        step_size=step_size,
        steps=steps,
        random_start=False,
        loss=lambda logits, wanted: -cross_entropy(logits, wanted),
    )


def least_likely(model: nn.Module, images: Tensor) -> Tensor:
    """Return for each image the class that the model finds least likely: the hardest target.

    (Kurakin et al. 2017, section 2.3.) images (n, C, H, W) in [0, 1]; returns (n,), int64. The
    model runs in evaluation mode, and its modes are put back.
    """
    return predict(model, images).argmin(dim=1)
