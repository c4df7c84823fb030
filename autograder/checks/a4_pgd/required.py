"""What the student's `pgd` and `worst_case_accuracy` are compared with."""

from __future__ import annotations

import contextlib
from functools import partial

import torch

from autograder.checks.a4_pgd import mistakes
from autograder.checks.a4_pgd.pgd_runs import PgdRun, run_pgd
from autograder.checks.a4_pgd.worst_case import AttackCase, attacks
from autograder.checks.attacked import CLOSE_ENOUGH, SURE, some_images
from autograder.judge.answer_key import pgd as reference
from autograder.judge.checking import (
    CarriedForward,
    Crash,
    Network,
    Setting,
    Split,
    Student,
    StudentFault,
    Wrong,
    metrics,
    next_step,
    require_images,
    require_number,
)


def require_path(trial: PgdRun, what: str, allowed: float, hint: str) -> None:
    """Raise Wrong unless the result is the reference's in nearly every pixel."""
    require_images(trial.adversarial, trial.images)
    if not trial.stray <= allowed:
        cause = mistakes.other_path(trial)
        raise Wrong(
            what,
            f"{100 * trial.stray:.1f} % of the pixels are different",
            cause=cause,
            hint=next_step(cause, mistakes.STEPS, hint),
        )


def with_another_loss(student: Student, network: Network, test: Split, setting: Setting) -> None:
    """Raise Wrong if pgd takes a loss but raises another one, or takes none."""
    classes, epsilon = setting.dataset.num_classes, setting.budget.epsilon
    weights = torch.randn(classes, classes, generator=setting.generator("a loss"))
    few, size = Split(test.images[:16], test.labels[:16]), epsilon / 3
    options = {"random_start": False, "loss": student.loss(weights)}
    other = run_pgd(student, network, few, epsilon, step_size=size, steps=2, options=options)
    other.loss = lambda logits, labels: (logits * weights[labels]).sum(dim=1)
    require_path(
        other,
        "two steps up the loss that it is given, a weighted sum of the logits",
        SURE,
        "Call `loss(model(x), labels)` as it is: it takes logits, and gives a number per image.",
    )


def telling_epsilon(setting: Setting) -> tuple[float, float]:
    """`find_telling_epsilon` on the judge's trained network, once."""
    network, test = setting.victim, some_images(setting)
    return setting.remember(
        "telling epsilon", partial(find_telling_epsilon, network, test, setting.budget.epsilon)
    )


def find_telling_epsilon(network: Network, test: Split, epsilon: float) -> tuple[float, float]:
    """The largest of epsilon, epsilon / 2, ... at which the reference leaves a tenth of the images
    right, and the accuracy there.

    Where none is left, strong and weak attacks cannot be told apart.
    """
    while True:
        attacked = reference.pgd(
            network.module,
            test.images,
            test.labels,
            epsilon,
            step_size=epsilon / 4,
            steps=20,
            generator=torch.Generator().manual_seed(0),
        )
        left = metrics.accuracy(network.module, attacked, test.labels)
        if left >= 0.1 or epsilon < 1 / 255:
            return epsilon, left
        epsilon /= 2


def require_worst_case(student: Student, trial: AttackCase, what: str, hint: str) -> None:
    """Raise Wrong unless the student finds the right number, to less than one image."""
    try:
        answer = student.call(
            "worst_case_accuracy",
            student.network(trial.network, training=trial.training),
            trial.images,
            trial.labels,
            trial.epsilon,
            [student.attack(each, clamped=trial.clamped) for each in trial.directions],
        )
    except Crash as fault:
        if trial.clamped or not fault.refusal:
            raise
        raise Wrong(
            f"{trial.expected:.4f}: {what}",
            fault.got,
            cause="an attack that leaves the budget is refused: it is to be brought back",
            hint=hint,
        ) from fault
    found = require_number(answer, "the worst-case accuracy")
    if abs(found - trial.expected) <= 0.5 / len(trial.images):
        return
    if right_for_own_projection(student, trial, found):
        raise CarriedForward(
            "",
            "",
            cause="carried forward: it is right for your own project, which is not right yet",
        )
    cause = mistakes.other_worst_case(found, trial)
    raise Wrong(
        f"{trial.expected:.4f}: {what}",
        f"{found:.4f}",
        cause=cause,
        hint=next_step(cause, mistakes.STEPS, hint),
    )


def right_for_own_projection(student: Student, trial: AttackCase, found: float) -> bool:
    """Whether the student's wrong `project`, for which `pgd` lost points, explains the number.

    A projection that changes nothing, or takes every change back, is no work and explains nothing.
    """
    if student.kind_of("project") != "function" or not trial.directions:
        return False
    images, labels, module = trial.images, trial.labels, trial.network.module
    survived = metrics.predict(module, images).argmax(dim=1) == labels
    with contextlib.suppress(StudentFault):
        for attack in attacks(trial):
            moved = attack(module, images, labels, trial.epsilon)
            answer = student.call("project", images, moved, trial.epsilon)
            back = require_images(answer, images)
            if torch.equal(back, moved) or torch.equal(back, images):
                return False
            survived &= metrics.predict(module, back).argmax(dim=1) == labels
        explained = abs(survived.double().mean().item() - found) <= 0.5 / len(images)
        return explained and not leads_right(student, trial)
    return False


def leads_right(student: Student, trial: AttackCase) -> bool:
    """Whether the student's `pgd` comes out where the formula does, within epsilon and [0, 1]."""
    few, size = Split(trial.images[:16], trial.labels[:16]), 0.4 * trial.epsilon
    run = run_pgd(student, trial.network, few, trial.epsilon, step_size=size, steps=4)
    apart = require_images(run.adversarial, few.images) - run.expected
    return apart.abs().gt(CLOSE_ENOUGH).float().mean().item() <= 0.1
