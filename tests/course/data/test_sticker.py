"""A printed sticker goes the way of its sign: same view, same light, same lens."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from course.errors import CourseError
from course.signs.alphabet import ROAD_SIGNS
from course.signs.sampling import World
from course.signs.sticker import Sticker, views
from solutions.extensions.patch import photograph

WORLD = World(ROAD_SIGNS, seed=7)


def plain(value: float, dots: int = 4) -> torch.Tensor:
    return torch.full((3, dots, dots), value)


def test_a_sticker_changes_the_sign_and_nothing_beside_it() -> None:
    bare, labels = WORLD.draw(30)
    stuck, same = WORLD.draw(30, sticker=Sticker(plain(1.0), 0.4))
    assert torch.equal(labels, same)
    maps = WORLD.views(30)
    inside = photograph(plain(1.0), torch.zeros(30, 3, 32, 32), maps, torch.ones(30, 3), 0.4) > 0
    near = torch.nn.functional.max_pool2d(inside.float(), 5, 1, 2) > 0  # a lens may blur it
    changed = (stuck - bare).abs() > 0
    assert not changed[~near].any()
    assert changed.flatten(1).any(dim=1).all()


def test_a_photographed_sticker_is_where_the_views_say() -> None:
    """The exercise's own camera shows the dots that the course's camera shows, on a clear day."""
    world = replace(WORLD, difficulty=0)
    dots = torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0]]).T.reshape(3, 2, 2)
    shown, _ = world.draw(10, sticker=Sticker(dots, 0.5))
    large = torch.nn.functional.interpolate(dots[None], scale_factor=32, mode="nearest")[0]
    own = photograph(large, shown, world.views(10), torch.ones(10, 3), 0.5)
    assert (own - shown).abs().median() < 0.01
    assert ((own - shown).abs() > 0.1).float().mean() < 0.02  # the edges between dots


def test_views_are_those_of_the_photographs() -> None:
    assert torch.equal(WORLD.views(3, first=5), WORLD.views(8)[5:])
    straight, lights = views(4, difficulty=0)
    assert torch.equal(lights, torch.ones(4, 3))
    scaled = straight / straight[:, 2:, 2:]
    assert torch.allclose(scaled[:, 0, 1:], torch.zeros(4, 2), atol=1e-6)


def test_one_seed_gives_one_set_of_views() -> None:
    first, again, other = (views(5, channels=1, seed=seed) for seed in (3, 3, 4))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[0], other[0])
    assert first[1].shape == (5, 1)
    assert 0.5 <= first[1].min() <= first[1].max() <= 1.1


@pytest.mark.parametrize(
    ("pixels", "half", "message"),
    [
        (torch.zeros(1, 4, 4), 0.4, r"\(3, s, s\); got \(1, 4, 4\)"),
        (torch.zeros(3, 4, 5), 0.4, r"got \(3, 4, 5\)"),
        (torch.zeros(4, 4), 0.4, "one image"),
        (plain(2.0), 0.4, "pixels"),
        (plain(0.5), 0.7, "at most 0.6"),
        (plain(0.5), float("nan"), "at most 0.6"),
    ],
)
def test_a_sticker_that_cannot_be_printed_is_one_line(
    pixels: torch.Tensor, half: float, message: str
) -> None:
    with pytest.raises(CourseError, match=message):
        Sticker(pixels, half)


def test_a_sticker_covers_its_square_of_every_picture() -> None:
    textures = np.zeros((2, 96, 96, 4), dtype=np.uint8)
    stuck = Sticker(plain(1.0, 3), 0.5).on(textures)
    assert (stuck[:, 24:72, 24:72] == 255).all()
    assert stuck.sum() == 2 * 48 * 48 * 4 * 255
    assert not textures.any()
