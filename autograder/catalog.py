"""The assignments: their exercises, the names students implement, and where each is checked.

Points are not here: they are written once, on the checks, and added up by `points`. Extensions are
built and checked like assignments, but their checks bear no points, and nobody is graded on them.
"""

from __future__ import annotations

import difflib
import importlib.util
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder import installed
from course.errors import CourseError


@dataclass(frozen=True)
class Exercise:
    """One graded exercise: the id of its cell, a title, and the names its answer defines."""

    id: str
    title: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class Written:
    """One question that is answered in words and graded by hand: the id of its cell, its points."""

    id: str
    title: str
    points: int


@dataclass(frozen=True)
class Assignment:
    """One assignment; `id` is also the name of its notebook and of its folder."""

    id: str
    title: str
    exercises: tuple[Exercise, ...]
    written: tuple[Written, ...] = ()
    extra: str = ""  # the extra of this project that its answer needs, and the packages in it
    packages: tuple[str, ...] = ()

    @property
    def missing(self) -> list[str]:
        """The packages that its answer needs and that are not installed."""
        return [name for name in self.packages if importlib.util.find_spec(name) is None]

    @property
    def names(self) -> tuple[str, ...]:
        """Every name the student implements."""
        return tuple(name for exercise in self.exercises for name in exercise.names)

    @property
    def by_hand(self) -> int:
        """The points that a person gives; the judge's scores do not include them."""
        return sum(question.points for question in self.written)

    @property
    def module(self) -> str:
        """The module that holds the checks."""
        return f"autograder.checks.{self._place}"

    @property
    def check_file(self) -> Path:
        """The file that pytest runs."""
        return installed.CHECKS / (self._place.replace(".", "/") + ".py")

    @property
    def _place(self) -> str:
        """Below `autograder.checks`: a room for each assignment, one file for each extension."""
        name = self.id.replace("-", "_")
        return f"extensions.{name}" if name.startswith("x_") else f"{name}.checks"


def _exercise(name: str, title: str) -> Exercise:
    """An exercise whose cell has the name that it defines."""
    return Exercise(name.lower(), title, (name,))


ASSIGNMENTS = {
    assignment.id: assignment
    for assignment in (
        Assignment(
            "a1-cnn",
            "Build and train a convolutional network",
            (
                _exercise("CNN", "Build the network"),
                _exercise("train", "Train it"),
                _exercise("accuracy", "Measure it"),
            ),
        ),
        Assignment(
            "a2-hooks",
            "Look inside: hooks and activations",
            (
                Exercise("activation_monitor", "Watch the layers", ("ActivationMonitor",)),
                _exercise("activation_drift", "How far an attack moves each layer"),
            ),
        ),
        Assignment(
            "a3-fgsm",
            "Attack it: the fast gradient sign method",
            (
                _exercise("fgsm", "One step up the gradient's sign"),
                _exercise("attack_success_rate", "How often the attack works"),
                _exercise("robustness_curve", "Accuracy against epsilon"),
            ),
        ),
        Assignment(
            "a4-pgd",
            "Attack it better: many small steps",
            (
                _exercise("pgd", "Many small steps, kept within epsilon"),
                _exercise("margin_loss", "A loss that scaling cannot hide"),
                _exercise("worst_case_accuracy", "The worst case over attacks"),
            ),
        ),
        Assignment(
            "a5-adversarial-training",
            "Defend it: adversarial training",
            (_exercise("adversarial_train", "Train on the attacks"),),
        ),
        Assignment(
            "a6-audit",
            "Audit it: when a robustness number is a lie",
            (
                _exercise("to_pixel_epsilon", "One unit for every epsilon"),
                _exercise("evaluate", "An evaluation to rely on"),
                _exercise("break_defense", "Break what hides its gradient"),
                _exercise("certified_radius", "A radius that is proved"),
            ),
            (
                Written("audit_report", "Audit a report", 5),
                Written("disclosure", "Tell them, and tell the world", 5),
            ),
        ),
    )
}


EXTENSIONS = {
    extension.id: extension
    for extension in (
        Assignment(
            "x-targeted",
            "Choose the wrong answer: targeted attacks",
            (
                _exercise("targeted_pgd", "Towards a class of your choice"),
                _exercise("least_likely", "The hardest target"),
            ),
        ),
        Assignment(
            "x-l2",
            "Another budget: attacks in the Euclidean norm",
            (
                _exercise("project_l2", "Back onto the ball"),
                _exercise("l2_pgd", "Steps along the gradient itself"),
            ),
        ),
        Assignment(
            "x-patch",
            "Few pixels, any value: adversarial patches",
            (
                _exercise("apply_patch", "Stick it on"),
                _exercise("train_patch", "Learn one patch for every image"),
                _exercise("photograph", "Photograph a sticker"),
                _exercise("train_sticker", "Learn one sticker for every view"),
            ),
        ),
        Assignment(
            "x-trades",
            "Buy robustness at a price you choose: TRADES",
            (
                _exercise("trades_loss", "Two losses and an exchange rate"),
                _exercise("trades_train", "Train with it"),
            ),
        ),
        Assignment(
            "x-onnx",
            "Ship it: export to ONNX",
            (Exercise("onnx_network", "A network from a file", ("OnnxNetwork",)),),
            extra="onnx",
            packages=("onnx", "onnxscript", "onnxruntime"),
        ),
    )
}
KNOWN = {**ASSIGNMENTS, **EXTENSIONS}


