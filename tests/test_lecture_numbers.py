"""Numbers that the lectures work out by hand, recomputed."""

from __future__ import annotations

import base64
import json
import math
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import torch
from scipy.stats import beta, norm
from torch import nn

from course import models
from course.metrics import wilson_interval
from solutions import playground
from solutions.ensemble import dlr_loss
from solutions.fgsm import fgsm
from solutions.hooks import activation_drift, statistics

LECTURES = Path(__file__).parent.parent / "site" / "lectures"
RESULTS = Path(__file__).parent.parent / "solutions" / "results"


def text(name: str) -> str:
    return " ".join((LECTURES / f"{name}.md").read_text(encoding="utf-8").split())


def measured(name: str) -> dict[str, Any]:
    """The committed numbers of a lecture."""
    found: dict[str, Any] = json.loads((RESULTS / f"{name}-lecture.json").read_text("utf-8"))
    return found


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


def test_majority_of_eleven_frames() -> None:
    wrong = sum(math.comb(11, k) * 0.85**k * 0.15 ** (11 - k) for k in range(6, 12))
    assert f"{wrong:.4f}" == "0.9973"
    assert "0.9973" in text("beyond-digits")


def test_statistics_and_drift_by_hand() -> None:
    numbers = statistics(torch.tensor([[0.0, 3], [1, 0]]))
    assert (numbers["mean"], round(numbers["std"], 2), numbers["zero_fraction"]) == (1, 1.22, 0.5)
    clean, attacked = torch.tensor([[3.0, 4], [0, 1]]), torch.tensor([[3.0, 1], [0.4, 1]])
    drift = activation_drift(nn.Sequential(nn.Identity()), clean, attacked)
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


# --- measured, and quoted in prose ----------------------------------------------------------------


def test_quoted_attacks_are_those_measured() -> None:
    single = measured("attacks")["single"]
    page = text("evaluating")
    for name, at_most in (("FGSM", "under FGSM"), ("PGD", "under PGD"), ("worst", "in the worst")):
        assert f"at most {100 * single[name]:.1f}% {at_most}" in page


def test_quoted_shares_of_one_bit_are_those_measured() -> None:
    found = measured("defences")
    at = found["epsilons"].index(0.1)
    runs = found["accuracy"]["straight through"]
    lost = sum((run[0] - run[at]) / run[0] for run in runs) / len(runs)
    assert found["pixels"]["near the threshold"][at] == pytest.approx(1 / 8, abs=0.01)
    assert lost == pytest.approx(2 / 5, abs=0.05)
    page = text("defences")
    assert "only one pixel in eight" in page
    assert "two of five right answers are lost" in page
    plain = found["accuracy"]["plain"]
    assert all(a[at] < b[at] for a, b in zip(plain, runs, strict=True))


def test_quoted_drift_is_that_measured() -> None:
    attack, noise = measured("fgsm")["drift"].values()
    assert noise["conv1"] / attack["conv1"] == pytest.approx(3 / 4, abs=0.03)
    assert attack["logits"] / noise["logits"] == pytest.approx(7, abs=0.3)
    assert [b for a, b in (("conv1", "relu1"), ("conv2", "relu2")) if attack[b] < attack[a]] == [
        "relu1",
        "relu2",
    ]


def test_accuracy_of_the_cnn_is_that_of_the_audit() -> None:
    findings = (LECTURES.parent / "figures" / "audit-findings.inc").read_text(encoding="utf-8")
    assert "Trained, it reads 98.04 %" in findings
    assert "98.04% in the audit" in text("cnn")
    assert "reads 98% of the test digits of MNIST" in text("cnn")


def test_dlr_and_the_bound_of_the_votes_by_hand() -> None:
    logits = torch.tensor([[2.0, 5.0, 1.0]])
    assert dlr_loss(logits, torch.tensor([1])).item() == pytest.approx(-0.75)
    share = beta.ppf(0.001, 191, 10)
    assert f"{share:.4f}" == "0.8905"
    assert round(0.5 * norm.ppf(share), 2) == 0.61
    assert "p_A \\ge 0.8905" in text("defences")


def test_quoted_spread_of_seeds_is_that_of_the_bars() -> None:
    found = sorted((LECTURES.parent.parent / "autograder").rglob("bars/mnist.json"))
    bars = json.loads(found[0].read_text(encoding="utf-8"))["bars"]
    plain, worst = (
        bars[name]["spread"] for name in ("a1-cnn.accuracy", "a5-adversarial-training.worst_case")
    )
    page = text("training")
    assert f"spread by {100 * plain:.1f} points" in page
    assert f"by {100 * worst:.1f} points: these" in page


