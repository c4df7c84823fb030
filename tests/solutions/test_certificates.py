"""Bounds and proofs: closed forms first, then comparisons with images and attacks."""

from __future__ import annotations

import itertools
from collections import OrderedDict

import pytest
import torch
from torch import nn

from solutions.certificates import (
    box,
    interval_bounds,
    interval_margins,
    linear_margins,
    relu_bounds,
)
from solutions.evaluation import worst_of
from solutions.figures.measured.certificates import small_network
from solutions.verification import verify


def images_and_labels(n: int = 6) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(n, 1, 28, 28, generator=generator)
    return images, small_network(1)(images).argmax(dim=1)


def two_pixels() -> nn.Sequential:
    """A network small enough to search by hand: 2 pixels, 3 ReLUs, 2 classes."""
    model = nn.Sequential(
        OrderedDict(
            flatten=nn.Flatten(), hidden=nn.Linear(2, 3), relu=nn.ReLU(), out=nn.Linear(3, 2)
        )
    )
    with torch.no_grad():
        model.hidden.weight.copy_(torch.tensor([[1.0, -1.0], [-1.0, 1.0], [1.0, 1.0]]))
        model.hidden.bias.copy_(torch.tensor([0.0, 0.0, -1.0]))
        model.out.weight.copy_(torch.tensor([[0.2, 0.1, 1.0], [1.0, 1.0, -1.0]]))
        model.out.bias.copy_(torch.tensor([0.3, 0.0]))
    return model


def smallest_lead(model: nn.Module, image: torch.Tensor, label: int, epsilon: float) -> float:
    """The true logit's smallest lead on a fine grid of the box; the answer to compare with."""
    low, high = box(image.unsqueeze(0), epsilon)
    steps = torch.linspace(0, 1, 201)
    grid = torch.stack([torch.stack([a, b]) for a, b in itertools.product(steps, steps)])
    pixels = low.flatten() + grid * (high - low).flatten()
    logits = model(pixels.view(-1, 1, 1, 2))
    return (logits[:, label] - logits[:, 1 - label]).min().item()


def test_the_worked_example_of_the_lecture() -> None:
    layer = nn.Linear(2, 1)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[1.0, -2.0]]))
        layer.bias.fill_(0.5)
    low, high = interval_bounds(
        [layer, nn.ReLU()], torch.tensor([[0.2, 0.1]]), torch.tensor([[0.4, 0.3]])
    )
    assert (low.item(), high.item()) == pytest.approx((0.1, 0.7))


