"""The references of the extensions: closed forms first, then independent libraries."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course.models import build
from solutions.extensions.l2 import l2_pgd, lengths, project_l2
from solutions.extensions.patch import apply_patch, photograph, train_patch, train_sticker
from solutions.extensions.targeted import least_likely, targeted_pgd
from solutions.extensions.trades import most_different, trades_loss, trades_train


@pytest.fixture
def images() -> Tensor:
    return torch.rand(16, 1, 28, 28, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def labels() -> Tensor:
    return torch.arange(16) % 10


def two_classes() -> tuple[nn.Module, Tensor]:
    """A linear network, and the direction of length 1 that raises the loss of class 0."""
    model = build("linear", num_classes=2, seed=0)
    weights = model.get_parameter("logits.weight").detach()
    direction = (weights[1] - weights[0]).view(1, 1, 28, 28)
    return model, direction / direction.norm()


# --- targeted ------------------------------------------------------------------------------------


def test_on_a_linear_network_the_target_lies_along_the_sign_of_the_weights(images: Tensor) -> None:
    model, direction = two_classes()
    grey = 0.4 + 0.2 * images
    moved = targeted_pgd(
        model, grey, torch.ones(16, dtype=torch.int64), 0.1, step_size=0.03, steps=5
    )
    torch.testing.assert_close(moved, grey + 0.1 * direction.sign())


@pytest.mark.parametrize("name", ["tiny-cnn", "strided-cnn"])
def test_targeted_equals_foolbox(name: str, images: Tensor) -> None:
    foolbox = pytest.importorskip("foolbox")
    model = build(name, seed=0)
    targets = least_likely(model, images)
    attack = foolbox.attacks.LinfPGD(abs_stepsize=0.01, steps=10, random_start=False)
    wrapped = foolbox.PyTorchModel(model.eval(), bounds=(0, 1))
    goal = foolbox.criteria.TargetedMisclassification(targets)
    _, theirs, _ = attack(wrapped, images, goal, epsilons=0.1)
    ours = targeted_pgd(model, images, targets, 0.1, step_size=0.01, steps=10)
    assert torch.equal(ours, theirs)


def test_least_likely_keeps_the_mode(images: Tensor) -> None:
    model = build("fast-cnn", seed=0).train()
    expected = model.eval()(images).argmin(dim=1)
    assert torch.equal(least_likely(model.train(), images), expected)
    assert model.training


# --- L2 ------------------------------------------------------------------------------------------


def test_projection_shortens_only_what_is_too_long(images: Tensor) -> None:
    grey = 0.4 + 0.2 * images
    change = torch.randn(images.shape, generator=torch.Generator().manual_seed(1))
    change = change / lengths(change) * torch.linspace(0, 3, 16).view(-1, 1, 1, 1)
    got = lengths(project_l2(grey, grey + change, 1.0) - grey).flatten()
    torch.testing.assert_close(got, torch.linspace(0, 3, 16).clamp(max=1))
    assert torch.equal(project_l2(grey, grey, 0.0), grey)


def test_projection_is_nearer_than_any_other_point_of_the_ball() -> None:
    grey = torch.full((1, 1, 6, 6), 0.5)
    far = grey + torch.randn(grey.shape, generator=torch.Generator().manual_seed(2))
    nearest = (project_l2(grey, far, 0.4) - far).norm()
    others = torch.randn(500, 1, 6, 6, generator=torch.Generator().manual_seed(3))
    inside = grey + 0.4 * others / lengths(others)
    assert nearest <= (inside - far).flatten(1).norm(dim=1).min()


@pytest.mark.parametrize(("steps", "length"), [(1, 0.3), (2, 0.6), (9, 1.0)])
def test_on_a_linear_network_l2_steps_add_up(images: Tensor, steps: int, length: float) -> None:
    model, direction = two_classes()
    grey = 0.4 + 0.2 * images
    labels = torch.zeros(16, dtype=torch.int64)
    how = {"step_size": 0.3, "steps": steps, "random_start": False}
    moved = l2_pgd(model, grey, labels, 1.0, **how)
    torch.testing.assert_close(moved, grey + length * direction, atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", ["tiny-cnn", "strided-cnn", "linear"])
def test_l2_follows_foolbox(name: str, images: Tensor, labels: Tensor) -> None:
    foolbox = pytest.importorskip("foolbox")
    model = build(name, seed=0)
    attack = foolbox.attacks.L2PGD(abs_stepsize=0.2, steps=10, random_start=False)
    wrapped = foolbox.PyTorchModel(model.eval(), bounds=(0, 1))
    _, theirs, _ = attack(wrapped, images, labels, epsilons=1.0)
    how = {"step_size": 0.2, "steps": 10, "random_start": False}
    torch.testing.assert_close(l2_pgd(model, images, labels, 1.0, **how), theirs, atol=1e-4, rtol=0)


def test_l2_random_start_fills_the_ball_and_repeats(images: Tensor, labels: Tensor) -> None:
    model = build("linear", seed=0)

    def start(seed: int) -> Tensor:
        generator = torch.Generator().manual_seed(seed)
        return l2_pgd(model, images, labels, 2.0, step_size=0.1, steps=0, generator=generator)

    away = lengths(start(1) - images).flatten()
    assert away.max() <= 2
    assert away.std() > 0.1
    assert torch.equal(start(1), start(1))
    assert not torch.equal(start(1), start(2))


def test_without_a_gradient_l2_stands_still(images: Tensor, labels: Tensor) -> None:
    model = build("linear", seed=0)
    with torch.no_grad():
        for weight in model.parameters():
            weight.zero_()
    moved = l2_pgd(model, images, labels, 1.0, step_size=0.5, steps=3, random_start=False)
    assert torch.equal(moved, images)


@pytest.mark.parametrize("wrong", [{"step_size": -1.0}, {"steps": -1}, {"step_size": math.nan}])
def test_l2_refuses_what_makes_no_sense(images: Tensor, labels: Tensor, wrong: dict) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} must be"):
        l2_pgd(
            build("linear", seed=0), images, labels, 1.0, **{"step_size": 0.1, "steps": 1, **wrong}
        )


# --- patches -------------------------------------------------------------------------------------


def test_a_patch_covers_its_square_and_no_more(images: Tensor) -> None:
    patch = torch.full((1, 4, 4), 2.0)  # a value that no image has
    rows, columns = torch.arange(16), torch.arange(16).flip(0)
    covered = apply_patch(patch, images, rows, columns) == 2
    for i in range(16):
        assert covered[i, 0, rows[i] : rows[i] + 4, columns[i] : columns[i] + 4].all()
    assert covered.sum() == 16 * 16


def test_a_patch_that_sticks_out_is_refused(images: Tensor) -> None:
    inside, outside = torch.zeros(16, dtype=torch.int64), torch.full((16,), 25)
    for rows, columns in ((outside, inside), (inside, outside), (inside - 1, inside)):
        with pytest.raises(ValueError, match="does not lie inside"):
            apply_patch(torch.zeros(1, 4, 4), images, rows, columns)


def test_on_a_linear_network_the_patch_is_the_sign_of_the_weights(images: Tensor) -> None:
    model, direction = two_classes()
    patch = train_patch(model, images, 1, 6, steps=30, wobble=0)
    under_it = direction[0, :, 11:17, 11:17]
    assert torch.equal(patch, (under_it > 0).float())


def test_a_patch_that_would_wobble_out_is_refused(images: Tensor) -> None:
    with pytest.raises(ValueError, match="leaves the images"):
        train_patch(build("linear", seed=0), images, 1, 26, steps=1, wobble=2)


# Straight, with the plane of the sign filling the image, in even light.
STRAIGHT = torch.eye(3).expand(16, 3, 3), torch.ones(16, 1)


def test_a_sticker_seen_straight_is_a_patch(images: Tensor) -> None:
    dots = torch.rand(1, 14, 14, generator=torch.Generator().manual_seed(1))
    corner = torch.full((16,), 7)
    pasted = apply_patch(dots, images, corner, corner)
    assert torch.allclose(photograph(dots, images, *STRAIGHT, 0.5), pasted, atol=1e-6)


def test_a_view_moves_turns_and_shrinks_a_sticker(images: Tensor) -> None:
    dots = torch.rand(1, 14, 14, generator=torch.Generator().manual_seed(1))
    # From the image to the sticker: a quarter turn, half as large, moved right.
    one = torch.tensor([[0.0, 2, 0], [-2, 0, 1], [0, 0, 1]])
    seen = photograph(dots, images, one.expand(16, 3, 3) * 5, STRAIGHT[1], 1.0)
    wanted = images.clone()
    wanted[:, :, 7:21, 14:] = dots.rot90(-1, (1, 2))
    assert torch.allclose(seen, wanted, atol=1e-5)


def test_light_falls_on_the_sticker_and_is_cut_off(images: Tensor) -> None:
    lights = torch.tensor([[0.5], [3.0]]).repeat(8, 1)
    seen = photograph(torch.full((1, 2, 2), 0.6), images, STRAIGHT[0], lights, 1.0)
    assert torch.allclose(seen[::2], torch.full_like(seen[::2], 0.3))
    assert torch.equal(seen[1::2], torch.ones_like(seen[1::2]))


def test_views_that_do_not_match_the_images_are_refused(images: Tensor) -> None:
    maps, lights = STRAIGHT
    for views in ((maps[:3], lights), (maps, lights[:3]), (maps, lights.expand(16, 3))):
        with pytest.raises(ValueError, match="need as many maps"):
            photograph(torch.zeros(1, 2, 2), images, *views, 0.5)
    with pytest.raises(ValueError, match="half is above 0"):
        photograph(torch.zeros(1, 2, 2), images, *STRAIGHT, 0.0)


def test_on_a_linear_network_a_sticker_is_the_sign_of_the_weights(images: Tensor) -> None:
    model, direction = two_classes()
    sticker = train_sticker(model, images, *STRAIGHT, 1, size=14, half=0.5, steps=30)
    assert torch.equal(sticker, (direction[0, :, 7:21, 7:21] > 0).float())
    with pytest.raises(ValueError, match="size must be a whole number"):
        train_sticker(model, images, *STRAIGHT, 1, size=0, half=0.5, steps=1)


# --- TRADES --------------------------------------------------------------------------------------


def test_trades_loss_by_hand() -> None:
    clean, moved = torch.tensor([[0.9, 0.1]]).log(), torch.tensor([[0.6, 0.4]]).log()
    divergence = 0.9 * math.log(0.9 / 0.6) + 0.1 * math.log(0.1 / 0.4)
    for beta in (0.0, 1.0, 6.0):
        got = trades_loss(clean, moved, torch.tensor([0]), beta).item()
        assert got == pytest.approx(-math.log(0.9) + beta * divergence, rel=1e-5)


def test_trades_divergence_is_that_of_the_distributions() -> None:
    clean, moved = torch.randn(2, 9, 10, generator=torch.Generator().manual_seed(0)).double()
    pairs = zip(F.softmax(clean, 1), F.softmax(moved, 1), strict=True)
    categorical = torch.distributions.Categorical
    theirs = [torch.distributions.kl_divergence(categorical(p), categorical(q)) for p, q in pairs]
    labels = torch.arange(9)
    plain = trades_loss(clean, moved, labels, 0.0)
    torch.testing.assert_close(
        trades_loss(clean, moved, labels, 1.0) - plain, torch.stack(theirs).mean()
    )


@pytest.mark.parametrize(
    ("moved", "labels", "beta"),
    [((3, 10), 4, 1.0), ((4, 10), 3, 1.0), ((4, 10), 4, -1.0), ((4, 10), 4, math.nan)],
)
def test_trades_loss_refuses_what_does_not_fit(
    moved: tuple[int, int], labels: int, beta: float
) -> None:
    with pytest.raises(ValueError, match="beta >= 0"):
        trades_loss(
            torch.zeros(4, 10), torch.zeros(moved), torch.zeros(labels, dtype=torch.int64), beta
        )


def test_the_inner_attack_makes_answers_differ(images: Tensor) -> None:
    model = build("strided-cnn", seed=0)

    def difference(epsilon: float, steps: int) -> float:
        generator = torch.Generator().manual_seed(0)
        moved = most_different(model, images, epsilon, steps, generator)
        assert (moved - images).abs().max() <= epsilon + 1e-6
        assert moved.min() >= 0
        assert moved.max() <= 1
        logits = model(images), model(moved)
        labels = torch.zeros(16, dtype=torch.int64)
        return (trades_loss(*logits, labels, 1.0) - trades_loss(*logits, labels, 0.0)).item()

    assert 0 < difference(0.1, 0) < difference(0.1, 1) < difference(0.1, 4)


def test_trades_training_is_seeded_and_puts_modes_back(images: Tensor, labels: Tensor) -> None:
    runs = []
    for seed in (3, 3, 4):
        model = build("tiny-cnn", seed=0).eval()
        losses = trades_train(
            model, images, labels, epsilon=0.1, beta=1.0, epochs=2, batch_size=5, seed=seed
        )
        assert len(losses) == 2
        assert not any(module.training for module in model.modules())
        runs.append(torch.cat([weight.flatten() for weight in model.parameters()]))
    assert torch.equal(runs[0], runs[1])
    assert not torch.equal(runs[0], runs[2])


def test_trades_training_refuses_nothing_to_train_on(images: Tensor, labels: Tensor) -> None:
    for some, names in ((images[:0], labels[:0]), (images, labels[:3])):
        with pytest.raises(ValueError, match="one label"):
            trades_train(build("linear", seed=0), some, names, epsilon=0.1, beta=1.0, epochs=1)


# --- ONNX ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_exported_network_is_the_same_for_any_number_of_images(images: Tensor) -> None:
    pytest.importorskip("onnxruntime")
    from solutions.extensions.onnx_network import OnnxNetwork

    model = build("fast-cnn", seed=0).train()
    exported = OnnxNetwork(model, (1, 28, 28))
    assert all(module.training for module in model.modules())
    assert list(exported.state_dict()) == []
    model.eval()
    for count in (1, 3, 16):
        torch.testing.assert_close(
            exported(images[:count]), model(images[:count]), atol=1e-5, rtol=0
        )
