"""Figures of a network's inside name their content and refuse data that they cannot draw."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from course import plots
from course.errors import CourseError
from course.models import build
from course.monitor import feature_maps
from course.plots import activations as activation_plots

IMAGE = torch.linspace(0, 1, 784).reshape(1, 28, 28)


def drawn_maps(**options: Any) -> plots.CourseFigure:
    model = build("tiny-cnn", seed=0)
    maps = {layer: feature_maps(model, IMAGE, layer) for layer in ("conv1", "pool2")}
    return activation_plots.feature_map_grid(IMAGE, maps, **options)


DRAWINGS: dict[str, Callable[..., plots.CourseFigure]] = {
    "filters": lambda **k: activation_plots.filter_grid(
        build("tiny-cnn", seed=0).conv1.weight, **k
    ),
    "maps": drawn_maps,
    "activity": lambda **k: activation_plots.unit_activity(
        {"relu1": [0.5, 1.0], "relu2": [0.0, 0.2, 0.0]}, **k
    ),
}


@pytest.mark.parametrize("name", DRAWINGS)
@pytest.mark.parametrize("theme", [plots.LIGHT, plots.DARK, plots.EITHER])
def test_each_is_drawn_in_each_theme_with_words(name: str, theme: plots.Theme) -> None:
    figure = DRAWINGS[name](theme=theme)
    bundle, _ = figure._repr_mimebundle_()
    assert bundle["image/png"]
    assert len(plots.alt_text(figure)) > 60


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_title_can_be_given(name: str) -> None:
    assert plots.alt_text(DRAWINGS[name](title="My own title")).startswith("My own title.")


def test_words_tell_filters_of_one_sign() -> None:
    filters = torch.tensor([[1.0, 2.0], [-1.0, 2.0], [0.0, -3.0]]).reshape(3, 1, 1, 2)
    words = plots.alt_text(activation_plots.filter_grid(filters))
    assert "3 filters" in words
    assert "from -3.00 to 2.00; 2 filters have weights of one sign alone, 1 weigh" in words


def test_words_count_dead_units_and_maps() -> None:
    words = plots.alt_text(DRAWINGS["activity"]())
    assert "2 of the 3 units of 'relu2' are never on" in words
    assert "relu1: 2 units, the busiest on for 100 % of the images" in words
    maps = {"relu": torch.stack([torch.zeros(2, 2), torch.ones(2, 2)])}
    words = plots.alt_text(activation_plots.feature_map_grid(IMAGE, maps))
    assert "relu: 2 maps of 2 by 2, values 0 to 1, 1 of them all 0" in words
    assert "shown" not in words
    few = activation_plots.feature_map_grid(IMAGE, maps, most=1)
    assert "1 of them all 0, of which the first 1 are shown" in plots.alt_text(few)
    alive = activation_plots.unit_activity({"relu": [0.5, 1.0]})
    assert "Every unit is on for some image" in plots.alt_text(alive)


def test_colour_images_and_filters_are_drawn() -> None:
    assert activation_plots.filter_grid(torch.randn(4, 3, 5, 5))
    assert activation_plots.feature_map_grid(torch.rand(3, 8, 8), {"conv": torch.rand(20, 4, 4)})


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: activation_plots.filter_grid(torch.zeros(4, 8, 3, 3)), r"model\.conv1\.weight"),
        (lambda: activation_plots.filter_grid(torch.zeros(65, 1, 3, 3)), "at most 64"),
        (lambda: activation_plots.filter_grid(torch.full((1, 1, 2, 2), torch.nan)), "not finite"),
        (lambda: activation_plots.feature_map_grid(IMAGE, {}), "0 layers given"),
        (
            lambda: activation_plots.feature_map_grid(IMAGE, {"fc": torch.zeros(10)}),
            r"maps of 'fc' have shape \(10,\)",
        ),
        (lambda: activation_plots.feature_map_grid(2 * IMAGE, {"c": IMAGE}), r"lie in \[0, 1\]"),
        (lambda: activation_plots.unit_activity({"relu": [1.5]}), "fractions"),
        (lambda: activation_plots.unit_activity({}), "0 series"),
    ],
)
def test_what_cannot_be_drawn_is_told(draw: Callable[[], object], message: str) -> None:
    with pytest.raises(CourseError, match=message):
        draw()
