"""The checks of a6-audit: units, a reliable evaluation, two broken defences, a certified radius.

The judge cannot verify a number that `evaluate` returns, so it asks for numbers that it knows: on
linear networks from a closed form, on a trained network from its own attack. Of `break_defense`
only the images count: the judge classifies them with its own copy of the defence.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import pytest

from autograder.checks.a6_audit import defences, known_robustness, mistakes, promises, radii
from autograder.checks.a6_audit.known_robustness import Case
from autograder.checks.attacked import moves_within, stays_in_range
from autograder.judge.checking import (
    Cause,
    Setting,
    Student,
    Wrong,
    expect_above,
    expect_true,
    graded_for,
    percent,
    require,
    require_images,
    require_number,
)

DEFENCES = "lectures/defences/"
graded_epsilon = graded_for("to_pixel_epsilon", lecture="lectures/threat-models/")
graded_evaluate = graded_for("evaluate", lecture="lectures/evaluating/")
graded_break = graded_for("break_defense", lecture=DEFENCES)
graded_radius = graded_for("certified_radius", lecture=DEFENCES)
EXACT = 2.5  # images: a good attack on a linear network leaves at most one or two too many
NEAR = 4.5  # images, of a trained network: right attacks differ by up to three, one step by 14
RELATIVE = 1e-6
ALL_BUT_ONE = 0.87  # of eight
MADE_WHOLE = True


def make_ahead(setting: Setting) -> None:
    """Train the networks that every student gets, and attack them as well as the judge can.

    On public inputs the images of one hand-in are everybody's, and are chosen too.
    """
    for channels in (1, 3):
        known_robustness.pool_of_linear(setting, channels)
    known_robustness.pool_of_trained(setting)
    known_robustness.normalised_by_batch(setting)
    for kind in defences.KINDS:
        defences.defence_case(setting, kind)
    defences.misleading_case(setting)
    if setting.public:
        known_robustness.choose_for_handin(setting)


# --- to_pixel_epsilon ----------------------------------------------------------------------------


@graded_epsilon(points=2)
def test_epsilon_becomes_a_move_of_pixels(student: Student, handin: Setting) -> None:
    """epsilon times the largest std, for one std and for several"""
    require(student, "to_pixel_epsilon", "function")
    for epsilon, std in mistakes.units(handin):
        found = require_number(student.call("to_pixel_epsilon", epsilon, std), "epsilon in pixels")
        right = epsilon * max(std if isinstance(std, list) else [std])
        expect_true(
            abs(found - right) <= RELATIVE * right,
            f"{right:.6g}, for epsilon {epsilon:.4g} and std {in_words(std)}",
            f"{found:.6g}",
            cause=partial(mistakes.other_unit, found, epsilon, std),
            hint="z = (x - mean) / std: by how much does x change if z changes by epsilon?",
        )


@graded_epsilon(points=1, needs="epsilon_becomes_a_move_of_pixels")
def test_epsilon_refuses_what_is_no_unit(student: Student, setting: Setting) -> None:
    """A std of 0 or less, a negative epsilon, and numbers that are not finite are a ValueError"""
    promises.refuses(student, "to_pixel_epsilon", promises.no_units(setting))
    promises.takes_an_epsilon_of_zero(student)


def in_words(std: float | list[float]) -> str:
    """One std or several, for a message."""
    each = std if isinstance(std, list) else [std]
    return ", ".join(f"{value:.4g}" for value in each)


# --- evaluate ------------------------------------------------------------------------------------


def evaluated(student: Student, case: Case, global_seed: int = 1) -> float:
    """The robust accuracy that the student reports."""
    answer = student.call(
        "evaluate",
        student.network(case.network),
        case.test.images.clone(),
        case.test.labels.clone(),
        case.epsilon,
        case.mean,
        case.std,
        global_seed=global_seed,
    )
    return require_number(answer, "the robust accuracy")


def leaves_what_the_judge_leaves(
    found: float, case: Case, measures: dict[str, float], what: str, *, cause: Cause, hint: str
) -> None:
    """Raise Wrong unless the number is that of the judge's attack, up to a few images."""
    measures.update(robust_accuracy=found, judges_robust_accuracy=case.right)
    expect_true(
        abs(found - case.right) <= NEAR / len(case.test),
        f"{percent([case.right])}, {what}",
        percent([found]),
        cause=cause,
        hint=hint,
    )