def test_quoted_stickers_and_rates_are_those_measured() -> None:
    file = measured("physical")["rates"]["pasted into the file"]
    made, random = file["optimised sticker"], file["random sticker"]
    shares = [round(100 * x) for x in (made["misread"], made["target"], random["misread"])]
    assert shares == [28, 20, 7]
    page = text("beyond-digits")
    assert "makes 28% of the images misread, but only 20% become an 8" in page
    assert "already makes 7% misread" in page
    rates = list(measured("training")["rates"].values())
    assert [round(100 * run["test"]) for run in rates] == [77, 99, 97]
    assert max(rates[2]["loss"][3:]) > math.log(10) > max(rates[2]["loss"][:3])
    assert "it ends at 77% of the test images" in text("training")


def test_quoted_other_ways_in_are_those_measured() -> None:
    found, page = measured("other_ways"), text("other-ways-in")
    backdoor, stealing = found["backdoor"], found["stealing"]
    works = dict(zip(backdoor["poisoned"], backdoor["works"], strict=True))
    assert sorted(round(100 * rate) for rate in works[12]) == [51, 61]
    assert min(works[24]) > 0.78
    clean = [rate for row in backdoor["clean"] for rate in row]
    assert (round(100 * min(clean), 1), round(100 * max(clean), 1)) == (98.5, 99.0)
    assert round(backdoor["corner"], 2) == 0.03
    agrees = dict(zip(stealing["queries"], stealing["agrees"], strict=True))
    assert (round(100 * agrees[600]), round(100 * agrees[50])) == (97, 86)
    left = [stealing["victim under transfer"][-1], stealing["victim under noise"]]
    assert [round(100 * x) for x in [*left, stealing["victim in the white box"]]] == [70, 97, 20]
    usual = found["membership"]["usual training"]
    rates = [usual[test]["members found"][0] for test in ("loss alone", "beside references")]
    assert [round(100 * rate, 1) for rate in rates] == [1.2, 4.5]
    assert all(
        round(100 * usual[t]["balanced accuracy"]) == 55
        for t in ("loss alone", "beside references")
    )
    for printed in ("51% and 61%", "between 98.5% and 99.0%", "finds 4.5%"):
        assert printed in page


def test_quoted_ensemble_is_that_measured() -> None:
    found, page = measured("state"), text("state-of-robustness")
    plain, scaled, defended = (list(left.values()) for left in found["ensemble"].values())
    assert plain[-1] == scaled[-1] == 0.13
    assert scaled[1] == scaled[0] == 0.98
    images = found["about"]["images"]
    assert round(images * (plain[2] - plain[3])) == 8
    assert round(images * (defended[2] - defended[3])) == 1
    assert defended[3] == defended[4]
    alone = list(found["alone"].values())
    assert alone[0]["DLR"] == alone[1]["DLR"]
    assert all(left["cross-entropy"] < left["DLR"] for left in (alone[0], alone[2]))
    for printed in ("98% are left", "ends at 13.0%", "8 more images of 200", "a single image more"):
        assert printed in page


def test_quoted_certificates_are_those_measured() -> None:
    found, page = measured("certificates"), text("certificates")
    curves, epsilons = found["curves"], found["epsilons"]
    plain, pgd, certified = curves["plain"], curves["PGD-trained"], curves["certified"]
    at = epsilons.index
    doubt = [
        round(100 * (plain["attacked"][i] - plain["linear"][i])) for i in map(at, (0.02, 0.05, 0.1))
    ]
    assert doubt == [2, 7, 17]
    assert (plain["attacked"][at(0.05)], plain["interval"][at(0.05)]) == (0.74, 0)
    assert [pgd[kind][at(0.1)] for kind in ("linear", "attacked")] == [0.53, 0.75]
    assert certified["interval"] == certified["attacked"]
    assert [certified[kind][at(0.1)] for kind in ("interval", "linear")] == [0.77, 0.65]
    assert [round(c["unstable"][at(0.1)]) for c in (certified, pgd)] == [105, 133]
    assert [f"{100 * found['clean'][n]:.1f}" for n in ("certified", "plain")] == ["96.3", "98.2"]
    exact = found["exact"]
    assert (exact["broken by attack"], exact["epsilon"]) == (13, 0.07)
    assert exact["proved by lines"] + exact["answers"].count("robust") == 87
    widths = found["example"]["widths"]
    assert widths["logits"] / widths["pixels"] == pytest.approx(350, rel=0.02)
    smoothing = found["smoothing"]
    assert smoothing["certified"][smoothing["radii"].index(0.5)] == 0.9
    for printed in (
        "about 2 images of 100, at 0.05 about 7, at 0.1 about 17",
        "13 can be broken and 87",
    ):
        assert printed in page