def test_two_equal_paths_cancel_for_lines_and_not_for_intervals() -> None:
    """x - x is 0 for every x, but an interval does not know that both are the same pixel."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(1, 2), nn.ReLU(), nn.Linear(2, 2))
    with torch.no_grad():
        for value in model.parameters():
            value.zero_()
        model[1].weight.fill_(1.0)
        model[3].weight[0] = torch.tensor([1.0, -1.0])
        model[3].bias[0] = 0.1
    image, label = torch.full((1, 1, 1, 1), 0.5), torch.tensor([0])
    assert interval_margins(model, image, label, 0.2)[0, 1].item() == pytest.approx(0.1 - 0.4)
    assert linear_margins(model, image, label, 0.2)[0, 1].item() == pytest.approx(0.1, abs=1e-6)


@pytest.mark.parametrize("epsilon", [0.0, 0.02, 0.1])
def test_no_image_in_the_box_contradicts_a_bound(epsilon: float) -> None:
    model, (images, labels) = small_network(1), images_and_labels()
    low, high = box(images, epsilon)
    bounds = [
        interval_margins(model, images, labels, epsilon),
        linear_margins(model, images, labels, epsilon),
    ]
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for _ in range(50):
            where = torch.rand(images.shape, generator=generator).round()
            logits = model(low + where * (high - low))
            lead = logits.gather(1, labels[:, None]) - logits
            assert all(
                (lead >= bound - 1e-4).all() for bound in (b.nan_to_num(posinf=-9) for b in bounds)
            )


def test_without_room_every_bound_is_the_answer_itself() -> None:
    model, (images, labels) = small_network(1), images_and_labels()
    logits = model(images)
    lead = (logits.gather(1, labels[:, None]) - logits).masked_fill(
        nn.functional.one_hot(labels, 10).bool(), torch.inf
    )
    for margins in (interval_margins, linear_margins):
        torch.testing.assert_close(margins(model, images, labels, 0.0), lead, atol=1e-4, rtol=1e-4)


def test_bounds_before_the_relus_hold() -> None:
    model, (images, _) = small_network(1), images_and_labels()
    low, high = box(images, 0.05)
    moved = low + torch.rand(images.shape) * (high - low)
    for (below, above), inputs in zip(
        relu_bounds(model, images, 0.05), (model[:1](moved), model[:3](moved)), strict=True
    ):
        assert (inputs >= below - 1e-5).all()
        assert (inputs <= above + 1e-5).all()


def test_what_is_proved_survives_every_attack() -> None:
    model, (images, labels) = small_network(1), images_and_labels(20)
    for epsilon in (0.005, 0.02):
        proved = linear_margins(model, images, labels, epsilon).amin(dim=1) > 0
        proved |= interval_margins(model, images, labels, epsilon).amin(dim=1) > 0
        attacked = worst_of(model, images, labels, epsilon, steps=10, restarts=1).survived
        assert not (proved & ~attacked).any()


@pytest.mark.parametrize("epsilon", [0.05, 0.15, 0.3, 0.45])
def test_the_exact_answer_is_that_of_a_fine_grid(epsilon: float) -> None:
    model = two_pixels()
    for image in (torch.tensor([[[0.5, 0.6]]]), torch.tensor([[[0.7, 0.4]]])):
        label = int(model(image.unsqueeze(0)).argmax())
        smallest = smallest_lead(model, image, label, epsilon)
        assert abs(smallest) > 0.01, "too close to 0 for a grid to decide"
        found = verify(model, image, label, epsilon)
        assert found.answer == ("robust" if smallest > 0 else "broken")


def test_a_layer_without_bounds_is_named() -> None:
    with pytest.raises(TypeError, match="Sigmoid"):
        interval_bounds([nn.Sigmoid()], torch.zeros(1), torch.ones(1))
    model = nn.Sequential(nn.Flatten(), nn.Sigmoid(), nn.Linear(4, 2))
    with pytest.raises(TypeError, match="Sigmoid"):
        linear_margins(model, torch.zeros(1, 1, 2, 2), torch.tensor([0]), 0.1)


# --- other layers, other units -------------------------------------------------------------------


def random_points(image: torch.Tensor, epsilon: float) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    signs = torch.randint(0, 2, (500, *image.shape), generator=generator) * 2.0 - 1
    return (image + epsilon * signs).clamp(0, 1)


@pytest.mark.parametrize(
    "conv",
    [
        {"out_channels": 4, "groups": 2},
        {"out_channels": 3, "dilation": 2, "padding": 2},
        {"out_channels": 3, "dilation": 2, "padding": 1, "stride": 2, "bias": False},
    ],
)
def test_bounds_hold_for_groups_dilation_and_layers_without_bias(conv: dict[str, int]) -> None:
    torch.manual_seed(0)
    first = nn.Conv2d(2, kernel_size=3, **conv)
    image = torch.rand(1, 2, 7, 7)
    size = first(image).numel()
    model = nn.Sequential(
        nn.ReLU(inplace=True),
        first,
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(size, 8, bias=False),
        nn.ReLU(),
        nn.Linear(8, 4, bias=False),
    )
    label = model(image).argmax(dim=1)
    logits = model(random_points(image[0], 0.05))
    lead = logits[:, label] - logits
    lead[:, label] = float("inf")
    for margins in (interval_margins, linear_margins):
        assert (margins(model, image, label, 0.05) <= lead.amin(dim=0) + 1e-5).all()
        assert torch.equal(
            margins(model, image, label.byte(), 0.05), margins(model, image, label, 0.05)
        )


@pytest.mark.parametrize("mode", ["circular", "replicate", "reflect"])
def test_padding_with_anything_but_zeros_is_refused(mode: str) -> None:
    conv = nn.Conv2d(1, 2, 3, padding=1, padding_mode=mode)
    model = nn.Sequential(conv, nn.ReLU(), nn.Flatten(), nn.Linear(32, 3))
    image, label = torch.rand(1, 1, 4, 4), torch.tensor([0])
    for margins in (interval_margins, linear_margins):
        with pytest.raises(TypeError, match=f"padding_mode='{mode}'"):
            margins(model, image, label, 0.1)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (nn.Sequential(), "an nn.Sequential"),
        (nn.ModuleList([nn.Flatten(), nn.Linear(4, 2)]), "an nn.Sequential"),
        (nn.Sequential(nn.Flatten()), "last layer must be linear"),
    ],
)
def test_networks_of_another_kind_are_refused(model: nn.Module, words: str) -> None:
    image, label = torch.rand(1, 1, 2, 2), torch.tensor([0])
    for margins in (interval_margins, linear_margins):
        with pytest.raises(TypeError, match=words):
            margins(model, image, label, 0.1)
    with pytest.raises(TypeError, match=words):
        verify(model, image[0], 0, 0.1)


def test_bounds_are_of_pixels_and_an_epsilon_in_pixel_units() -> None:
    model, image = two_pixels(), torch.rand(1, 1, 1, 2)
    for pixels, epsilon in ((image, -0.1), (image, 8), (image * 255 + 2, 0.1)):
        for call in (box, lambda x, e: relu_bounds(model, x, e)):
            with pytest.raises(ValueError, match="must"):
                call(pixels, epsilon)
    with pytest.raises(ValueError, match="low <= high"):
        interval_bounds(model, image + 1, image)
    with pytest.raises(ValueError, match="from 0 to 1"):
        interval_margins(model, image, torch.tensor([2]), 0.1)


def test_a_linear_network_and_linear_layers_in_a_row_are_decided() -> None:
    torch.manual_seed(0)
    for layers in (
        [nn.Linear(2, 2)],
        [nn.Linear(2, 3), nn.Linear(3, 2)],
        [nn.Linear(2, 3), nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 3), nn.Linear(3, 2, bias=False)],
    ):
        model = nn.Sequential(nn.Flatten(), *layers)
        answers = set()
        for image in torch.rand(4, 1, 1, 2):
            label = int(model(image.unsqueeze(0)).argmax())
            for epsilon in (0.01, 0.2, 0.9):
                found = verify(model, image, label, epsilon).answer
                lead = smallest_lead(model, image, label, epsilon)
                assert found == ("robust" if lead > 0 else "broken") or abs(lead) < 1e-3
                answers.add(found)
        assert answers
