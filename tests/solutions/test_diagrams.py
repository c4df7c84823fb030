"""The diagrams are right: their convolution, paths and radius are computed."""

from __future__ import annotations

import re
from statistics import NormalDist

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from course import plots
from solutions.figures import diagrams
from solutions.figures.diagrams import attack_paths, convolution, smoothing


@pytest.mark.parametrize("name", diagrams.FIGURES)
@pytest.mark.parametrize("theme", [plots.LIGHT, plots.DARK], ids=lambda theme: theme.name)
def test_every_diagram_has_a_title_and_says_itself_in_words(name: str, theme: plots.Theme) -> None:
    figure = diagrams.FIGURES[name].draw({}, theme)
    words = plots.alt_text(figure)
    assert len(words.split()) > 40
    assert figure.get_suptitle().count("\n") == 0  # a second line would push the drawing down


def test_convolution_is_the_one_of_pytorch() -> None:
    image, kernel = (
        torch.tensor(array, dtype=torch.float64)[None, None]
        for array in (convolution.IMAGE, convolution.KERNEL)
    )
    expected = F.conv2d(image, kernel)[0, 0] + convolution.BIAS
    assert np.allclose(convolution._convolved(), expected)
    assert convolution._convolved()[0, 0] == pytest.approx(3.2)  # the lecture's own example


def test_many_steps_stay_in_the_ball_and_beat_one() -> None:
    fgsm, steps = attack_paths._paths()
    assert np.abs(fgsm - attack_paths.CENTRE).max() == attack_paths.EPSILON
    assert all(np.abs(x - attack_paths.CENTRE).max() <= attack_paths.EPSILON for _, x in steps)
    assert any((moved != x).any() for moved, x in steps)  # the projection is visible
    assert max(attack_paths._loss(x) for _, x in steps) > attack_paths._loss(fgsm)


def test_radius_in_the_picture_is_one_that_the_votes_certify() -> None:
    title = diagrams.FIGURES["diagram-smoothing"].draw({}, plots.LIGHT).get_suptitle()
    votes, draws, radius = map(float, re.findall(r"[\d.]+", title))
    claimed = smoothing.SIGMA * NormalDist().inv_cdf(votes / draws)
    assert 0 < radius < claimed  # less than for the share of votes itself
    heights = np.linspace(-1, 1, 1001)
    border = np.stack([smoothing._border(heights), heights], axis=-1)
    assert np.linalg.norm(border - smoothing.AT, axis=-1).min() < radius  # as the text says of it
