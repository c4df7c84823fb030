"""The checks of a3-fgsm: the attack, how often it works, and accuracy against epsilon.

The judge owns the networks and images, and measures every number on its own copy of the network.
The later checks need an answer that follows the gradient, up or down: unchanged images and noise
stay within every bound, and would otherwise earn points for that.
"""

from __future__ import annotations

from functools import partial

import pytest

from autograder.checks.a3_fgsm import mistakes
from autograder.checks.a3_fgsm.trials import (
    attempt,
    images_with_gradient,
    impossible,
    mixed_outcomes,
    own_curve,
    rows_for_all,
    some_epsilons,
)
from autograder.checks.attacked import (
    CLOSE_ENOUGH,
    SURE,
    Trial,
    attacks_what_it_was_given,
    follows_the_gradient,
    ignores_dropout,
    linear_victim,
    soft_victim,
    some_images,
    stays_in_range,
    stays_within_epsilon,
    treats_each_alone,
)
from autograder.checks.dropout import dropout_network, right_in_eval_mode
from autograder.checks.nearest import rounded
from autograder.checks.refusals import refuses
from autograder.checks.traces import leaves_no_trace
from autograder.judge.answer_key import fgsm as reference
from autograder.judge.checking import (
    CarriedForward,
    Setting,
    Split,
    Student,
    Wrong,
    expect,
    expect_true,
    graded_for,
    metrics,
    next_step,
    percent,
    require,
    require_images,
    require_number,
    require_numbers,
    train_victim,
)

LECTURE = "lectures/fgsm/"
graded_fgsm = graded_for("fgsm", lecture=LECTURE)
graded_rate = graded_for("attack_success_rate", lecture=LECTURE)
graded_curve = graded_for("robustness_curve", lecture=LECTURE)


def make_ahead(setting: Setting) -> None:
    """Train the network that every student gets, and choose what else all get."""
    train_victim(setting)
    rows_for_all(setting)
    dropout_network(setting)


@pytest.fixture(scope="module")
def trial(student: Student, setting: Setting) -> Trial:
    """The student's attack on the trained network, at the profile's epsilon."""
    require(student, "fgsm", "function")
    test = some_images(setting)
    trial = attempt(student, setting.victim, test, setting.budget.epsilon)
    trial.gradient = setting.remember("gradient", lambda: trial.gradient)
    return trial


@pytest.fixture(scope="module")
def linear_trial(student: Student, setting: Setting) -> Trial:
    """The same on a linear network."""
    network, test = setting.remember("linear victim", partial(linear_victim, setting))
    return attempt(student, network, test, setting.drawn("linear epsilon", 6, 12) / 255)


@pytest.fixture(scope="module")
def soft_trial(student: Student, setting: Setting) -> Trial:
    """The same on a network that is unsure of its answers."""
    network, test = setting.remember("soft victim", partial(soft_victim, setting))
    return attempt(student, network, test, 0.8 * setting.budget.epsilon)


# --- fgsm ----------------------------------------------------------------------------------------


@graded_fgsm()
def test_fgsm_returns_images(trial: Trial) -> None:
    """fgsm returns images like those it was given"""
    require_images(trial.adversarial, trial.images)


@graded_fgsm(needs="fgsm_returns_images", picture=True)
def test_fgsm_uses_the_gradient(trial: Trial, setting: Setting, measures: dict[str, float]) -> None:
    """The perturbation follows the gradient of the loss"""
    follows_the_gradient(
        trial,
        measures,
        least=0.75,
        cause=partial(mistakes.unrelated, trial),
        unmoved_hint="Add epsilon times the sign of the gradient to the images.",
        hint="Take the gradient of the cross-entropy with respect to the images.",
        steps=mistakes.STEPS,
    )
    attacks_what_it_was_given(trial, setting)


@graded_fgsm(points=2, needs="fgsm_uses_the_gradient", picture=True)
def test_fgsm_stays_in_range(trial: Trial) -> None:
    """Every pixel stays in [0, 1]"""
    stays_in_range(
        trial.adversarial,
        hint="An image that no camera can take is no attack: clamp the result to [0, 1].",
    )


@graded_fgsm(points=3, needs="fgsm_uses_the_gradient", picture=True)
def test_fgsm_stays_within_epsilon(trial: Trial, measures: dict[str, float]) -> None:
    """No pixel moves by more than epsilon"""
    stays_within_epsilon(
        trial,
        measures,
        cause=partial(mistakes.too_far, trial),
        hint="The bound holds for every pixel alone: |x_adv - x| <= epsilon, in pixel units.",
    )


