"""The budget of an exercise on each data profile; notebooks and judge read the same numbers."""

from dataclasses import dataclass
from difflib import get_close_matches

from course.errors import CourseError


@dataclass(frozen=True)
class Budget:
    """The limits of one data profile.

    `epsilon` is the largest change of a pixel, in pixel units ([0,1] images). `train_images` and
    `test_images` are upper limits: a smaller dataset is used whole. The two epoch counts are those
    of ordinary and adversarial training.
    """

    epsilon: float
    train_images: int
    test_images: int
    cnn_epochs: int
    adversarial_epochs: int


# Larger epsilons than these either leave no accuracy to defend (digits, Fashion-MNIST) or can be
# seen by anybody (natural images, where 8/255 is the usual value in the literature).
BUDGETS = {
    "digits": Budget(0.1, 1_200, 597, 15, 15),
    "signs": Budget(8 / 255, 1_500, 500, 10, 10),
    "mnist": Budget(0.2, 10_000, 1_000, 5, 6),
    "fashion-mnist": Budget(0.1, 10_000, 1_000, 5, 6),
    "cifar10": Budget(8 / 255, 5_000, 1_000, 5, 6),
    "imagefolder": Budget(8 / 255, 5_000, 1_000, 5, 6),
}


def profile_name(profile: str) -> str:
    """The kind of a profile: `imagefolder` for `imagefolder:PATH`, else the name itself.

    Raises CourseError for a name that is not in `BUDGETS`, and for an image folder without a path.
    """
    name, colon, path = str(profile).partition(":")
    if name not in BUDGETS or (colon and name != "imagefolder"):
        raise CourseError(f"there is no data profile {profile!r}{_suggestion(name)}")
    if name == "imagefolder" and not path:
        raise CourseError("imagefolder needs a folder: write imagefolder:PATH")
    return name


def budget(profile: str) -> Budget:
    """The budget of a profile such as `digits` or `imagefolder:PATH`.

    Raises CourseError when the profile is unknown.
    """
    return BUDGETS[profile_name(profile)]


def _suggestion(name: str) -> str:
    close = get_close_matches(name.lower(), BUDGETS, n=1)
    known = ", ".join(BUDGETS).replace("imagefolder", "imagefolder:PATH")
    return f"; did you mean {close[0]!r}? Known: {known}" if close else f"; known: {known}"
