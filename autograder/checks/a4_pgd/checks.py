"""The checks of a4-pgd: many small steps, the margin, and the worst case over attacks.

As in a3-fgsm, the judge owns networks and images, and later checks need an answer that follows the
gradient. Without a random start PGD has one right result, except for pixels whose gradient is so
near 0 that rounding decides its sign; most checks compare with it. The judge seeds random starts.
"""

from __future__ import annotations

from functools import partial

import pytest
import torch

from autograder.checks.a3_fgsm import mistakes as fgsm_mistakes
from autograder.checks.a3_fgsm.trials import impossible
from autograder.checks.a4_pgd import mistakes
from autograder.checks.a4_pgd.margins import confident_margin, require_per_image, some_margin
from autograder.checks.a4_pgd.pgd_runs import PgdRun, judge_pgd, random_start_from, run_pgd
from autograder.checks.a4_pgd.random_start import (
    NOISE,
    draws_from_the_generator,
    draws_where_nothing_is_said,
    is_uniform,
    steps_from_the_start,
)
from autograder.checks.a4_pgd.required import (
    require_path,
    require_worst_case,
    telling_epsilon,
    with_another_loss,
)
from autograder.checks.a4_pgd.worst_case import (
    attack_beyond_budget,
    attacks_for,
    clean_cases,
    different_attacks,
)
from autograder.checks.attacked import (
    CLOSE_ENOUGH,
    SURE,
    attacks_what_it_was_given,
    follows_the_gradient,
    ignores_dropout,
    linear_victim,
    moves_within,
    soft_victim,
    some_images,
    stays_in_range,
    stays_within_epsilon,
    treats_each_alone,
)
from autograder.checks.dropout import dropout_network
from autograder.checks.refusals import refuses
from autograder.checks.traces import leaves_no_trace
from autograder.judge.checking import (
    Crash,
    Setting,
    Split,
    Student,
    StudentFault,
    Wrong,
    expect_true,
    graded_for,
    metrics,
    percent,
    require,
    require_images,
)
from autograder.judge.robustness import bounded

LECTURE = "lectures/stronger-attacks/"
graded_pgd = graded_for("pgd", lecture=LECTURE)
graded_margin = graded_for("margin_loss", lecture=LECTURE)
graded_worst_case = graded_for("worst_case_accuracy", lecture=LECTURE)
WEAKER = 0.1  # of the images: one step, or steps that never leave a corner, break fewer


def make_ahead(setting: Setting) -> None:
    """Make what every student gets and takes long: a trained network, attacks on it."""
    telling_epsilon(setting)
    different_attacks(setting)
    dropout_network(setting)


@pytest.fixture(scope="module")
def trial(student: Student, setting: Setting) -> PgdRun:
    """Some steps on the trained network without a random start, together longer than epsilon."""
    require(student, "pgd", "function")
    epsilon, steps = setting.budget.epsilon, setting.drawn("number of steps", 9, 12)
    test = some_images(setting)
    trial = run_pgd(student, setting.victim, test, epsilon, step_size=0.3 * epsilon, steps=steps)
    trial.gradient = setting.remember("gradient", lambda: trial.gradient)
    return trial


# --- pgd -----------------------------------------------------------------------------------------


@graded_pgd()
def test_pgd_returns_images(trial: PgdRun) -> None:
    """pgd returns images like those it was given"""
    require_images(trial.adversarial, trial.images)


@graded_pgd(needs="pgd_returns_images", picture=True)
def test_pgd_uses_the_gradient(trial: PgdRun, setting: Setting, measures: dict[str, float]) -> None:
    """The perturbation follows the gradient of the loss"""
    follows_the_gradient(
        trial,
        measures,
        least=0.7,  # later steps meet other gradients than the first: the reference agrees in 89 %
        cause=partial(fgsm_mistakes.unrelated, trial),
        unmoved_hint="Each step starts where the last one ended: is the result of a step stored?",
        hint="Take the gradient of the loss with respect to the images, anew in each step.",
        steps=fgsm_mistakes.STEPS,
    )
    attacks_what_it_was_given(trial, setting)


@graded_pgd(points=1, needs="pgd_uses_the_gradient", picture=True)
def test_pgd_stays_in_range(trial: PgdRun) -> None:
    """Every pixel stays in [0, 1]"""
    stays_in_range(
        trial.adversarial,
        hint="Clamp to [0, 1] in each step, after the step was brought back within epsilon.",
    )