def assignment(name: str) -> Assignment:
    """The assignment or extension called `name`. Raises CourseError with the known names."""
    if name in KNOWN:
        return KNOWN[name]
    near = difflib.get_close_matches(name, KNOWN, n=1)
    meant = f": did you mean {near[0]}?" if near else "."
    raise CourseError(f"no assignment called {name!r}{meant} Known: {', '.join(KNOWN)}")


def graded(name: str) -> Assignment:
    """The assignment called `name`. Raises CourseError for an extension: it has no points."""
    if name in EXTENSIONS:
        raise CourseError(f"{name} is an extension without points: `autograder check {name} FILE`")
    return assignment(name)


# --- checks --------------------------------------------------------------------------------------

MARKED = ("points", "needs", "exercise", "lecture", "picture")  # what a `graded` marker may say


@dataclass(frozen=True)
class Check:
    """What a check's `graded` marker and its docstring say.

    needs: the name of an earlier check; without points for that one, this one is skipped.
    lecture: the address of its lecture on the site. picture: whether pictures of the student's
    attack explain a wrong answer.
    """

    name: str
    title: str
    exercise: str
    max_points: float
    needs: str | None
    lecture: str
    picture: bool = False

    @classmethod
    def of(cls, function: Callable[..., object]) -> Check | None:
        """The check that `function` is, or None if it has no `graded` marker.

        Raises CourseError for a marker with an unknown argument, or without an exercise.
        """
        for mark in getattr(function, "pytestmark", []):
            if mark.name == "graded":
                name = function.__name__.removeprefix("test_")
                said: dict[str, Any] = mark.kwargs
                for argument in said:
                    if argument not in MARKED:
                        raise wrong_marker(function, "the argument", argument, MARKED)
                if mark.args or "exercise" not in said:
                    raise CourseError(
                        f"{inspect.getfile(function)}: check {name}: write "
                        "graded(exercise=..., points=..., needs=...), each with its keyword"
                    )
                title = (inspect.getdoc(function) or function.__name__).partition("\n")[0]
                return cls(
                    name=name,
                    title=title.rstrip("."),
                    exercise=said["exercise"],
                    max_points=said.get("points", 0),
                    needs=said.get("needs"),
                    lecture=said.get("lecture", ""),
                    picture=said.get("picture", False),
                )
        return None


def checks(assignment_id: str) -> list[Check]:
    """The checks of an assignment in the order in which they run. Raises CourseError."""
    known = assignment(assignment_id)
    module = importlib.import_module(known.module)
    return checks_among(
        known, [value for name, value in vars(module).items() if name.startswith("test_")]
    )


def checks_among(known: Assignment, functions: Iterable[Callable[..., object]]) -> list[Check]:
    """The checks among these functions, in their order.

    Raises CourseError, with the file, the check and the wrong value, where a marker names an
    exercise that the assignment does not have, needs what is no earlier check, or links to no
    lecture.
    """
    exercises = [exercise.id for exercise in known.exercises]
    lectures = lecture_addresses()
    found: dict[str, Check] = {}
    for function in functions:
        if (check := Check.of(function)) is None:
            continue
        if check.exercise not in exercises:
            raise wrong_marker(function, "exercise", check.exercise, exercises)
        if check.needs is not None and check.needs not in found:
            raise wrong_marker(function, "needs", check.needs, found, "an earlier check")
        if lectures and check.lecture and check.lecture.partition("#")[0] not in lectures:
            raise wrong_marker(function, "lecture", check.lecture, lectures)
        found[check.name] = check
    return list(found.values())


def lecture_addresses() -> list[str]:
    """The addresses of the lectures on the site; none in a copy of the course without the site."""
    pages = sorted(page.stem for page in installed.LECTURES.glob("*.md"))
    return [f"lectures/{page}/" for page in pages]


def wrong_marker(
    function: Callable[..., object], what: str, value: str, known: Iterable[str], kind: str = ""
) -> CourseError:
    """The error for a marker that says `value` where only what is `known` can stand."""
    near = difflib.get_close_matches(str(value), known, n=1)
    meant = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(known) or 'none'}"
    name = function.__name__.removeprefix("test_")
    return CourseError(
        f"{inspect.getfile(function)}: check {name}: {what} {value!r} is not "
        f"{kind or 'known'}. {meant}"
    )


def points(assignment_id: str) -> dict[str, float]:
    """The points of each exercise, by exercise id: the sum over its checks, halves included."""
    totals = {exercise.id: 0.0 for exercise in assignment(assignment_id).exercises}
    for check in checks(assignment_id):
        totals[check.exercise] += check.max_points
    return {exercise: whole(round(total, 2)) for exercise, total in totals.items()}


def whole(number: float) -> float:
    """A number without a fraction as a whole one, so that notebooks and pages say 2 and not 2.0."""
    return int(number) if number == int(number) else number
