"""The checks of an evaluation separate right from wrong answers for every secret."""

import copy

import pytest
import torch

from autograder.checks.a6_audit import checks as a6_audit
from autograder.checks.a6_audit import defences, known_robustness
from autograder.checks.a6_audit.known_robustness import Case
from autograder.judge.setting import Setting
from course import metrics
from course.defences import build
from solutions.audit import StraightThrough
from solutions.pgd import cross_entropy, margin_loss, pgd


@pytest.mark.parametrize("secret", [b"first", b"second", b"third", b"fourth"])
def test_a_network_in_train_mode_gets_another_number(secret: bytes) -> None:
    case = known_robustness.with_batch_norm(Setting("a6-audit", "digits", secret))
    images, labels = case.test.images, case.test.labels
    assert metrics.accuracy(case.on_pixels, images, labels) == case.right
    in_train_mode = copy.deepcopy(case.on_pixels).train()(images).argmax(dim=1)
    assert (in_train_mode == labels).double().mean().item() <= case.right - 0.25


def test_nobody_knows_the_number_beforehand() -> None:
    secrets = [f"secret {number}".encode() for number in range(4)]
    drawn = {
        known_robustness.with_batch_norm(Setting("a6-audit", "digits", each)).right
        for each in secrets
    }
    assert len(drawn) > 1


def images_off(case: Case, step: float, steps: int) -> float:
    """The number of images by which one run of PGD on each loss misses the judge's number."""
    images, labels = case.test.images, case.test.labels
    standing = torch.ones(len(labels), dtype=torch.bool)
    for loss in (cross_entropy, margin_loss):
        size = step * case.epsilon
        moved = pgd(
            case.on_pixels, images, labels, case.epsilon, step_size=size, steps=steps, loss=loss
        )
        standing &= metrics.predict(case.on_pixels, moved).argmax(dim=1) == labels
    return standing.sum().item() - case.right * len(labels)


SECRETS = [b"first", *(pytest.param(each, marks=pytest.mark.slow) for each in (b"2", b"3"))]


@pytest.mark.parametrize("secret", SECRETS)
def test_one_good_run_finds_the_number_and_one_step_does_not(secret: bytes) -> None:
    setting = Setting("a6-audit", "digits", secret)
    for case in (known_robustness.trained(setting), known_robustness.scaled(setting)):
        assert abs(images_off(case, step=1 / 8, steps=20)) <= a6_audit.NEAR
    assert images_off(known_robustness.trained(setting), step=1.0, steps=1) > 2 * a6_audit.NEAR


@pytest.mark.parametrize("secret", SECRETS)
def test_many_restarts_break_hardly_more_than_the_judge(secret: bytes) -> None:
    """A thorough evaluation lost points: it broke 5 of 42 images that the judge left right."""
    setting = Setting("a6-audit", "digits", secret)
    pool = known_robustness.pool_of_trained(setting)
    model, epsilon = setting.victim.module, pool.case.epsilon
    images, labels = setting.dataset.test.images[pool.rows], pool.labels
    standing = pool.robust.clone()
    for restart in range(10):
        torch.manual_seed(restart)
        loss = (cross_entropy, margin_loss)[restart % 2]
        moved = pgd(
            model,
            images[standing],
            labels[standing],
            epsilon,
            step_size=epsilon / 5,
            steps=25,
            random_start=True,
            loss=loss,
        )
        standing[standing.clone()] = metrics.predict(model, moved).argmax(1) == labels[standing]
    assert pool.robust.sum() - standing.sum() <= 2


@pytest.mark.parametrize("secret", [b"first", b"second", b"third", b"fourth"])
def test_an_attack_helps_where_the_network_is_wrong_without_one(secret: bytes) -> None:
    case = known_robustness.helped(Setting("a6-audit", "digits", secret))
    images, labels, model = case.test.images, case.test.labels, case.on_pixels
    clean = metrics.accuracy(model, images, labels)
    helped = images_off(case, step=1 / 8, steps=20)
    assert helped == pytest.approx(len(labels) * (1 - clean))
    # So many withstand each attack or none, but not all: no accuracy alone is the number.
    assert case.right < clean < case.right + helped / len(labels)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("kind", defences.KINDS)
def test_one_good_run_breaks_a_defence_and_one_step_does_not(secret: bytes, kind: str) -> None:
    setting = Setting("a6-audit", "digits", secret)
    case = defences.defence_case(setting, kind)
    behind = StraightThrough(defences.defence(setting, kind, case.number))
    images, labels = case.test.images, case.test.labels

    def share(step: float, steps: int) -> float:
        """The share broken by one run on the margin, divided by the judge's share."""
        torch.manual_seed(0)
        size = step * case.epsilon
        moved = pgd(
            behind, images, labels, case.epsilon, step_size=size, steps=steps, loss=margin_loss
        )
        return case.broken(setting, moved) / case.own

    bar = setting.evidence(kind).bar
    assert share(step=1 / 8, steps=20) >= bar.full
    assert share(step=1.0, steps=1) < bar.full - 0.1


@pytest.mark.parametrize("secret", [b"first", b"second", b"third", b"fourth"])
def test_only_what_looks_through_the_rounding_breaks_the_network_that_it_changes(
    secret: bytes,
) -> None:
    setting = Setting("a6-audit", "digits", secret)
    case = defences.misleading_case(setting)
    assert case.network
    behind = case.network.module
    through = StraightThrough(build(case.kind, behind, case.number))
    images, labels, epsilon = case.test.images, case.test.labels, case.epsilon
    for loss in (cross_entropy, margin_loss):
        for steps in (1, 10, 20):
            how = {"step_size": 2.5 * epsilon / steps, "steps": steps, "loss": loss}
            torch.manual_seed(0)
            assert case.broken(setting, pgd(through, images, labels, epsilon, **how)) == 1.0
            assert case.broken(setting, pgd(behind, images, labels, epsilon, **how)) == 0.0
    noise = images + epsilon * torch.randn_like(images).sign()
    assert case.broken(setting, noise) == 0.0