@graded_evaluate(points=3)
def test_evaluate_finds_what_is_known_exactly(
    student: Student, handin: Setting, measures: dict[str, float]
) -> None:
    """On linear networks, where robust accuracy can be calculated, it finds that number"""
    require(student, "evaluate", "function")
    for channels in (1, 3):
        case = known_robustness.linear(handin, channels)
        found = evaluated(student, case)
        measures[f"images_off_{channels}"] = (found - case.right) * len(case.test)
        expect_true(
            abs(found - case.right) <= EXACT / len(case.test),
            f"{percent([case.right])}, to two images, of {len(case.test)} images "
            f"with {channels} {'channel' if channels == 1 else 'channels'}",
            percent([found]),
            cause=partial(mistakes.other_number, found, case),
            hint="Put the normalisation before the model as a layer; then all else is in pixels.",
            steps=mistakes.STEPS,
        )


@graded_evaluate(points=2, needs="evaluate_finds_what_is_known_exactly")
def test_evaluate_attacks_as_well_as_it_can(
    student: Student, handin: Setting, measures: dict[str, float]
) -> None:
    """On a trained network it leaves what the judge's own attack leaves"""
    case = known_robustness.trained(handin)
    found = evaluated(student, case)
    leaves_what_the_judge_leaves(
        found,
        case,
        measures,
        f"give or take {math.floor(NEAR)} images of {len(case.test)}",
        cause=partial(mistakes.other_attack, found, case),
        hint="Twenty steps or more, that together cross the budget twice, from random starts.",
    )


@graded_evaluate(points=2, needs="evaluate_finds_what_is_known_exactly")
def test_evaluate_is_not_blinded(
    student: Student, handin: Setting, measures: dict[str, float]
) -> None:
    """Neither large logits nor an attack that helps the network make it look robust"""
    case = known_robustness.scaled(handin)
    found = evaluated(student, case)
    leaves_what_the_judge_leaves(
        found,
        case,
        measures,
        f"as without the factor, give or take {math.floor(NEAR)} images",
        cause=partial(mistakes.blinded, found, case),
        hint="Attack the margin too, and count the images that survive both attacks.",
    )
    case = known_robustness.helped(handin)
    found = evaluated(student, case)
    expect_true(
        abs(found - case.right) <= 0.5 / len(case.test),
        f"{percent([case.right])}, where attacks correct images that are wrong without one",
        percent([found]),
        cause=partial(mistakes.helped, found, case),
        hint="Begin with what is right without an attack; after each, `survived &= ...`.",
    )


@graded_evaluate(points=1, needs="evaluate_finds_what_is_known_exactly")
def test_evaluate_uses_the_model_in_eval_mode(student: Student, handin: Setting) -> None:
    """A network in train mode is evaluated in eval mode, and left as it was"""
    case = known_robustness.normalised_by_batch(handin)
    ref = student.network(case.network, training=True)
    before, weights = student.traces(ref), student.weights(ref)
    images, labels = case.test.images.clone(), case.test.labels.clone()
    answer = student.call("evaluate", ref, images, labels, 0.0, case.mean, case.std)
    found = require_number(answer, "the robust accuracy")
    expect_true(
        abs(found - case.right) <= 0.5 / len(case.test),
        f"{percent([case.right])}, the clean accuracy, at an epsilon of 0",
        percent([found]),
        cause="the network is in train mode, where an answer depends on the other images",
        hint="Evaluate in eval mode: `predict` and `evaluating` of course.metrics do.",
    )
    left = student.traces(ref), student.weights(ref)
    promises.left_as_it_was(before, left[0], weights, left[1])