@graded_pgd(points=2, needs="pgd_uses_the_gradient", picture=True)
def test_pgd_stays_within_epsilon(
    student: Student, trial: PgdRun, measures: dict[str, float]
) -> None:
    """However many steps it takes, from wherever it starts, no pixel moves by more than epsilon"""
    hint = "In each step clamp the distance from the original images, not from the step before."
    stays_within_epsilon(trial, measures, cause=partial(mistakes.too_far, trial), hint=hint)
    few = Split(trial.images[:8], trial.labels[:8])
    options, size = random_start_from(student, 4), trial.step_size
    other = run_pgd(
        student, trial.network, few, trial.epsilon, step_size=size, steps=10, options=options
    )
    moves_within(
        require_images(other.adversarial, few.images) - few.images,
        trial.epsilon,
        cause="after a random start nothing brings the images back within epsilon of the originals",
        hint=hint,
    )


@graded_pgd(points=3, needs="pgd_uses_the_gradient", picture=True)
def test_pgd_takes_the_steps_it_is_told(student: Student, setting: Setting) -> None:
    """On a linear model it takes the number and size of steps it is told, until epsilon ends it"""
    network, test = setting.remember("linear victim", partial(linear_victim, setting))
    epsilon = 8 / 255
    hint = "Each step moves every pixel by step_size, in the direction of the gradient's sign."
    many = setting.drawn("number of small steps", 11, 15)
    for step_size, steps in (
        (0.3 * epsilon, 2),
        (0.4 * epsilon, 4),
        (epsilon, 1),
        (epsilon / 20, many),
    ):
        trial = run_pgd(student, network, test, epsilon, step_size=step_size, steps=steps)
        what = f"{steps} steps of {step_size / epsilon:g} epsilon up the gradient's sign"
        require_path(trial, what, 0.03, hint)
    still = run_pgd(student, network, test, epsilon, step_size=epsilon, steps=0)
    require_path(still, "the images themselves after 0 steps", 0.0, "No step, no change.")


@graded_pgd(points=1, needs="pgd_uses_the_gradient", picture=True)
def test_pgd_looks_again_at_each_step(
    student: Student, setting: Setting, measures: dict[str, float]
) -> None:
    """Where the loss bends it takes the path of the formula, to the point of the last step"""
    network, test = setting.remember("soft victim", partial(soft_victim, setting))
    epsilon, many = setting.budget.epsilon, setting.drawn("number of soft steps", 8, 11)
    # In steps as large as epsilon the loss falls as often as it rises: the last point is not best.
    for name, step_size, steps in (("path", 0.3 * epsilon, many), ("leaps", epsilon, 5)):
        run = run_pgd(student, network, test, epsilon, step_size=step_size, steps=steps)
        run.expected = setting.remember(name, partial(judge_pgd, run))
        measures["stray_pixels"] = run.stray
        require_path(
            run,
            f"the images that {steps} steps lead to, but for {percent([SURE])} of the pixels",
            SURE,
            "Gradient at the present point, step, back within epsilon and [0, 1]: each turn.",
        )


@graded_pgd(points=2, needs="pgd_uses_the_gradient")
def test_pgd_starts_at_random(student: Student, setting: Setting) -> None:
    """A random start is uniform within epsilon and in [0, 1], drawn from the generator"""
    network, inner = setting.remember(
        "linear victim", partial(linear_victim, setting)
    )  # nothing is clamped there
    begin = partial(run_pgd, student, epsilon=0.1, step_size=0.07, steps=0)
    first = begin(network, inner, options=random_start_from(student, 1))
    is_uniform(first, hint=NOISE)
    draws_from_the_generator(student, partial(begin, network, inner), first)
    draws_where_nothing_is_said(partial(begin, network, inner, options={}))
    steps_from_the_start(student, partial(begin, network, steps=1), first)
    test = setting.test_images(64)
    edge = begin(setting.victim, test, options=random_start_from(student, 3))
    stays_in_range(
        require_images(edge.adversarial, test.images),
        what="a start",
        cause="the random start is not clamped to [0, 1]",
        hint=NOISE,
    )


