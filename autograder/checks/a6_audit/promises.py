"""The promises in the docstrings of a6-audit beside the result: refusals, and no side effects."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from autograder.checks.a6_audit.defences import DefenceCase
from autograder.checks.a6_audit.known_robustness import Case
from autograder.checks.refusals import require_refusal
from autograder.judge.checking import (
    Crash,
    Ref,
    Setting,
    Split,
    Student,
    Wrong,
    expect_true,
    require_images,
    require_number,
    same_weights,
)

RANGE = "Write `if not 0 < each < math.inf: raise ValueError(...)`: NaN is refused too."
FEW = 6  # images, where only an error or a side effect is looked for


def refuses(
    student: Student, name: str, cases: Mapping[str, Sequence[Any]], *, hint: str = RANGE
) -> None:
    """Raise Wrong unless the student's `name` refuses each of these arguments, as it promises."""
    for what, arguments in cases.items():
        require_refusal(
            partial(student.call, name, *arguments),
            f"for {what}",
            got="a result",
            cause="the arguments are not checked, or the comparison does not refuse NaN",
            hint=hint,
        )


def no_units(setting: Setting) -> dict[str, tuple[float, float | list[float]]]:
    """Epsilons and stds that cannot be converted, drawn from the secret."""
    draws = torch.rand(6, generator=setting.generator("no units"), dtype=torch.float64).tolist()
    epsilon, *stds = [0.05 + 0.5 * draw for draw in draws]
    return {
        "a negative epsilon": (-epsilon, stds[0]),
        "a std of 0": (epsilon, [stds[0], 0.0, stds[1]]),
        "a negative std": (epsilon, -stds[2]),
        "a negative std among others": (epsilon, [stds[2], stds[3], -stds[4]]),
        "an epsilon that is not a number": (math.nan, stds[3]),
        "an infinite epsilon": (math.inf, stds[3]),
        "a std that is not a number": (epsilon, [stds[4], math.nan]),
        "an infinite std": (epsilon, [math.inf]),
    }


def takes_an_epsilon_of_zero(student: Student) -> None:
    """Raise Wrong unless `to_pixel_epsilon` converts an epsilon of 0: it is not negative."""
    try:
        found = student.call("to_pixel_epsilon", 0.0, [0.5, 0.25])
    except Crash as crash:
        raise Wrong(
            "0.0, for an epsilon of 0",
            crash.got,
            cause="an epsilon of 0 is refused, and only what is below 0 must be",
            hint="Ask for `0 <= epsilon`: 0 is an epsilon too.",
        ) from None
    expect_true(
        require_number(found, "epsilon in pixels") == 0,
        "0.0, for an epsilon of 0",
        f"{found}",
        hint="epsilon times the largest std: with an epsilon of 0 that is 0.",
    )


def unfit_attacks(test: Split, epsilon: float) -> dict[str, tuple[Tensor, Tensor, float]]:
    """Images, labels and epsilons with which nothing can be attacked."""
    images, labels = test.images, test.labels
    return {
        "a negative epsilon": (images, labels, -epsilon),
        "an epsilon that is not a number": (images, labels, math.nan),
        "fewer labels than images": (images, labels[1:], epsilon),
        "labels of another shape": (images, labels[:, None], epsilon),
    }


CHECKED = "`check_attack(images, labels, epsilon)` raises it, in the first line."


def evaluate_keeps_its_promises(student: Student, case: Case) -> None:
    """Raise Wrong unless `evaluate` refuses what it cannot evaluate, and changes no image."""
    few = case.test[:FEW]
    ref = student.network(case.network)
    unchanged(
        student,
        few,
        lambda images: student.call(
            "evaluate", ref, images, few.labels, case.epsilon, case.mean, case.std
        ),
    )
    none = Split(few.images[:0], few.labels[:0])
    cases = {
        "no images": (none.images, none.labels, case.epsilon),
        **unfit_attacks(few, case.epsilon),
    }
    every = {what: (ref, *each, case.mean, case.std) for what, each in cases.items()}
    refuses(student, "evaluate", every, hint=f"{CHECKED} An empty set needs a line of its own.")


def break_keeps_its_promises(student: Student, setting: Setting, case: DefenceCase) -> None:
    """Raise Wrong unless `break_defense` returns a detached result, leaves the defence and the
    images as they were, and refuses what it cannot attack.
    """
    few = case.test[:FEW]
    ref = student.defence(case.kind, case.behind(setting), case.number)
    student.mode(ref, training=True)
    before, weights = student.traces(ref), student.weights(ref)
    results: list[Ref] = []

    def attack(images: Ref) -> None:
        results.append(student.make("break_defense", ref, images, few.labels, case.epsilon))

    unchanged(student, few, attack)
    expect_true(
        student.attribute(results[0], "requires_grad") is not True,
        "a result that is detached",
        "a tensor that records what is computed from it",
        cause="it is still attached to the graph that it was computed in",
        hint="Return the attacked images detached: .detach().",
    )
    left_as_it_was(before, student.traces(ref), weights, student.weights(ref))
    cases = unfit_attacks(few, case.epsilon)
    refuses(
        student,
        "break_defense",
        {what: (ref, *each) for what, each in cases.items()},
        hint=CHECKED,
    )


def unchanged(student: Student, test: Split, use: Callable[[Ref], Any]) -> None:
    """Raise Wrong if `use` changes images in the student's process.

    An attack by the judge with an epsilon of 0 stores them there, and reads them back.
    """
    classes = int(test.labels.max()) + 1
    still = student.attack(torch.zeros(classes, *test.images.shape[1:]))
    nothing = student.generator(0)  # takes the place of a network, which this attack does not use
    images = student.make(f"@{still.name}", nothing, test.images, test.labels, 0.0)
    use(images)
    after = student.apply(still, nothing, images, test.labels, 0.0)
    expect_true(
        torch.equal(require_images(after, test.images), test.images),
        "the images that were given, as they were",
        "other images after the call",
        cause="the images were changed in place, by `+=` or a method whose name ends in _",
        hint="Work on a copy: images.detach().clone().",
    )


def left_as_it_was(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    weights: Sequence[Tensor],
    weights_after: Sequence[Tensor],
) -> None:
    """Raise Wrong if a network has another mode, gradients on its weights, or other weights."""
    expect_true(
        after["training"] == before["training"] and after["gradients"] == before["gradients"],
        "every layer in the mode it was in, no gradients left on the weights",
        "another mode" if after["training"] != before["training"] else "gradients on the weights",
        cause="model.eval() or model.train() left another mode behind"
        if after["training"] != before["training"]
        else "loss.backward() fills the gradients of the weights too",
        hint="Use `with evaluating(model):`, which restores the mode of every module."
        if after["training"] != before["training"]
        else "torch.autograd.grad(loss, images) asks for the images' gradient alone.",
    )
    expect_true(
        same_weights(weights_after, weights),
        "the network's weights and statistics as they were",
        "others after the call",
        cause="something writes to the weights, or to the statistics of a batch normalisation",
        hint="Evaluate in eval mode, and give the network to no optimiser.",
    )