def test_quoted_entries_of_robustbench_are_those_kept() -> None:
    board = json.loads((RESULTS / "robustbench.json").read_text("utf-8"))["boards"]["cifar10"]
    known = {row["id"]: row for row in board}
    small = known["Zhang2020Towards"]
    assert (small["clean"], small["robust"]) == (44.73, 32.64)
    assert "44.7% clean and 32.6% under attack" in text("certificates")
    best, before = (
        known[n]["robust"]
        for n in ("Bartoldson2024Adversarial_WRN-94-16", "Wang2023Better_WRN-70-16")
    )
    page = text("state-of-robustness")
    assert f"reaches {best:.1f}%" in page
    assert f"reached {before:.1f}%" in page
    claims = [row for row in board if row["reported"] is not None]
    assert sum(row["reported"] > 70 and row["robust"] < 2 for row in claims) == 2
    assert max(row["robust"] - row["reported"] for row in claims) == pytest.approx(0.03)


# --- the playground's own answers -----------------------------------------------------------------


def page_networks() -> tuple[dict[str, nn.Module], torch.Tensor, torch.Tensor]:
    """The page's networks and digits, in 64 bits as the page computes."""
    content = playground.content_of((LECTURES.parent / "playground" / "data.js").read_text("utf-8"))
    networks = {
        name: playground.from_halves(base64.b64decode(network["weights"])).double().eval()
        for name, network in content["networks"].items()
    }
    small = torch.tensor([sample["pixels"] for sample in content["samples"]]).double() / 16
    images = nn.functional.interpolate(
        small.view(-1, 1, 8, 8), size=(28, 28), mode="bilinear", align_corners=False
    )
    return networks, images, torch.tensor([sample["label"] for sample in content["samples"]])


def test_how_much_larger_epsilon_must_be_on_the_defended_network() -> None:
    networks, images, labels = page_networks()
    smallest = {}
    for name, model in networks.items():
        first = torch.full((len(images),), 999)
        for step in range(102, -1, -1):
            fooled = model(fgsm(model, images, labels, step / 255)).argmax(1) != labels
            first[fooled] = step
        smallest[name] = first
    ratio = (smallest["defended"] / smallest["plain"]).tolist()
    assert sum(1.5 <= r <= 2.8 for r in ratio) == 17
    assert sum(r > 4 for r in ratio) == 2
    assert round(sorted(ratio)[9], 2) <= sorted(ratio)[10] < 1.9
    assert [(int(smallest[n][18])) for n in ("plain", "defended")] == [13, 6]
    page = (LECTURES.parent / "playground.md").read_text(encoding="utf-8")
    assert "For 17 of the 20 digits 1.5 to 2.8 times, half of them below 1.9" in page


def test_which_layers_move_further_than_the_pixels() -> None:
    networks, images, labels = page_networks()
    model, further = networks["plain"], Counter[str]()
    for step in (13, 26, 51):
        pair, moved = images, fgsm(model, images, labels, step / 255)
        pixels = _relative(pair, moved)
        for name, layer in model.named_children():
            pair, moved = layer(pair), layer(moved)
            further[name] += int((_relative(pair, moved) > pixels).sum())
    assert [further[name] for name in ("relu1", "relu2", "logits")] == [0, 60, 60]


def _relative(before: torch.Tensor, after: torch.Tensor) -> torch.Tensor:
    """Relative change of each image's numbers."""
    return (after - before).flatten(1).norm(dim=1) / before.flatten(1).norm(dim=1)


# --- citations ------------------------------------------------------------------------------------


def test_references_show_no_latex() -> None:
    page = (LECTURES.parent / "references.md").read_text(encoding="utf-8")
    prose = re.sub(r"\{ #[\w-]+ \}|\(http[^)]*\)", "", page)
    assert re.findall(r"[{}\\]|``|''", prose) == []


def test_every_published_report_is_in_the_references() -> None:
    page = (LECTURES.parent / "references.md").read_text(encoding="utf-8")
    assert all(f"eport {n}" in page or f"eports {n}" in page for n in ("000", "001", "002", "004"))
    assert "and 003, a notebook" in page


def test_citations_carry_the_letter_of_their_entry() -> None:
    """ "(2017)" for an entry of 2017b would send the reader to another paper."""
    bib = (LECTURES.parent / "references.bib").read_text(encoding="utf-8")
    years = dict(re.findall(r"@\w+\{([\w-]+),.*?year = \{(\d{4}[a-z]?)\}", bib, re.DOTALL))
    wrong = []
    for page in LECTURES.parent.rglob("*.md"):
        for label, key in re.findall(
            r"\[([^\]]*)\]\([./]*references\.md#([\w-]+)\)", page.read_text(encoding="utf-8")
        ):
            found = re.search(r"(\d{4}[a-z]?)\)?$", " ".join(label.split()))
            if found and key in years and found[1] != years[key]:
                wrong.append((page.name, label, years[key]))
    assert wrong == []