@graded_pgd(points=1, needs="pgd_uses_the_gradient", picture=True)
def test_pgd_fools_the_network(
    student: Student, setting: Setting, measures: dict[str, float]
) -> None:
    """From a random start it lowers the network's accuracy as much as the reference does"""
    network, test = setting.victim, some_images(setting)
    epsilon, target = telling_epsilon(setting)
    options = random_start_from(student, 0)
    trial = run_pgd(
        student, network, test, epsilon, step_size=epsilon / 4, steps=20, options=options
    )
    answer = require_images(trial.adversarial, test.images)
    allowed = bounded(test.images, answer, epsilon)
    found = metrics.accuracy(network.module, allowed, test.labels)
    measures.update(robust_accuracy=found, reference_robust_accuracy=target)
    expect_true(
        found <= target + WEAKER,
        f"at most {percent([target + WEAKER])} accuracy left, counted within epsilon and [0, 1]",
        percent([found]),
        cause=partial(mistakes.too_weak, trial),
        hint="Raise the loss of the true class, in steps that together cross the budget.",
        steps=mistakes.STEPS,
    )


@graded_pgd(points=1, needs="pgd_uses_the_gradient", picture=True)
def test_pgd_treats_each_image_alone(student: Student, trial: PgdRun, setting: Setting) -> None:
    """An image's attack depends neither on the images beside it nor on dropout"""
    few = Split(trial.images[:3], trial.labels[:3])
    alone = partial(
        run_pgd,
        student,
        trial.network,
        epsilon=trial.epsilon,
        step_size=trial.step_size,
        steps=trial.steps,
        ref=student.network(trial.network),
    )
    treats_each_alone(alone, trial, stray=0.03)
    again = partial(run_pgd, student, dropout_network(setting), few, trial.epsilon, steps=3)
    in_train_mode, in_eval_mode = (
        again(step_size=trial.epsilon / 2, training=mode).adversarial for mode in (True, False)
    )
    ignores_dropout(in_train_mode, in_eval_mode, few.images)


@graded_pgd(needs="pgd_uses_the_gradient")
def test_pgd_leaves_no_trace(student: Student, setting: Setting) -> None:
    """Good practice, no points: the network is left as it was"""
    leaves_no_trace(student, setting, "pgd", step_size=0.05, steps=2, random_start=False)


@graded_pgd(needs="pgd_looks_again_at_each_step")
def test_pgd_takes_any_loss(student: Student, setting: Setting) -> None:
    """Good practice, no points: it takes another loss, by the parameter `loss`"""
    network, test = setting.remember("soft victim", partial(soft_victim, setting))
    try:
        with_another_loss(student, network, test, setting)
    except Crash as fault:
        raise Wrong(
            "an attack on the loss that it is given",
            fault.got,
            cause="it takes no other loss than its own",
            hint="Keep the parameter `loss` of the stub, and use it: `loss(model(x), labels)`.",
        ) from fault


@graded_pgd(needs="pgd_uses_the_gradient")
def test_pgd_refuses_what_makes_no_sense(student: Student, setting: Setting) -> None:
    """Good practice, no points: it raises ValueError for the arguments its docstring names"""
    ref, test = student.network(setting.victim), setting.test_images(8)
    usual = {"step_size": 0.05, "steps": 2, "random_start": False}
    cases = {what: (given, usual) for what, (given, _) in impossible(ref, test).items()}
    given = [ref, test.images, test.labels, 0.1]
    cases["a step_size below 0"] = (given, {**usual, "step_size": -0.05})
    cases["steps below 0"] = (given, {**usual, "steps": -1})
    refuses(student, "pgd", cases)


# --- margin_loss ---------------------------------------------------------------------------------


@graded_margin(points=2)
def test_margin_is_the_best_other_minus_the_true(student: Student, setting: Setting) -> None:
    """For each image, the best other logit minus the true class's"""
    require(student, "margin_loss", "function")
    for classes, count in ((setting.dataset.num_classes, 60), (2, 60), (3, 1)):
        case = setting.remember(f"margin of {classes}", partial(some_margin, setting, classes))
        logits, labels, right = (each[:count] for each in case)
        answer = student.call("margin_loss", logits, labels)
        mistaken = partial(mistakes.other_margin, answer, logits, labels)
        found = require_per_image(answer, right, mistaken)
        apart = (found - right).abs().max().item()
        expect_true(
            apart <= 1e-4,
            "the best wrong class's logit minus the true class's",
            f"values from {found.min():.3g} to {found.max():.3g}, off by up to {apart:.3g}",
            cause=mistaken,
            hint="Take the logits as they are, and of the wrong classes alone the largest.",
        )


