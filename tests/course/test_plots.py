"""Figures name their content, refuse wrong numbers, and are the same every time."""

from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from course import plots
from course.errors import CourseError
from course.plots.style import contrast, luminance

IMAGES = torch.linspace(0, 1, 3 * 28 * 28).reshape(3, 1, 28, 28)
EPSILONS = [0, 0.1, 0.2]
CURVES = {"FGSM": [0.97, 0.29, 0.02], "noise": [0.97, 0.96, 0.93]}


def grid(images: Any = IMAGES, adversarial: Any = None, **changed: Any) -> plots.CourseFigure:
    arguments: dict[str, Any] = {
        "labels": [7, 1, 4],
        "clean_predictions": [7, 1, 9],
        "adversarial_predictions": [3, 1, 9],
        "epsilon": 0.1,
        "clean_confidences": [0.99, 0.9, 0.8],
        "adversarial_confidences": [0.61, 0.5, 0.7],
    }
    if adversarial is None:
        adversarial = (images + 0.1).clamp(0, 1)
    return plots.attack_grid(images, adversarial, **arguments | changed)


def history(loss: list[float], accuracy: list[float]) -> SimpleNamespace:
    return SimpleNamespace(loss=loss, accuracy=accuracy)


DRAWINGS: dict[str, Callable[..., plots.CourseFigure]] = {
    "attack grid": grid,
    "image row": lambda **k: plots.image_row(IMAGES, ["one", "two", "three"], **k),
    "robustness curve": lambda **k: plots.robustness_curve(EPSILONS, CURVES, chance=0.1, **k),
    "confusion matrices": lambda **k: plots.confusion_matrices(
        [[50, 1], [0, 49]], [[20, 31], [44, 5]], ["cat", "dog"], **k
    ),
    "confidence histograms": lambda **k: plots.confidence_histograms([0.99, 0.97], [0.5, 0.7], **k),
    "training curves": lambda **k: plots.training_curves(
        {"plain": history([1, 0.5], [0.6, 0.9])}, **k
    ),
    "activation drift": lambda **k: plots.activation_drift(
        {"FGSM": {"conv": 0.2, "fc": 0.9}, "noise": {"conv": 0.2, "fc": 0.1}}, **k
    ),
}
NUMBERS = {
    "attack grid": ["7 read as 7 (99 %) then 3 (61 %)", "1 of 2", "0.1"],
    "image row": ["two"],
    "robustness curve": ["FGSM: 97 % at 0, 29 % at 0.1, 2.0 % at 0.2", "93 %"],
    "confusion matrices": ["99 % clean, 25 % attacked", "dog read as cat, 44 of 49"],
    "confidence histograms": ["clean: mean 98 %", "attacked: mean 60 %"],
    "training curves": ["loss 1 to 0.5", "accuracy 60 % to 90 %"],
    "activation drift": ["fc 90 %", "noise: conv 20 %"],
}


def words(figure: Figure, folder: Path) -> str:
    tree = ET.parse(plots.save(figure, folder / "figure.svg"))
    texts = tree.iter("{http://www.w3.org/2000/svg}text")
    return " ".join(" ".join("".join(text.itertext()).split()) for text in texts)


@pytest.mark.parametrize("name", DRAWINGS)
@pytest.mark.parametrize("theme", [plots.LIGHT, plots.DARK, plots.EITHER], ids=lambda t: t.name)
def test_saved_figures_are_the_same_bytes_every_time(
    name: str, theme: plots.Theme, tmp_path: Path
) -> None:
    for kind in ("svg", "png"):
        paths = [plots.save(DRAWINGS[name](theme=theme), tmp_path / f"{i}.{kind}") for i in "ab"]
        assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_readers_own_settings_change_nothing(name: str, tmp_path: Path) -> None:
    import matplotlib

    first = plots.save(DRAWINGS[name](), tmp_path / "a.svg").read_bytes()
    with matplotlib.rc_context({"font.size": 22, "axes.facecolor": "red", "svg.fonttype": "path"}):
        assert plots.save(DRAWINGS[name](), tmp_path / "b.svg").read_bytes() == first
        assert matplotlib.rcParams["font.size"] == 22


@pytest.mark.parametrize("name", DRAWINGS)
def test_alt_text_states_the_numbers(name: str) -> None:
    text = plots.alt_text(DRAWINGS[name]())
    assert [number for number in NUMBERS[name] if number not in text] == []
    assert "\n" not in text
    assert "ε" not in text


