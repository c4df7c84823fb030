"""Numbers that the lectures work out by hand, recomputed."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
import torch
from scipy.stats import beta, norm
from support.lectures import text
from torch import nn

from course import models
from course.metrics import wilson_interval
from solutions.hooks import activation_drift, statistics

LECTURES = Path(__file__).parents[3] / "site" / "lectures"


def coin_test(first: int, second: int) -> float:
    """The two-sided probability of a split at least this uneven, for a fair coin."""
    total, fewer = first + second, min(first, second)
    return 2 * sum(math.comb(total, k) for k in range(fewer + 1)) / 2**total


@pytest.mark.parametrize(
    ("correct", "total", "printed"),
    [
        (600, 1_000, "56.9 to 63.0%"),
        (60, 100, "50.2 to 69.1%"),
        (6_000, 10_000, "59.0 to 61.0%"),
        (862, 1_000, "83.9 to 88.2%"),
        (880, 1_000, "85.8 to 89.9%"),
    ],
)
def test_intervals(correct: int, total: int, printed: str) -> None:
    low, high = wilson_interval(correct, total)
    assert f"{100 * low:.1f} to {100 * high:.1f}%" == printed
    assert printed in text("evaluating")


def test_paired_comparisons() -> None:
    assert (coin_test(30, 12), coin_test(130, 112)) == pytest.approx((0.008, 0.27), abs=5e-3)
    assert round(coin_test(8, 1), 3) == 0.039
    for printed in ("= 0.008", "would be 0.27", "= 0.039"):
        assert printed in text("evaluating")


def test_worst_case_of_three_attacks() -> None:
    broken = [{1, 2, 3, 4}, {3, 4, 5}, {6}]
    accuracies = [1 - len(group) / 10 for group in broken]
    assert accuracies == [0.6, 0.7, 0.9]
    assert 1 - len(set.union(*broken)) / 10 == pytest.approx(0.4)
    assert 1 - sum(1 - a for a in accuracies) == pytest.approx(0.2)


def test_restarts() -> None:
    assert (round(100 * (1 - 0.7**5)), round(100 * (1 - 0.7**10))) == (83, 97)
    assert "= 83\\%\\), ten with 97%" in text("evaluating")


def test_norms_of_the_two_perturbations() -> None:
    assert 0.1 * math.sqrt(784) == pytest.approx(2.8)
    assert round(math.sqrt(224 * 224 * 3)) == 388
    assert round(math.sqrt(40), 1) == 6.3
    low, high = -0.1307 / 0.3081, (1 - 0.1307) / 0.3081
    assert f"[{low:.3f},\\ {high:.3f}]" in text("threat-models")
    assert round(0.1 / 0.3081, 3) == 0.325


def test_base_rates() -> None:
    numbers = [
        int(n.replace(",", ""))
        for n in re.findall(r"\| (?:attacked|all) \| ([\d,]+)", text("practice"))
    ]
    assert numbers == [95, 10_094]
    assert f"**{100 * 95 / 10_094:.2f}%**" in text("practice")
    assert pytest.approx(0.001 * (1 - 0.00125), rel=2e-3) == 0.8 * 0.00125
    rare = 1 - sum(math.exp(-2) * 2**k / math.factorial(k) for k in range(10))
    assert (round(rare * 1e5, 1), round(50_000 * rare, 1)) == (4.6, 2.3)
    assert pytest.approx(49) == 200 * (0.25 * 0.95 + 0.75 * 0.01)


@pytest.mark.parametrize(
    ("votes", "total", "sigma", "bound", "radius"),
    [
        (980, 1_000, 0.25, 0.9623, 0.44),
        (1_000, 1_000, 0.25, 0.9931, 0.62),
        (10_000, 10_000, 0.25, 0.9993, 0.80),
        (10_000, 10_000, 0.1, 0.9993, 0.32),
    ],
)
def test_certified_radii(votes: int, total: int, sigma: float, bound: float, radius: float) -> None:
    lower = beta.ppf(0.001, votes, total - votes + 1)
    assert lower == pytest.approx(bound, abs=5e-5)
    assert sigma * norm.ppf(lower) == pytest.approx(radius, abs=5e-3)
    assert f"{radius:.2f}" in text("defences")


def test_smoothing_abstains_and_exercises() -> None:
    assert beta.ppf(0.001, 520, 481) < 0.5
    assert (round(norm.ppf(0.9623), 3), round(norm.ppf(0.9), 2)) == (1.778, 1.28)
    assert (round(0.5 * norm.ppf(0.9), 2), round(0.5 * norm.ppf(0.9) / 28, 3)) == (0.64, 0.023)
    assert math.exp(-17) < 2**-24


def test_convolution_by_hand() -> None:
    kernel = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    patch = torch.tensor([[0, 0.2, 0.9], [0, 0.3, 1.0], [0, 0.1, 0.8]])
    answer = (kernel * patch).sum() - 0.5
    assert answer == pytest.approx(3.2)
    assert (kernel * patch.flip(1)).sum() - 0.5 == pytest.approx(-4.2)
    lowest = (patch - 0.1 * kernel.sign()).clamp(0, 1)
    assert (kernel * lowest).sum() - 0.5 == pytest.approx(2.4)
    other = torch.tensor([[1.0, 1, 0]]).expand(3, 3)
    assert (kernel * other).sum() - 0.5 == pytest.approx(-4.5)


def test_parameters_and_shapes_of_the_cnn() -> None:
    model = models.build("tiny-cnn", seed=0)
    shapes, x = {}, torch.zeros(1, 1, 28, 28)
    for name, layer in model.named_children():
        x = layer(x)
        shapes[name] = "×".join(map(str, x.shape[1:]))
    page = text("cnn")
    for name, printed in (("conv1", "8×24×24"), ("conv2", "16×8×8"), ("pool2", "16×4×4")):
        assert shapes[name] == printed
        assert printed in page
    assert f"**{models.parameter_count(model):,}**" in page
    counts = [models.parameter_count(layer) for layer in (model.conv1, model.conv2, model.logits)]
    assert counts == [208, 3_216, 2_570]
    work = [8 * 576 * 25, 16 * 64 * 200, 2_560]
    assert f"**{sum(work):,}**" in page
    assert (round(100 * counts[1] / 5_994), round(100 * work[1] / sum(work))) == (54, 63)
    assert (4_608 * 785, round(4_608 * 785 / 208)) == (3_617_280, 17_391)


def test_parameters_of_the_published_networks() -> None:
    sizes = {"simple-cnn": "421,642", "wide-cnn": "3,274,634", "small-resnet": "19,810"}
    for name, printed in sizes.items():
        assert f"{models.parameter_count(models.build(name)):,}" == printed
        assert printed in text("cnn")


def test_receptive_field_by_gradients() -> None:
    model = models.build("tiny-cnn", seed=0).double()
    x = torch.rand(1, 1, 28, 28, dtype=torch.float64, requires_grad=True)
    smooth = [layer for layer in model[:6] if not isinstance(layer, nn.ReLU)]
    y = x
    for layer in smooth:  # averages instead of maxima, so that every path counts
        y = nn.functional.avg_pool2d(y, 2) if isinstance(layer, nn.MaxPool2d) else layer(y)
    (gradient,) = torch.autograd.grad(y[0, :, 1, 1].sum(), x)
    rows = gradient[0, 0].abs().sum(1).nonzero().flatten()
    assert (len(rows), int(rows[0])) == (16, 4)


def test_the_slope_of_two_layers_by_hand() -> None:
    first, second = (torch.diag(torch.tensor(d)).double() for d in ([2.0, 0.5], [1.0, 3.0]))
    constant = torch.linalg.matrix_norm(first, 2) * torch.linalg.matrix_norm(second, 2)
    x = torch.tensor([1.0, 0.2]).double().requires_grad_()
    logits = second @ (first @ x).relu()
    lead = logits[0] - logits[1]
    (slope,) = torch.autograd.grad(lead, x)
    assert (constant.item(), logits.tolist()) == (pytest.approx(6), pytest.approx([2, 0.3]))
    radius, truth = lead / (math.sqrt(2) * constant), lead / slope.norm()
    assert (round(radius.item(), 2), slope.norm().item()) == (0.20, pytest.approx(2.5))
    nearest = x - truth * slope / slope.norm()
    assert (first @ nearest > 0).all()  # no ReLU has closed on the way
    assert f"1.7/2.5 = {truth.item():.2f}" in text("certificates")
    assert f"1.7/(6 \\sqrt 2) = {radius.item():.2f}" in text("certificates")


def test_majority_of_eleven_frames() -> None:
    wrong = sum(math.comb(11, k) * 0.85**k * 0.15 ** (11 - k) for k in range(6, 12))
    assert f"{wrong:.4f}" == "0.9973"
    assert "0.9973" in text("beyond-digits")


def test_statistics_and_drift_by_hand() -> None:
    numbers = statistics(torch.tensor([[0.0, 3], [1, 0]]))
    assert (numbers["mean"], round(numbers["std"], 2), numbers["zero_fraction"]) == (1, 1.22, 0.5)
    clean, attacked = torch.tensor([[3.0, 4], [0, 1]]), torch.tensor([[3.0, 1], [0.4, 1]])
    drift = activation_drift(nn.Sequential(nn.Identity()), clean / 10, attacked / 10)  # in [0, 1]
    assert drift["0"] == pytest.approx(0.5)
    assert 3 / attacked[0].norm() == pytest.approx(0.95, abs=5e-3)
    exercise = statistics(torch.tensor([2.0, 0, 0, 4]))
    assert (exercise["mean"], round(exercise["std"], 2)) == (1.5, 1.66)
    assert math.sqrt(2) / math.sqrt(20) == pytest.approx(0.316, abs=5e-4)


def test_one_step_of_descent_by_hand() -> None:
    z = torch.tensor([[1.0, 2, 0]], requires_grad=True)
    loss = nn.functional.cross_entropy(z, torch.tensor([0]))
    (gradient,) = torch.autograd.grad(loss, z)
    assert loss.item() == pytest.approx(1.41, abs=5e-3)
    assert gradient[0].tolist() == pytest.approx([-0.755, 0.665, 0.090], abs=5e-4)
    assert (z - gradient).softmax(1)[0, 0].item() == pytest.approx(0.551, abs=5e-4)
    right = nn.functional.cross_entropy(z, torch.tensor([1])).item()
    assert (round(right, 3), round(math.log(10), 3)) == (0.408, 2.303)
    assert (math.ceil(math.log(0.1) / math.log(0.9)), round(math.log(0.1) / math.log(0.98))) == (
        22,
        114,
    )
    low, high = wilson_interval(980, 1_000)
    assert f"from {100 * low:.1f} to {100 * high:.1f}%" in text("training")


def test_robust_loss_of_a_linear_model() -> None:
    def loss(margin: float) -> float:
        return math.log1p(math.exp(-margin))

    found = [round(loss(m), 3) for m in (0.45, 0.45 - 0.5, 0.225 - 0.25, 0.225)]
    assert found == [0.493, 0.718, 0.706, 0.587]


def test_quoted_robustness_is_what_was_measured() -> None:
    """Numbers of the committed figures that the text on adversarial training repeats."""
    figures = LECTURES.parent / "figures"
    masking = (figures / "audit-001-masking.inc").read_text(encoding="utf-8")
    assert "84 % right under FGSM, 19 % under PGD" in masking
    price = (figures / "audit-002-trade-off.inc").read_text(encoding="utf-8")
    assert "82 % right under PGD at 0.3, and 97 % instead of 98 % clean" in price
    for printed in ("it then keeps 84% of MNIST", "97% clean and 82% under PGD at 0.3"):
        assert printed in text("adversarial-training")


def test_the_best_of_twenty_equal_versions() -> None:
    one = sum(math.comb(1000, k) * 0.98**k * 0.02 ** (1000 - k) for k in range(988, 1001))
    assert (round(one, 3), round(1 - (1 - one) ** 20, 2)) == (0.038, 0.54)
    for printed in ("probability 0.038", r"1 - 0.962^{20} = 0.54\)"):
        assert printed in text("training")


def test_how_many_images_half_a_point_takes() -> None:
    needed = [1.96**2 * p * (1 - p) / 0.005**2 for p in (0.98, 0.5)]
    assert [round(n, -2) for n in needed] == [3_000, 38_400]
    assert round(100 * wilson_interval(200, 200)[0], 1) == 98.1
    for printed in ("about 3,000 images", "38,400", "begins at 98.1%"):
        assert printed in text("training")


def test_doubled_logits_and_wrong_labels() -> None:
    logits = torch.tensor([1.0, 2.0, 0.0])
    sure = [round(scale.softmax(dim=0)[1].item(), 3) for scale in (logits, 2 * logits)]
    floor = -0.9 * math.log(0.9) - 0.1 * math.log(0.1 / 9)
    assert (sure, round(floor, 3)) == ([0.665, 0.867], 0.545)
    for printed in ("0.665 becomes 0.867", r"= 0.545\)"):
        assert printed in text("training")


def test_a_handicap_is_not_a_penalty() -> None:
    losses = {
        yz: [round(math.log1p(math.exp(handicap - yz)), 3) for handicap in (0.0, 0.5)]
        for yz in (6, -6)
    }
    assert losses == {6: [0.002, 0.004], -6: [6.002, 6.502]}
    for printed in ("0.002 to 0.004", "6.002 to 6.502"):
        assert printed in text("adversarial-training")


def test_how_much_a_few_drives_show() -> None:
    lowest = [round(100 * wilson_interval(n, n)[0]) for n in (3, 10, 30)]
    assert lowest == [44, 72, 89]
    assert "44% for three drives, 72% for ten, 89% for thirty" in text("beyond-digits")
