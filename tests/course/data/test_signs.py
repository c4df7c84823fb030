"""Signs drawn from a seed: the same everywhere, and each image depends only on its number."""

import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from course.data import Dataset, Split, load
from course.errors import CourseError
from course.signs import camera, profile
from course.signs.alphabet import LEAST_DISTANCE, ROAD_SIGNS, Alphabet, distance, drawn_alphabet
from course.signs.drawing import draw_sign
from course.signs.glyphs import CHARACTERS, SYMBOLS, glyph_outline
from course.signs.grammar import COLOURS, Sign
from course.signs.outlines import circle, difference, polygon, stroke
from course.signs.sampling import World
from course.signs.stream import Draws

WORLD = World(ROAD_SIGNS, seed=7)
SQUARE = [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]


def at(*points: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    x, y = np.array(points, dtype=float).T
    return x, y


# Outlines and glyphs


def test_outlines_are_distances_from_their_edge() -> None:
    places = at((0, 0), (1, 0), (0, 2))
    assert circle(0.5)(*places) == pytest.approx([-0.5, 0.5, 1.5])
    assert polygon(SQUARE)(*places) == pytest.approx([-0.5, 0.5, 1.5])
    assert polygon(SQUARE, 0.25)(*at((1.5, 1.5))) == pytest.approx(2**0.5 - 0.25)
    assert stroke([(-1, 0), (1, 0)], 0.5)(*at((0, 1), (2, 0))) == pytest.approx([0.75, 0.75])
    assert difference(circle(1), circle(0.5))(*places) == pytest.approx([0.5, 0.0, 1.0])


@pytest.mark.parametrize("glyph", [*SYMBOLS, *CHARACTERS, "STOP", "30", "1234567890"])
def test_glyphs_fill_their_box_and_do_not_leave_it(glyph: str) -> None:
    around = np.linspace(-1.5, 1.5, 121)
    x, y = np.meshgrid(around, around)
    inside = glyph_outline(glyph)(x, y) <= 0
    assert inside.any()
    reach = max(np.abs(x[inside]).max(), np.abs(y[inside]).max())
    assert 0.6 <= reach <= 1.05


def test_glyph_that_nobody_can_draw_is_refused() -> None:
    with pytest.raises(CourseError, match="no glyph is called 'X9'"):
        Sign("odd", "circle", (), "white", "X9")
    with pytest.raises(CourseError, match="shape 'blob'; there are circle"):
        Sign("odd", "blob", (), "white")
    with pytest.raises(CourseError, match="colour 'pink'"):
        Sign("odd", "circle", ((0.1, "pink"),), "white")


# One sign


def test_sign_is_painted_from_the_edge_to_the_middle() -> None:
    picture = draw_sign(Sign("bull", "circle", ((0.3, "red"),), "white", "disc"), 100)
    for place, colour in ((50, "black"), (75, "white"), (94, "red")):
        assert picture[50, place] == pytest.approx([*COLOURS[colour], 1])
    assert picture[2, 2].tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("sign", ROAD_SIGNS.signs, ids=lambda sign: sign.name)
def test_large_and_small_pictures_show_the_same_sign(sign: Sign) -> None:
    large, small = draw_sign(sign, 256), draw_sign(sign, 32)
    assert large.min() >= 0
    assert large.max() <= 1
    averaged = large.reshape(32, 8, 32, 8, 4).mean(axis=(1, 3))
    assert np.abs(averaged - small).mean() < 0.01


# Alphabets


def test_road_signs_are_ten_that_can_be_told_apart() -> None:
    assert len(ROAD_SIGNS.classes) == 10
    nearest = min(distance(a, b) for a, b in combinations(ROAD_SIGNS.signs, 2))
    assert nearest > 1.5 * LEAST_DISTANCE
    assert distance(ROAD_SIGNS.signs[0], ROAD_SIGNS.signs[0]) == 0


@pytest.mark.parametrize("seed", [0, 1, 2**64 - 1])
def test_drawn_alphabet_is_new_and_can_be_told_apart(seed: int) -> None:
    alphabet = drawn_alphabet(seed)
    assert alphabet == drawn_alphabet(seed)
    assert len(set(alphabet.classes)) == 10
    everything = (*alphabet.signs, *ROAD_SIGNS.signs)
    for sign in alphabet.signs:
        assert min(distance(sign, other) for other in everything if other is not sign) >= 0.12


def test_seeds_draw_different_alphabets() -> None:
    drawn = [drawn_alphabet(seed) for seed in range(20)]
    assert len({alphabet.signs for alphabet in drawn}) == 20
    assert len({sign for alphabet in drawn for sign in alphabet.signs}) > 150


def test_signs_too_alike_are_refused_with_their_distance() -> None:
    one = ROAD_SIGNS.signs[0]
    same = replace(one, name="halt", bands=((0.07, "white"),))
    with pytest.raises(CourseError, match=r"'stop' and 'halt' are too alike.*0\.0\d\d.*0\.05"):
        Alphabet("twins", (one, same))


@pytest.mark.parametrize("signs", [(), ROAD_SIGNS.signs[:1], ROAD_SIGNS.signs[:1] * 2])
def test_alphabet_needs_two_signs_with_names_of_their_own(signs: tuple[Sign, ...]) -> None:
    with pytest.raises(CourseError, match="at least two signs"):
        Alphabet("small", signs)


# Images


@pytest.mark.parametrize(("size", "channels"), [(32, 3), (28, 1), (64, 3)])
def test_images_fit_the_models(size: int, channels: int) -> None:
    images, labels = World(ROAD_SIGNS, 7, size=size, channels=channels).draw(30)
    assert images.shape == (30, channels, size, size)
    assert images.dtype == torch.float32
    assert images.is_contiguous()
    assert images.min() >= 0
    assert images.max() <= 1
    assert torch.equal((images * 255).round() / 255, images)
    assert labels.dtype == torch.int64
    assert labels.bincount().tolist() == [3] * 10


def test_image_depends_on_its_number_and_on_no_other_image(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    images, labels = WORLD.draw(45)
    for first, count in ((0, 1), (7, 3), (13, 32)):
        again, their_labels = WORLD.draw(count, first=first)
        assert torch.equal(again, images[first : first + count])
        assert torch.equal(their_labels, labels[first : first + count])
    monkeypatch.setattr("course.signs.sampling._CHUNK", 11 * 32 * 32)
    assert torch.equal(WORLD.draw(45)[0], images)


def test_random_states_are_neither_used_nor_changed() -> None:
    before, numpys = torch.random.get_rng_state(), np.random.get_state()[1].tolist()
    first = WORLD.pixels(10)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert np.random.get_state()[1].tolist() == numpys
    torch.manual_seed(5)
    assert np.array_equal(WORLD.pixels(10), first)


@pytest.mark.parametrize(
    "other",
    [replace(WORLD, seed=8), replace(WORLD, alphabet=drawn_alphabet(1))],
    ids=["seed", "alphabet"],
)
def test_seed_and_alphabet_change_every_image(other: World) -> None:
    changed = (WORLD.pixels(40) != other.pixels(40)).reshape(40, -1)
    assert changed.any(axis=1).all()


def test_labels_are_balanced_and_in_no_order() -> None:
    labels = WORLD.labels(1_000).reshape(100, 10)
    assert (np.sort(labels) == np.arange(10)).all()
    assert len({tuple(order) for order in labels.tolist()}) > 95
    assert np.bincount(WORLD.labels(23)).max() <= 3


def test_every_sign_stands_before_many_scenes() -> None:
    images, labels = WORLD.draw(200)
    for label in range(10):
        corners = images[labels == label][:, :, 0, 0]
        assert len(corners.unique(dim=0)) >= 18


def test_larger_picture_shows_the_same_scene() -> None:
    small, _ = WORLD.draw(20)
    large, _ = replace(WORLD, size=128).draw(20)
    averaged = torch.nn.functional.avg_pool2d(large, 4)
    assert (averaged - small).abs().mean() < 0.02
    assert (averaged - small.roll(1, dims=0)).abs().mean() > 0.1


def test_grey_images_are_the_colour_images_without_colour() -> None:
    colour, _ = replace(WORLD, difficulty=0).draw(20)
    grey, _ = replace(WORLD, difficulty=0, channels=1).draw(20)
    weights = torch.tensor([0.299, 0.587, 0.114]).reshape(1, 3, 1, 1)
    assert ((colour * weights).sum(dim=1, keepdim=True) - grey).abs().max() < 0.01


def test_difficulty_takes_signs_away_from_how_they_are_seen_best() -> None:
    """The further from difficulty 0, the more an image of the same scene differs from it."""
    worlds = [replace(WORLD, difficulty=part / 4) for part in range(5)]
    images = [world.draw(100)[0] for world in worlds]
    away = [(image - images[0]).square().mean().item() for image in images]
    assert all(more > less for less, more in pairwise(away))
    contrast = [image.std(dim=(1, 2, 3)).mean().item() for image in images]
    assert all(more < less for less, more in pairwise(contrast))


def test_haze_never_turns_light_into_dark() -> None:
    def seen(colour: float) -> np.ndarray:
        draws = Draws.of_seed(3, "scene", columns=camera.COLUMNS, count=300)
        return camera.weather(draws, np.full((300, 8, 8, 3), colour, dtype=np.float32), 1.0)

    assert (seen(1) - seen(0)).min() > 0


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"seed": -1}, "a seed is a whole number from 0"),
        ({"seed": 2**64}, "a seed is a whole number from 0"),
        ({"seed": 1.5}, "a seed is a whole number from 0"),
        ({"difficulty": 1.1}, "difficulty goes from 0 to 1"),
        ({"difficulty": float("nan")}, "difficulty goes from 0 to 1"),
        ({"size": 513}, "8 to 512 pixels"),
        ({"size": 7}, "8 to 512 pixels"),
        ({"channels": 2}, "1 channel"),
    ],
)
def test_world_that_cannot_be_drawn_is_refused(wrong: dict[str, float], message: str) -> None:
    with pytest.raises(CourseError, match=message):
        replace(WORLD, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(("count", "first"), [(0, 0), (3, -1)])
def test_images_that_have_no_number_are_refused(count: int, first: int) -> None:
    with pytest.raises(CourseError, match="at least 1 image"):
        WORLD.draw(count, first=first)


def test_alphabet_refuses_a_seed_out_of_range() -> None:
    with pytest.raises(CourseError, match="a seed is a whole number from 0"):
        drawn_alphabet(-1)


# The profile


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def signs(root: Path) -> Dataset:
    return load("signs", root=root)


@pytest.fixture
def cached(root: Path, signs: Dataset) -> Path:
    (path,) = (root / "signs").iterdir()
    return path


def test_profile_is_balanced_and_its_splits_share_no_image(signs: Dataset) -> None:
    assert (len(signs.train), len(signs.test)) == (profile.TRAIN_IMAGES, profile.TEST_IMAGES)
    assert signs.image_shape == (3, 32, 32)
    assert signs.classes == ROAD_SIGNS.classes
    assert set(signs.train.labels.bincount().tolist()) == {profile.TRAIN_IMAGES // 10}
    everything = torch.cat([signs.train.images, signs.test.images]).flatten(1)
    assert len({row.numpy().tobytes() for row in everything}) == len(everything)


def test_profile_is_the_same_on_every_machine(cached: Path) -> None:
    assert hashlib.sha256(cached.read_bytes()).hexdigest() == profile.PIXELS_SHA256


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="numpy names other features")
def test_images_are_the_same_on_an_older_processor() -> None:
    """Numpy without vector instructions rounds differently wherever an unsafe operation is left."""
    code = (
        "from course.signs.sampling import World; from course.signs.alphabet import ROAD_SIGNS;"
        "import hashlib;"
        "print(hashlib.sha256(World(ROAD_SIGNS, 7).pixels(60).tobytes()).hexdigest())"
    )
    features = "X86_V3 X86_V4 AVX2 FMA3 AVX512F AVX512CD AVX512_SKX AVX512_ICL"
    environment = {**os.environ, "NPY_DISABLE_CPU_FEATURES": features}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == hashlib.sha256(WORLD.pixels(60).tobytes()).hexdigest()


def test_second_time_is_read_from_the_cache(
    root: Path, signs: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(World, "pixels")
    assert load("signs", root=root).sha256 == signs.sha256


@pytest.mark.parametrize("damage", ["short", "altered", "empty"])
def test_damaged_cache_is_one_line_and_what_to_do(
    damage: str, cached: Path, tmp_path: Path
) -> None:
    content = bytearray(cached.read_bytes())
    content[5_000] ^= 1
    copies = {"short": content[:-1], "altered": content, "empty": b""}
    path = tmp_path / "signs" / cached.name
    path.parent.mkdir()
    path.write_bytes(copies[damage])
    with pytest.raises(CourseError) as caught:
        load("signs", root=tmp_path)
    message = str(caught.value)
    assert "\n" not in message
    for part in (str(path), f"{len(copies[damage]):,} bytes", "Delete it"):
        assert part in message


def test_nothing_needs_to_be_written(
    tmp_path: Path, signs: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A data root that is a file can neither be read nor written, not even by root."""
    monkeypatch.setattr(
        profile, "_drawn", lambda: np.concatenate([_bytes(signs.train), _bytes(signs.test)])
    )
    (tmp_path / "file").write_text("no folder")
    assert load("signs", root=tmp_path / "file").sha256 == signs.sha256


def test_other_pixels_are_never_kept(
    tmp_path: Path, signs: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = np.concatenate([_bytes(signs.train), _bytes(signs.test)])
    pixels[0, 0, 0, 0] ^= 1
    monkeypatch.setattr(profile, "_drawn", lambda: pixels)
    assert load("signs", root=tmp_path).sha256 != signs.sha256
    assert not list(tmp_path.iterdir())


def _bytes(split: Split) -> np.ndarray:
    return (split.images * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