@graded_fgsm(points=3, needs="fgsm_uses_the_gradient", picture=True)
def test_fgsm_is_exact_on_a_linear_model(
    linear_trial: Trial, soft_trial: Trial, setting: Setting
) -> None:
    """It is the formula's step in every pixel, on a linear model and on a network"""
    for name, trial, allowed in (("linear", linear_trial, 0.002), ("soft", soft_trial, SURE)):
        images = require_images(trial.adversarial, trial.images)
        module, epsilon = trial.network.module, trial.epsilon
        expected = setting.remember(
            f"{name} attack", partial(reference.fgsm, module, trial.images, trial.labels, epsilon)
        )
        # Clamped here too: a forgotten clamp has a check of its own.
        wrong = ((images.clamp(0, 1) - expected).abs() > CLOSE_ENOUGH).float().mean().item()
        expect_true(
            wrong <= allowed,
            "x + epsilon * sign(gradient), in every pixel",
            f"{100 * wrong:.1f} % of the pixels are different",
            cause=partial(mistakes.not_the_formula, trial),
            hint="Print gradient, sign and step of one image, and compare them with the formula.",
            steps=mistakes.STEPS,
        )


@graded_fgsm(points=3, needs="fgsm_uses_the_gradient", picture=True)
def test_fgsm_fools_the_network(trial: Trial, setting: Setting, measures: dict[str, float]) -> None:
    """It lowers the network's accuracy as much as the reference does"""
    module = trial.network.module
    allowed = trial.adversarial.clamp(trial.images - trial.epsilon, trial.images + trial.epsilon)
    (target,) = setting.remember(
        "accuracy left",
        partial(reference.robustness_curve, module, trial.images, trial.labels, [trial.epsilon]),
    )
    found = metrics.accuracy(module, allowed.clamp(0, 1), trial.labels)
    measures.update(robust_accuracy=found, reference_robust_accuracy=target)
    expect_true(
        found <= target + 0.03,
        f"at most {percent([target + 0.03])} accuracy left, counted within epsilon and [0, 1]",
        percent([found]),
        cause=partial(mistakes.too_weak, trial),
        hint="Raise the loss of the true class, by the whole epsilon in each pixel.",
        steps=mistakes.STEPS,
    )


@graded_fgsm(points=1, needs="fgsm_fools_the_network", picture=True)
def test_fgsm_treats_each_image_alone(student: Student, trial: Trial, setting: Setting) -> None:
    """An image's attack depends neither on the images beside it nor on dropout"""
    few = Split(trial.images[:3], trial.labels[:3])
    ref = student.network(trial.network)
    alone = partial(attempt, student, trial.network, epsilon=trial.epsilon, ref=ref)
    treats_each_alone(alone, trial, stray=0.002)
    again = partial(attempt, student, dropout_network(setting), few, trial.epsilon)
    in_train_mode, in_eval_mode = (again(training=mode).adversarial for mode in (True, False))
    ignores_dropout(in_train_mode, in_eval_mode, few.images)


@graded_fgsm(needs="fgsm_uses_the_gradient")
def test_fgsm_leaves_no_trace(student: Student, setting: Setting) -> None:
    """Good practice, no points: the network is left as it was"""
    leaves_no_trace(student, setting, "fgsm")


@graded_fgsm(needs="fgsm_uses_the_gradient")
def test_fgsm_refuses_what_makes_no_sense(student: Student, setting: Setting) -> None:
    """Good practice, no points: it raises ValueError for the arguments its docstring names"""
    ref, test = student.network(setting.victim), setting.test_images(8)
    refuses(student, "fgsm", impossible(ref, test))


# --- attack_success_rate -------------------------------------------------------------------------


@graded_rate(points=3)
def test_success_rate_counts_the_fooled(student: Student, handin: Setting) -> None:
    """Of the images that were right before, the fraction that is wrong after"""
    require(student, "attack_success_rate", "function")
    mixed = handin.remember("mixed outcomes", partial(mixed_outcomes, handin))
    for count in (len(mixed[0]), handin.drawn("fewer outcomes", 30, 60)):
        images, adversarial, labels = (part[:count] for part in mixed)
        ref = student.network(handin.victim)
        answer = student.call("attack_success_rate", ref, images, adversarial, labels)
        found = require_number(answer, "the success rate")
        module = handin.victim.module
        right = handin.remember(
            f"success rate on {count}",
            partial(reference.attack_success_rate, module, images, adversarial, labels),
        )
        expect_true(
            abs(found - right) <= CLOSE_ENOUGH,
            f"{right:.4f}",
            f"{found:.4f}",
            cause=partial(mistakes.other_rate, found, module, images, adversarial, labels),
            hint="Count two masks: right before; right before and wrong after. Divide.",
        )


