"""The judge's images, drawn from the secret: which ones, in which order, and how they look.

`hidden_inputs` and `new_task` are functions of their arguments alone, the same on every machine. No
image that an answer is asked about stands in a file, so that one which looks images up finds none.
Where a student trains, none of a new task does.
Only `public_inputs`, for a student's own check, are images that everybody has or can draw.
"""

from __future__ import annotations

import hmac

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from course import data
from course.budget import budget, profile_name
from course.data import Dataset, Split, balanced_subset
from course.signs.alphabet import ROAD_SIGNS, Alphabet, drawn_alphabet
from course.signs.sampling import World

# `autograder check` draws from this in place of a secret: its inputs are public.
PUBLIC = b"public inputs"
# What is drawn for this name is the same in every assignment.
EVERY = "every assignment"
# Where a student trains, the signs themselves are new: there is nothing to bring along. The images
# of other profiles are dealt anew, but not varied: `new_task` keeps out what was learned elsewhere,
# and varied digits cost a right training 0.11 of its robust accuracy of 0.79.
TRAINED = {"a1-cnn", "a5-adversarial-training", "x-trades"}
# A varied image moves by half a pixel or a little more in each direction, its strokes change
# by up to an eighth of a pixel, and its light falls by up to a sixteenth. These are counts of
# sixteenths, and of 256ths of light: products of them with float32 pixels are exact in float64, so
# no processor rounds another way.
LEAST_SHIFT, SHIFT, STROKE, LIGHT = 8, 12, 2, 16
# More contrast for the signs of a new task, by channels: three of them drive a network more.
CONTRAST = {1: 2.5, 3: 1.44}
TASK_SIGNS, TASK_IMAGES, TASK_TEST_IMAGES = 5, 512, 200


def drawn_number(
    secret: bytes, assignment: str, profile: str, purpose: str, *, size: int = 4
) -> int:
    """A number of `size` bytes drawn from the secret, another one for each purpose."""
    text = f"{assignment}|{profile}|{purpose}".encode()
    return int.from_bytes(hmac.digest(secret, text, "sha256")[:size], "big")


def public_inputs(assignment: str, profile: str) -> Dataset:
    """Training and test images that students may see, as many as the budget says.

    They are the profile's own. Only where a student trains on road signs, they show signs of an
    alphabet that everybody can draw: bars are measured on drawn signs, and the ten on the road are
    harder. An adversarial training that reads 99 % of drawn ones reads 85 % of those.
    """
    if not same_in_every_assignment(assignment, profile):
        return drawn_signs(PUBLIC, assignment)
    seed = drawn_number(PUBLIC, EVERY, profile, "subset")
    return data.load(profile).take(budget(profile).train_images, budget(profile).test_images, seed)


def same_in_every_assignment(assignment: str, profile: str) -> bool:
    """Whether the public inputs are those of the other assignments too."""
    return profile_name(profile) != "signs" or assignment not in TRAINED


def hidden_inputs(secret: bytes, assignment: str, profile: str) -> Dataset:
    """Training and test images that only this secret draws, as many as the budget says.

    Road signs are drawn anew, signs that exist nowhere where a student trains. Images of other
    profiles are chosen and put in order by the secret, and varied a little where nobody trains.
    Raises CourseError when the profile cannot be loaded.
    """
    if profile_name(profile) == "signs":
        return drawn_signs(secret, assignment)
    whole, sizes = data.load(profile), budget(profile)
    draw = generator(secret, assignment, profile, "images")
    splits = whole.train, whole.test
    if profile == "digits":  # so few that a test split of them would be the same for every secret
        splits = redrawn(splits, draw)
    train, test = (
        chosen(split, count, draw, vary=assignment not in TRAINED)
        for split, count in zip(splits, (sizes.train_images, sizes.test_images), strict=True)
    )
    return Dataset(whole.name, train, test, whole.classes)


def published(profile: str) -> Tensor:
    """All images (N, C, H, W) that a file holds and `hidden_inputs` varies; no road signs.

    Raises CourseError when the profile cannot be loaded.
    """
    if profile_name(profile) == "signs":
        return torch.empty(0)
    whole = data.load(profile, progress=False)
    return torch.cat([whole.train.images, whole.test.images])


def drawn_signs(secret: bytes, assignment: str) -> Dataset:
    """Images of road signs, or of an alphabet of the secret's own, 32x32 in colour."""
    sizes, alphabet = budget("signs"), ROAD_SIGNS
    if assignment in TRAINED:
        alphabet = an_alphabet(secret, assignment, "signs", "alphabet")
    splits = {}
    for name, count in (("train", sizes.train_images), ("test", sizes.test_images)):
        seed = drawn_number(secret, assignment, "signs", f"{name} images", size=8)
        splits[name] = Split(*World(alphabet, seed).draw(count))
    return Dataset("signs", splits["train"], splits["test"], alphabet.classes)