@graded_margin(points=2, needs="margin_is_the_best_other_minus_the_true")
def test_margin_can_be_climbed(student: Student, setting: Setting) -> None:
    """Its gradient raises the best other logit and lowers the true one, however sure the network"""
    logits, labels, right = setting.remember("confident margin", partial(confident_margin, setting))
    try:
        answer = student.gradient("margin_loss", logits.clone(), labels)
    except StudentFault as fault:
        raise Wrong(
            "a loss with a gradient",
            fault.got,
            cause="the result is detached from the logits or computed without gradients, "
            "or the given logits are changed in place",
            hint="Use operations that PyTorch records; no .item(), .detach(), NumPy or no_grad().",
        ) from fault
    found = require_images(answer, right)
    expect_true(
        (found - right).abs().max().item() <= CLOSE_ENOUGH,
        "1 for the best other class, -1 for the true one, 0 for the rest",
        f"{(found != right).any(dim=1).float().mean():.0%} of the images have another gradient",
        cause="the loss passes through something that makes it flat, such as a softmax or a clamp, "
        "one of its two terms is detached, or the true class is hidden by a number and not by -inf",
        hint="Work on the logits themselves, whatever their size.",
    )


@graded_margin(needs="margin_is_the_best_other_minus_the_true")
def test_margin_refuses_what_makes_no_sense(student: Student) -> None:
    """Good practice, no points: it raises ValueError for shapes that do not fit"""
    logits, labels = torch.zeros(4, 3), torch.zeros(4, dtype=torch.int64)
    refuses(
        student,
        "margin_loss",
        {
            "one label too few": ([logits, labels[:-1]], {}),
            "logits of one class": ([logits[:, :1], labels], {}),
            "logits of shape (k,)": ([logits[0], labels], {}),
        },
    )


# --- worst_case_accuracy -------------------------------------------------------------------------


@graded_worst_case(points=3)
def test_worst_case_counts_the_survivors_of_all(student: Student, handin: Setting) -> None:
    """An image counts only if it survives every attack"""
    require(student, "worst_case_accuracy", "function")
    said = "the images that survive each of the attacks, over all images"
    hint = "Keep one boolean for each image: an attack may set it to False, never back to True."
    for number in range(2):  # one number could be guessed
        require_worst_case(student, attacks_for(handin, number), said, hint)


@graded_worst_case(points=1, needs="worst_case_counts_the_survivors_of_all")
def test_worst_case_counts_the_clean_images_too(student: Student, handin: Setting) -> None:
    """An image that is wrong without any attack does not survive"""
    hint = "Start with the clean images: an attacker may also change nothing."
    said = (
        "with an attack that helps",
        "without any attack",
        "for a network in train mode too, where dropout would change its answers at random",
    )
    cases = handin.remember("clean cases", partial(clean_cases, handin))
    for case, what in zip(cases, said, strict=True):
        require_worst_case(student, case, f"{what}, the clean images decide", hint)


@graded_worst_case(points=1, needs="worst_case_counts_the_survivors_of_all")
def test_worst_case_holds_attacks_to_the_budget(student: Student, handin: Setting) -> None:
    """An attack that moves further than epsilon is brought back first"""
    require_worst_case(
        student,
        handin.remember("attack beyond the budget", partial(attack_beyond_budget, handin)),
        "an attack that moves by four times epsilon, brought back within epsilon",
        "Clamp what an attack returns to [images - epsilon, images + epsilon] and to [0, 1].",
    )


@graded_worst_case(needs="worst_case_counts_the_survivors_of_all")
def test_worst_case_refuses_what_makes_no_sense(student: Student, setting: Setting) -> None:
    """Good practice, no points: it raises ValueError for no images, and as `pgd` does"""
    ref, test = student.network(setting.victim), setting.test_images(8)
    cases = {
        what: ([*given, []], options) for what, (given, options) in impossible(ref, test).items()
    }
    cases["no images"] = ([ref, test.images[:0], test.labels[:0], 0.1, []], {})
    refuses(student, "worst_case_accuracy", cases)