@graded_evaluate(needs="evaluate_finds_what_is_known_exactly")
def test_evaluate_keeps_its_promises(student: Student, handin: Setting) -> None:
    """Good practice, no points: it refuses what it cannot evaluate, and changes no image"""
    promises.evaluate_keeps_its_promises(student, known_robustness.linear(handin, 3))


# --- break_defense -------------------------------------------------------------------------------


@dataclass
class DefenceAnswer:
    """The student's answer for one defence, and the share broken, relative to the judge's."""

    case: defences.DefenceCase
    answer: Any
    setting: Setting

    @cached_property
    def share(self) -> float:
        """The share broken, divided by the share that the judge breaks."""
        return self.case.broken(self.setting, self.answer) / self.case.own


@pytest.fixture(scope="module")
def defence_answers(student: Student, setting: Setting) -> dict[str, DefenceAnswer]:
    """The student's attack on each of the defences."""
    require(student, "break_defense", "function")
    cases = {kind: defences.defence_case(setting, kind) for kind in defences.KINDS}
    cases["misleading"] = defences.misleading_case(setting)
    answers = {}
    for kind, case in cases.items():
        ref = student.defence(case.kind, case.behind(setting), case.number)
        test = case.test
        answer = student.call(
            "break_defense", ref, test.images.clone(), test.labels.clone(), case.epsilon
        )
        answers[kind] = DefenceAnswer(case, answer, setting)
    return answers


@graded_break()
def test_break_returns_images(defence_answers: dict[str, DefenceAnswer]) -> None:
    """break_defense returns images like those it was given"""
    for each in defence_answers.values():
        require_images(each.answer, each.case.test.images)


@graded_break(needs="break_returns_images")
def test_break_does_more_than_noise(
    defence_answers: dict[str, DefenceAnswer], setting: Setting, measures: dict[str, float]
) -> None:
    """At least one of the defences is broken in more images than by noise"""
    shares = {kind: defence_answers[kind].share for kind in defences.KINDS}
    measures.update(shares)
    expect_true(
        max(shares.values()) > max(setting.evidence(kind).zero for kind in defences.KINDS),
        "images that one of the defences gets wrong",
        f"of what the judge breaks, {percent([max(shares.values())])}",
        cause=lambda: mistakes.why_unbroken(
            defence_answers["quantised"].case,
            defence_answers["quantised"].answer,
            max(shares.values()),
        ),
        hint="Look into the defence: what happens before `model`, and what after it?",
    )


@graded_break(points=1, needs="break_does_more_than_noise")
def test_break_stays_in_the_budget(defence_answers: dict[str, DefenceAnswer]) -> None:
    """Every pixel stays in [0, 1] and moves by at most epsilon"""
    for each in defence_answers.values():
        stays_in_range(
            each.answer,
            hint="Clamp to [0, 1] in each step, after the step was brought back within epsilon.",
        )
        moves_within(
            each.answer - each.case.test.images,
            each.case.epsilon,
            cause="nothing brings the images back within epsilon of the originals",
            hint="`project` of assignment 4 does, and `pgd` calls it in each step.",
        )


@graded_break(points=3, needs="break_does_more_than_noise")
def test_break_gets_through_rounding(
    defence_answers: dict[str, DefenceAnswer], setting: Setting, measures: dict[str, float]
) -> None:
    """It breaks the defence that rounds its input"""
    each = defence_answers["quantised"]
    measures["share"] = each.share
    expect_above(
        each.share,
        setting.evidence("quantised").bar,
        "images broken, of those that the judge breaks,",
        cause=lambda: mistakes.why_unbroken(each.case, each.answer, each.share),
        hint="Rounding has no gradient. Use that of the network behind it, at the rounded image.",
    )
    misled = defence_answers["misleading"].share
    if misled < ALL_BUT_ONE:
        raise Wrong(
            "broken images of a network that gives other answers to images that are not rounded",
            f"{percent([misled])}, though {percent([each.share])} with a trained network",
            cause="the attack gives the network behind the defence images that are not rounded",
            hint="Take the gradient of `defense.model` at `defense.transform(images)`.",
            fraction=2 / 3,
        )