def new_task(
    secret: bytes,
    assignment: str,
    profile: str,
    shape: tuple[int, int, int],
    classes: int,
    *,
    attempt: int = 0,
) -> tuple[Split, Split]:
    """Images to learn and images to be tested on, of up to five signs that exist nowhere.

    shape: channels and sides of the profile's images. The labels are drawn among all `classes`, so
    that a network of the profile's own fits. attempt: another number, another task.
    """
    purpose = f"new task {attempt}"
    draw = generator(secret, assignment, profile, purpose)
    signs = an_alphabet(secret, assignment, profile, f"alphabet of {purpose}").signs
    count = min(TASK_SIGNS, classes)
    alphabet = Alphabet(purpose, tuple(signs[number] for number in draw.permutation(10)[:count]))
    names = torch.from_numpy(draw.permutation(classes)[:count].astype(np.int64))
    seed = drawn_number(secret, assignment, profile, f"images of {purpose}", size=8)
    # Seen from the front and on a clear day, so that few images are enough to learn from.
    world = World(alphabet, seed, difficulty=0, size=shape[1], channels=shape[0])
    images, labels = world.draw(TASK_IMAGES + TASK_TEST_IMAGES)
    whole = Split(before_black(images), names[labels])
    return whole[:TASK_IMAGES], whole[TASK_IMAGES:]


def before_black(images: Tensor) -> Tensor:
    """The images (N, C, H, W) with a dark background, as digits have it, and more contrast.

    Each pixel becomes its distance from the median of its image. On bright backgrounds some right
    trainings get stuck: plain SGD, by the margin loss, gave every image the same class.
    """
    middle = images.flatten(2).median(dim=2).values[:, :, None, None]
    return ((images - middle).abs() * CONTRAST[images.shape[1]]).clamp(0, 1)


def an_alphabet(secret: bytes, assignment: str, profile: str, purpose: str) -> Alphabet:
    """Ten signs from one of 2**64 seeds: too many to try while a student's code runs."""
    return drawn_alphabet(drawn_number(secret, assignment, profile, purpose, size=8))


def generator(secret: bytes, assignment: str, profile: str, purpose: str) -> np.random.RandomState:
    """Random numbers from 256 bits of the secret. numpy promises that this kind never changes."""
    number = drawn_number(secret, assignment, profile, purpose, size=32)
    return np.random.RandomState(np.frombuffer(number.to_bytes(32, "little"), dtype="<u4"))


def redrawn(splits: tuple[Split, Split], draw: np.random.RandomState) -> tuple[Split, Split]:
    """Two splits of the same sizes, into which all images are dealt anew."""
    first, second = splits
    images = torch.cat([first.images, second.images])
    labels = torch.cat([first.labels, second.labels])
    whole = shuffled(Split(images, labels), draw)
    return whole[: len(first)], whole[len(first) :]


def chosen(split: Split, count: int, draw: np.random.RandomState, *, vary: bool) -> Split:
    """`count` images in a drawn order, as even over classes as `Dataset.take`; varied or not."""
    subset = balanced_subset(split.labels, count, seed=int(draw.randint(2**31)))
    taken = split[subset]
    if len(taken) == len(split):  # whole, and so in its own order
        taken = shuffled(taken, draw)
    return Split(varied(taken.images, draw), taken.labels) if vary else taken


def shuffled(split: Split, draw: np.random.RandomState) -> Split:
    """The same images in a drawn order."""
    return split[torch.from_numpy(draw.permutation(len(split)).astype(np.int64))]


def varied(images: Tensor, draw: np.random.RandomState) -> Tensor:
    """Each image (N, C, H, W) a little moved, its light a little lower, grey strokes a bit changed.

    So small that a network classifies it as before, and so large that the image differs from every
    published one by more than an attack may change.
    """
    exact = images.double()
    if images.shape[1] == 1:  # strokes on paper; in photographs this would show
        amount = sixteenths(draw, 0, STROKE, len(images))
        grown, shrunk = F.max_pool2d(exact, 3, 1, 1), -F.max_pool2d(-exact, 3, 1, 1)
        towards = torch.where(amount > 0, grown, shrunk)
        exact = exact + amount.abs() * (towards - exact)
    for dimension in (2, 3):
        amount = sixteenths(draw, LEAST_SHIFT, SHIFT, len(images))
        towards = torch.where(amount > 0, moved(exact, dimension, 1), moved(exact, dimension, -1))
        exact = exact + amount.abs() * (towards - exact)
    light = 1 - torch.from_numpy(draw.randint(LIGHT + 1, size=len(images))).double() / 256
    return (exact * light.view(-1, 1, 1, 1)).float()


def sixteenths(draw: np.random.RandomState, least: int, most: int, count: int) -> Tensor:
    """`count` numbers whose size is least/16 to most/16, of either sign, (count, 1, 1, 1)."""
    size = draw.randint(least, most + 1, size=count)
    sign = 2 * draw.randint(2, size=count) - 1
    return torch.from_numpy(size * sign).double().view(-1, 1, 1, 1) / 16


def moved(images: Tensor, dimension: int, step: int) -> Tensor:
    """The images moved by one pixel along a dimension; the border is repeated."""
    last = images.shape[dimension] - 1
    return images.index_select(dimension, (torch.arange(last + 1) - step).clamp(0, last))
