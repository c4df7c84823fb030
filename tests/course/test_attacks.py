"""The attack that assignment 6 imports gives the same as the reference of assignment 4."""

import pytest
import torch

from course import attacks
from course.errors import InputError
from course.models import build
from solutions import pgd as reference

GENERATOR = torch.Generator().manual_seed(0)
IMAGES = torch.rand(5, 1, 28, 28, generator=GENERATOR)
LABELS = torch.tensor([0, 1, 2, 3, 4])


@pytest.mark.parametrize("loss", ["cross_entropy", "margin_loss"])
@pytest.mark.parametrize("random_start", [True, False])
def test_it_goes_where_the_reference_goes(loss: str, random_start: bool) -> None:
    network = build("tiny-cnn", seed=0).train()
    how = {"step_size": 0.05, "steps": 4, "random_start": random_start}
    found, right = (
        module.pgd(
            network,
            IMAGES,
            LABELS,
            0.1,
            loss=getattr(module, loss, reference.cross_entropy),
            generator=torch.Generator().manual_seed(1),
            **how,
        )
        for module in (attacks, reference)
    )
    assert (found - right).abs().max() <= 1e-6
    assert not found.requires_grad
    assert all(module.training for module in network.modules())


def test_the_margin_is_that_of_the_reference() -> None:
    logits = torch.randn(5, 10, generator=GENERATOR)
    right = reference.margin_loss(logits, LABELS)
    assert torch.allclose(attacks.margin_loss(logits, LABELS), right)


def test_a_projection_stays_in_the_box() -> None:
    moved = IMAGES + torch.randn(IMAGES.shape, generator=GENERATOR)
    found = attacks.project(IMAGES, moved, 0.1)
    assert torch.allclose(found, reference.project(IMAGES, moved, 0.1), atol=1e-6)


@pytest.mark.parametrize(
    ("epsilon", "step", "steps"), [(-0.1, 0.1, 1), (8, 0.1, 1), (0.1, 0.1, -1)]
)
def test_what_is_no_attack_is_refused(epsilon: float, step: float, steps: int) -> None:
    with pytest.raises(InputError):
        attacks.pgd(build("linear"), IMAGES, LABELS, epsilon, step_size=step, steps=steps)