@graded_rate(points=1, needs="success_rate_counts_the_fooled")
def test_success_rate_with_nothing_to_fool(student: Student, setting: Setting) -> None:
    """If no image was right before, or the attack changes none, the rate is 0"""
    test = setting.test_images(20)
    predictions = metrics.predict(setting.victim.module, test.images).argmax(dim=1)
    labels = (predictions + 1) % setting.dataset.num_classes
    ref = student.network(setting.victim)
    answer = student.call("attack_success_rate", ref, test.images, test.images, labels)
    expect(require_number(answer, "the success rate"), "a rate of", at_most=0.0, at_least=0.0)

    network = dropout_network(setting)
    labels = metrics.predict(network.module, test.images).argmax(dim=1)
    ref = student.network(network, training=True)
    answer = student.call("attack_success_rate", ref, test.images, test.images, labels)
    expect(
        require_number(answer, "the success rate"),
        "on images without an attack, a rate of",
        at_most=0.0,
        at_least=0.0,
        cause="the network is in train mode, where dropout changes its answers at random",
        hint="Predict in evaluation mode, and restore the mode afterwards.",
    )


@graded_rate(needs="success_rate_counts_the_fooled")
def test_success_rate_refuses_what_makes_no_sense(student: Student, setting: Setting) -> None:
    """Good practice, no points: it raises ValueError for shapes that do not fit"""
    ref, test = student.network(setting.victim), setting.test_images(8)
    images, labels = test.images, test.labels
    refuses(
        student,
        "attack_success_rate",
        {
            "one attacked image too few": ([ref, images, images[:-1], labels], {}),
            "one label too few": ([ref, images, images, labels[:-1]], {}),
        },
    )


# --- robustness_curve ----------------------------------------------------------------------------


@graded_curve(points=3)
def test_curve_is_the_accuracy_at_each_epsilon(
    student: Student, handin: Setting, measures: dict[str, float]
) -> None:
    """The curve holds the accuracy under FGSM at each epsilon, in the order given"""
    require(student, "robustness_curve", "function")
    test = handin.remember("images with gradient", partial(images_with_gradient, handin))
    epsilons = some_epsilons(handin.shared)
    ref = student.network(handin.victim)
    answer = student.call("robustness_curve", ref, test.images, test.labels, epsilons)
    found = require_numbers(
        answer,
        len(epsilons),
        "accuracies, one for each epsilon",
        causes={
            len(epsilons) + 1: "one number too many: the clean accuracy belongs in it only where "
            "an epsilon is 0",
            1: "`return` stands inside the loop",
        },
    )
    module = handin.victim.module
    right = handin.remember(
        "curve",
        partial(reference.robustness_curve, module, test.images, test.labels, epsilons),
    )
    what = f"{percent(right)} at epsilon {', '.join(f'{e:g}' for e in epsilons)}"
    measures["largest_difference"] = mistakes.furthest(found, right)
    if measures["largest_difference"] <= 1.5 / len(test.labels):
        return
    own, is_attack = own_curve(student, handin, test, epsilons)
    right_for_own = bool(own) and mistakes.furthest(found, own) <= 1.5 / len(test.labels)
    if right_for_own and is_attack:
        raise CarriedForward(
            "",
            "",
            cause="carried forward: the curve is right for your own fgsm, which is not right yet",
        )
    cause = mistakes.other_curve(found, module, test, epsilons)
    if right_for_own and not cause:
        cause = "the curve is right for your fgsm, but your fgsm is wrong: correct that first"
    raise Wrong(
        what,
        percent(found),
        cause=cause,
        hint=next_step(
            cause,
            mistakes.STEPS,
            "Print the accuracy at epsilon 0: it must be that of `accuracy(model, images, labels)`."
            " Then compare each point with `fgsm` called at that epsilon.",
        ),
    )


@graded_curve(points=1, needs="curve_is_the_accuracy_at_each_epsilon")
def test_curve_starts_at_the_clean_accuracy(student: Student, handin: Setting) -> None:
    """At epsilon 0 it is the clean accuracy, for a network in train mode too"""
    images = handin.test_images(handin.drawn("number of clean images", 130, 260)).images
    network = dropout_network(handin)
    labels = right_in_eval_mode(handin, network, images)
    ref = student.network(network, training=True)
    answer = student.call("robustness_curve", ref, images, labels, [0.0])
    (found,) = require_numbers(answer, 1, "accuracies, one for each epsilon")
    clean = metrics.accuracy(network.module, images, labels)
    expect_true(
        abs(found - clean) <= CLOSE_ENOUGH,
        percent([clean]),
        percent([found]),
        cause=rounded([(found, clean)])
        or "the network is in train mode, where dropout changes its answers at random",
        hint="Evaluate in eval mode, and restore the mode afterwards.",
    )


@graded_curve(needs="curve_is_the_accuracy_at_each_epsilon")
def test_curve_refuses_what_makes_no_sense(student: Student, setting: Setting) -> None:
    """Good practice, no points: it raises ValueError as `fgsm` does, for any of the epsilons"""
    ref, test = student.network(setting.victim), setting.test_images(8)
    refuses(
        student,
        "robustness_curve",
        {
            what: ([*before, [0.1, epsilon]], {})
            for what, ((*before, epsilon), _) in impossible(ref, test).items()
        },
    )