def test_alt_text_names_as_many_points_as_wanted() -> None:
    x = [0, 1, 2, 3, 4, 5, 6]
    lines = {"a": [0.99, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4]}
    few, whole = (
        plots.alt_text(plots.robustness_curve(x, lines, alt_points=n)) for n in (5, len(x))
    )
    assert "a: 99 % at 0, 80 % at 2, 70 % at 3, 60 % at 4, 40 % at 6" in few
    assert "a: 99 % at 0, 90 % at 1, 80 % at 2, 70 % at 3, 60 % at 4, 50 % at 5, 40 % at 6" in whole


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_title_can_be_given(name: str, tmp_path: Path) -> None:
    figure = DRAWINGS[name](title="What I saw")
    assert "What I saw" in words(figure, tmp_path)
    assert plots.alt_text(figure).startswith("What I saw.")


@pytest.mark.parametrize("name", DRAWINGS)
def test_pyplot_keeps_no_figure(name: str) -> None:
    from matplotlib import pyplot

    DRAWINGS[name]()
    assert pyplot.get_fignums() == []


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_notebook_shows_it_at_its_size_with_its_words(name: str) -> None:
    figure = DRAWINGS[name]()
    data, metadata = figure._repr_mimebundle_()
    width, height = Image.open(io.BytesIO(base64.b64decode(data["image/png"]))).size
    shown = metadata["image/png"]
    assert 400 <= shown["width"] <= 800
    assert width == pytest.approx(2 * shown["width"], abs=2)
    assert height == pytest.approx(2 * shown["height"], abs=2)
    assert shown["alt"] == plots.alt_text(figure)


def test_titles_say_what_changed(tmp_path: Path) -> None:
    shown = words(grid(), tmp_path)
    assert "7 → 3" in shown
    assert "61 %" in shown
    assert "1 → 1" not in shown
    assert "The attack turns 1 of 2 right answers wrong" in shown


def test_colour_images_and_class_names(tmp_path: Path) -> None:
    names = ["airplane", *("?" * 8), "automobile"]
    figure = grid(
        torch.rand(3, 3, 32, 32),
        classes=names,
        labels=[0, 9, 9],
        clean_predictions=[0, 9, 9],
        adversarial_predictions=[9, 9, 9],
        epsilon=8 / 255,
    )
    assert "automobile" in words(figure, tmp_path)
    assert "airplane read as airplane (99 %) then automobile" in plots.alt_text(figure)


def test_the_sign_of_a_change_survives_in_grey() -> None:
    image = torch.full((1, 1, 2, 2), 0.5)
    change = torch.tensor([[[[-0.05, 0.0], [0.05, 0.1]]]])
    figure = plots.attack_grid(
        image, image + change, labels=[0], clean_predictions=[0], adversarial_predictions=[0],
        epsilon=0.1,
    )  # fmt: skip
    shown = figure.axes[1].images[0]
    grey = [luminance(*shown.cmap(shown.norm(v))[:3]) for v in shown.get_array().ravel()]
    assert grey == sorted(grey)
    assert len(set(grey)) == 4
    assert shown.norm(0.0) == 0.5


def test_intervals_become_bands_around_their_curve() -> None:
    ends = ([0.95, 0.2, 0.0], [0.99, 0.4, 0.05])
    figure = plots.robustness_curve(EPSILONS, CURVES, intervals={"FGSM": ends})
    (band,) = figure.axes[0].collections
    drawn = band.get_paths()[0].vertices
    assert drawn[:, 1].min() == pytest.approx(0)
    assert drawn[:, 1].max() == pytest.approx(99)


def test_epsilon_is_also_shown_in_255ths(tmp_path: Path) -> None:
    assert "/255" in words(plots.robustness_curve(EPSILONS, CURVES), tmp_path)
    other = plots.robustness_curve(EPSILONS, CURVES, x_label="epsilon as printed")
    assert "/255" not in words(other, tmp_path)


def test_confusion_matrix_writes_its_counts_for_ten_classes(tmp_path: Path) -> None:
    table = np.arange(100).reshape(10, 10)
    shown = words(plots.confusion_matrices(table, table, [str(k) for k in range(10)]), tmp_path)
    assert {str(n) for n in range(1, 100)} <= set(shown.split())


def test_tensors_with_a_gradient_can_be_drawn() -> None:
    sure = torch.tensor([0.5, 0.9], requires_grad=True)
    assert "70 %" in plots.alt_text(plots.confidence_histograms(sure, sure))


def curve(**changed: Any) -> plots.CourseFigure:
    return plots.robustness_curve(**{"epsilons": EPSILONS, "curves": CURVES, **changed})