@graded_break(points=2, needs="break_does_more_than_noise")
def test_break_gets_past_large_logits(
    defence_answers: dict[str, DefenceAnswer], setting: Setting, measures: dict[str, float]
) -> None:
    """It breaks the defence that multiplies its logits"""
    each = defence_answers["scaled-logits"]
    measures["share"] = each.share
    expect_above(
        each.share,
        setting.evidence("scaled-logits").bar,
        "images broken, of those that the judge breaks,",
        cause=lambda: mistakes.why_unbroken(each.case, each.answer, each.share),
        hint="The cross-entropy is flat where one logit leads by 17 or more. The margin is not.",
    )


@graded_break(needs="break_does_more_than_noise")
def test_break_keeps_its_promises(student: Student, setting: Setting) -> None:
    """Good practice, no points: it refuses what it cannot attack, and leaves all as it was"""
    case = defences.defence_case(setting, "scaled-logits")
    promises.break_keeps_its_promises(student, setting, case)


# --- certified_radius ----------------------------------------------------------------------------


@graded_radius(points=2)
def test_radius_is_proved(student: Student, handin: Setting) -> None:
    """sigma times the normal quantile of the lower bound, by Clopper and Pearson, one-sided"""
    require(student, "certified_radius", "function")
    drawn = radii.vote_counts(handin)
    answers = [ask(student, votes) for votes in drawn]
    # The share of the votes, where all agree, gives an infinite radius: not a division by zero.
    found = [
        each if isinstance(each, float) and each == math.inf else require_number(each, "the radius")
        for each in answers
    ]
    for votes, radius in zip(drawn, found, strict=True):
        right = radii.radius(*votes)
        count, samples, sigma, alpha = votes
        expect_true(
            abs(radius - right) <= RELATIVE * right,
            f"{right:.6g}, for {count} of {samples} votes, sigma {sigma:.3g}, alpha {alpha:g}",
            f"{radius:.6g}, too {'large' if radius > right else 'small'} "
            f"by {100 * abs(radius / right - 1):.2g} %",
            cause=partial(radii.other_radius, drawn, found),
            hint="p = scipy.special.betaincinv(count, samples - count + 1, alpha), then "
            "sigma * NormalDist().inv_cdf(p).",
        )


@graded_radius(points=1, needs="radius_is_proved")
def test_radius_abstains(student: Student, setting: Setting) -> None:
    """Where the lower bound is 1/2 or less the radius is 0.0"""
    for votes in radii.abstentions(setting):
        count, samples, *_ = votes
        found = require_number(ask(student, votes), "the radius")
        expect_true(
            found == 0,
            f"0.0 for {count} of {samples} votes",
            f"{found:.4g}",
            cause=partial(radii.why_not_zero, found, votes),
            hint="Compare the lower bound with 1/2, not the share of the votes.",
        )


@graded_radius(needs="radius_is_proved")
def test_radius_refuses_impossible_votes(student: Student, setting: Setting) -> None:
    """Good practice, no points: impossible votes, and a sigma or alpha that is none, are errors"""
    promises.refuses(student, "certified_radius", radii.impossible_votes(setting))


def ask(student: Student, votes: radii.VoteCount) -> Any:
    """The student's radius; an alpha of 0.001 is not passed, to use the default."""
    count, samples, sigma, alpha = votes
    level = [] if alpha == radii.DEFAULT_ALPHA else [alpha]
    return student.call("certified_radius", count, samples, sigma, *level)
