"""Numbers that the lectures quote from measurements, and citations, held against their source."""

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
from support.lectures import text
from torch import nn

from solutions.ensemble import dlr_loss
from solutions.fgsm import fgsm
from solutions.figures import playground_data as playground

LECTURES = Path(__file__).parents[3] / "site" / "lectures"
RESULTS = Path(__file__).parents[3] / "solutions" / "results"


def measured(name: str) -> dict[str, Any]:
    """The committed numbers of a lecture."""
    found: dict[str, Any] = json.loads((RESULTS / f"{name}-lecture.json").read_text("utf-8"))
    return found


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
    assert "-(5 - 2)/(5 - 1) = -0.75" in text("stronger-attacks")
    share = beta.ppf(0.001, 191, 10)
    assert f"{share:.4f}" == "0.8905"
    assert round(0.5 * norm.ppf(share), 2) == 0.61
    assert "p_A \\ge 0.8905" in text("defences")


def test_quoted_spread_of_seeds_is_that_of_the_bars() -> None:
    found = sorted((LECTURES.parent.parent / "autograder").rglob("calibrated/mnist.json"))
    bars = json.loads(found[0].read_text(encoding="utf-8"))["bars"]
    plain, worst = (
        bars[name]["spread"] for name in ("a1-cnn.accuracy", "a5-adversarial-training.worst_case")
    )
    page = text("training")
    assert f"spread by {100 * plain:.1f} points" in page
    assert f"by {100 * worst:.1f} points: these" in page


def test_quoted_number_of_seeds_is_that_of_the_bars() -> None:
    folder = LECTURES.parents[1] / "autograder" / "judge" / "calibrated"
    seeds = {
        path.stem: {bar["seeds"] for bar in json.loads(path.read_text("utf-8"))["bars"].values()}
        for path in folder.glob("*.json")
    }
    assert seeds["digits"] == seeds["mnist"] == {20}
    assert (min(seeds["signs"]), max(seeds["signs"])) == (10, 20)
    assert "twenty on digits and MNIST, and from ten to twenty on signs" in text("evaluating")


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
    for count, printed in (
        (12, "({}% and {}% in our two trainings)"),
        (24, "and 24 to turn {}% and {}% of them"),
    ):
        assert printed.format(*sorted(round(100 * rate) for rate in works[count])) in page
    answers = (LECTURES.parents[1] / "teaching" / "exercises" / "other-ways-in.md").read_text(
        encoding="utf-8"
    )
    first = [round(100 * works[count][0]) for count in (12, 24, 60)]
    assert "run with this seed has {}%, {}% and {}%".format(*first) in answers
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
    for printed in ("between 98.5% and 99.0%", "finds 4.5%"):
        assert printed in page


def test_quoted_ensemble_is_that_measured() -> None:
    found, page = measured("state"), text("state-of-robustness")
    plain, scaled, defended = (
        list(sets["the ensemble"]["left"].values()) for sets in found["sets"].values()
    )
    assert (plain[-1], scaled[-1]) == (0.12, 0.125)
    assert scaled[1] == scaled[0] == 0.98
    images = found["about"]["images"]
    assert round(images * (plain[2] - plain[3])) == 8
    assert defended[2] == defended[3] == defended[4]
    alone = list(found["alone"].values())
    assert alone[0]["DLR"] == alone[1]["DLR"]
    assert all(left["cross-entropy"] < left["DLR"] for left in (alone[0], alone[2]))
    for printed in ("98% are left", "ends at 12.5%", "has 12.0%", "8 more images of 200"):
        assert printed in page


def test_quoted_price_of_the_ensemble_is_that_measured() -> None:
    found, page = measured("state"), text("state-of-robustness")
    images = found["about"]["images"]
    missed = {
        name: {
            kind: round(images * (list(sets[kind]["left"].values())[-1] - whole))
            for kind in ("20 steps, 2 starts", "40 steps, 1 start")
        }
        for name, sets in found["sets"].items()
        for whole in [list(sets["the ensemble"]["left"].values())[-1]]
    }
    assert set(missed["PGD-trained"].values()) == {2}
    assert set(missed["plain"].values()) == {10}
    few, all_of_them = (
        found["sets"]["PGD-trained"][kind]["answers"]
        for kind in ("20 steps, 2 starts", "the ensemble")
    )
    assert round(all_of_them / few) == 23
    assert "2 images of 200 that the ensemble breaks, one point" in page
    assert "costs 23 times as many answers" in page


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
    content = playground.content_of(
        (LECTURES.parent / "playground" / "digits.js").read_text("utf-8")
    )
    networks = {
        name: playground.from_halves(base64.b64decode(network["weights"])).double().eval()
        for name, network in content["networks"].items()
    }
    small = torch.tensor([sample["counts"] for sample in content["samples"]]).double() / 16
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


def test_notebooks_cite_the_entry_with_its_letter() -> None:
    """A notebook has no links, so the words beside a citation say which entry it means."""
    meant = {
        r"Defensive distillation\*? \(Papernot and others": "papernot2016distillation",
        r"expectation over transformation; Athalye and others": "athalye2018eot",
        r"BPDA; Athalye, Carlini and Wagner": "athalye2018",
        r"Papernot, McDaniel and Goodfellow": "papernot2016transferability",
    }
    bib = (LECTURES.parent / "references.bib").read_text(encoding="utf-8")
    years = dict(re.findall(r"@\w+\{([\w-]+),.*?year = \{(\d{4}[a-z]?)\}", bib, re.DOTALL))
    authored = LECTURES.parents[1] / "assignments" / "authored"
    prose = " ".join(
        " ".join(path.read_text(encoding="utf-8").replace("\n#", " ").split())
        for path in sorted(authored.rglob("*.py"))
    )
    for words, key in meant.items():
        assert set(re.findall(rf"{words}, (\d{{4}}[a-z]?)", prose)) == {years[key]}, key


# --- what every lecture has, and what none may lack -----------------------------------------------


@pytest.mark.parametrize("page", sorted(LECTURES.glob("*.md")), ids=lambda path: path.stem)
def test_every_lecture_has_two_figures(page: Path) -> None:
    whole = re.sub(
        r'--8<-- "(site/figures/[\w-]+\.inc)"',
        lambda include: (LECTURES.parents[1] / include[1]).read_text(encoding="utf-8"),
        page.read_text(encoding="utf-8"),
    )
    pictures = re.findall(r"\((?:\.\./)+(?:figures|assets)/([\w-]+?)(?:-light|-dark)?\.svg", whole)
    assert len(set(pictures)) >= 2, pictures


TOPICS = {
    "RobustBench": "state-of-robustness",
    "DLR": "stronger-attacks",
    "transformer": "state-of-robustness",
    "CLIP": "state-of-robustness",
    "jailbreak": "state-of-robustness",
    "CROWN": "certificates",
    "Lipschitz constant": "certificates",
    "CTBench": "certificates",
    "common corruptions": "threat-models",
    "universal": "threat-models",
    "non-robust features": "adversarial-training",
    "poisoning": "other-ways-in",
    "backdoor": "other-ways-in",
    "membership inference": "other-ways-in",
    "model extraction": "other-ways-in",
    "MITRE ATLAS": "practice",
    "OWASP": "practice",
    "AI Act": "practice",
}


@pytest.mark.parametrize("topic", TOPICS)
def test_the_state_of_the_art_has_a_page(topic: str) -> None:
    found = re.search(rf"\b{topic}.*?\]\(\.\./references\.md#", text(TOPICS[topic]), re.IGNORECASE)
    assert found, f"no source after the first {topic!r}"