NAN = float("nan")
REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "another shape": (lambda: grid(adversarial=IMAGES[:2]), "agree"),
    "images above 1": (lambda: grid(IMAGES * 255), "0, 1"),
    "images below 0": (lambda: grid(IMAGES, IMAGES - 0.5), "0, 1"),
    "a NaN pixel": (lambda: grid(IMAGES, IMAGES * NAN), "not finite"),
    "images without channel": (lambda: grid(IMAGES[:, 0]), "expected"),
    "five channels": (lambda: grid(torch.rand(3, 5, 8, 8)), "expected"),
    "too many images": (lambda: grid(torch.rand(13, 1, 8, 8)), "at most"),
    "no images": (lambda: grid(IMAGES[:0]), "empty"),
    "labels too few": (lambda: grid(labels=[7]), "3 class indices"),
    "logits as predictions": (lambda: grid(clean_predictions=[0.1, 0.2, 0.3]), "class indices"),
    "percent as confidence": (lambda: grid(clean_confidences=[99, 90, 80]), "fractions"),
    "a title too few": (lambda: plots.image_row(IMAGES, ["one"]), "one for each"),
    "a curve too short": (lambda: curve(curves={"a": [1, 0.5]}), "3 values"),
    "accuracy in percent": (lambda: curve(curves={"a": [97, 50, 2]}), "fractions"),
    "accuracy NaN": (lambda: curve(curves={"a": [0.9, NAN, 0]}), "not finite"),
    "epsilons falling": (lambda: curve(epsilons=[0.2, 0.1, 0]), "rise"),
    "no curve": (lambda: curve(curves={}), "0 series"),
    "six curves": (lambda: curve(curves={c: [1, 1, 1] for c in "abcdef"}), "6 series"),
    "a band without a curve": (lambda: curve(intervals={"x": ([0] * 3, [1] * 3)}), "no curve"),
    "a band upside down": (lambda: curve(intervals={"FGSM": ([1] * 3, [0] * 3)}), "lower end"),
    "matrix of another size": (
        lambda: plots.confusion_matrices([[1]], [[1, 0], [0, 1]], ["a", "b"]),
        "(2, 2)",
    ),
    "shares instead of counts": (
        lambda: plots.confusion_matrices([[0.5]], [[1]], ["a"]),
        "whole numbers",
    ),
    "confidence above 1": (lambda: plots.confidence_histograms([0.5], [2.5]), "fractions"),
    "no confidence": (lambda: plots.confidence_histograms([], [0.5]), "empty"),
    "loss NaN": (lambda: plots.training_curves({"a": history([NAN], [0.5])}), "not finite"),
    "history uneven": (lambda: plots.training_curves({"a": history([1, 2], [0.5])}), "2 values"),
    "other layers": (lambda: plots.activation_drift({"a": {"x": 1}, "b": {"y": 1}}), "layers"),
    "negative drift": (lambda: plots.activation_drift({"a": {"x": -1}}), "negative"),
    "no layers": (lambda: plots.activation_drift({"a": {}}), "empty"),
    "an alt text without ends": (
        lambda: plots.robustness_curve(EPSILONS, CURVES, alt_points=1),
        "2 or more",
    ),
    "another file type": (lambda: plots.save(grid(), "figure.bmp"), ".svg or .png"),
    "a figure of others": (lambda: plots.alt_text(Figure()), "alt text"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_refused_in_words(case: str) -> None:
    call, expected = REFUSED[case]
    with pytest.raises(CourseError, match=re.escape(expected)):
        call()


@pytest.mark.parametrize("theme", [plots.LIGHT, plots.DARK], ids=lambda t: t.name)
def test_colours_stand_out_from_their_paper(theme: plots.Theme) -> None:
    paper = luminance(*to_rgb(theme.paper))
    assert contrast(luminance(*to_rgb(theme.ink)), paper) >= 7
    assert contrast(luminance(*to_rgb(theme.alarm)), paper) >= 4.5
    assert [c for c in theme.series if contrast(luminance(*to_rgb(c)), paper) < 3] == []


def test_the_theme_for_any_page_is_read_on_white_and_on_black() -> None:
    theme = plots.EITHER
    for colour in (theme.ink, theme.alarm, *theme.series):
        for paper in ("#ffffff", "#0d1117"):
            assert contrast(luminance(*to_rgb(colour)), luminance(*to_rgb(paper))) >= 3


def test_contrast_is_that_of_wcag() -> None:
    assert contrast(luminance(0, 0, 0), luminance(1, 1, 1)) == pytest.approx(21)
    grey = luminance(*to_rgb("#767676"))
    assert contrast(grey, luminance(1, 1, 1)) == pytest.approx(4.54, abs=0.01)


def test_figures_lie_on_the_sites_own_paper() -> None:
    """Otherwise every figure would be in a box of nearly the page's colour."""
    style = (Path(__file__).parents[2] / "site" / "assets" / "style.css").read_text()
    papers = re.findall(r"--md-default-bg-color:\s*(#\w+)", style)
    assert papers == [plots.LIGHT.paper, plots.DARK.paper]
