"""`autograder calibrate`: the reference over many seeds, and the bars derived from it.

Full marks begin at a value that a right solution almost certainly reaches. It is below the mean of
the reference by the Student-t quantile that leaves fewer than 1 in 1,000 out, and by a tenth of the
mean more, since right solutions differ in optimiser, schedule and attack. For the gain in robust
accuracy it is 14 %, since a low learning rate without a warm-up costs a right solution up to 18 %.
No marks are given for values that can be reached without solving the task: up to three times the
accuracy of chance, a quarter of the reference's gain, three tenths of the judge's breaks.
"""

from __future__ import annotations

import argparse
import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import torch
from scipy.stats import t as student_t
from tqdm import tqdm

from autograder import catalog
from autograder.checks.a6_audit import defences
from autograder.judge import bars
from autograder.judge.bars import Evidence
from autograder.judge.robustness import clean_accuracy, relative_gain
from autograder.judge.setting import Setting
from course.errors import CourseError
from solutions.adversarial_training import adversarial_train
from solutions.audit import break_defense
from solutions.cnn import train

ALLOWED_FAILURES = 1e-3
LEEWAY = 0.1
LEEWAYS = {"gain": 0.14}  # where right solutions differ more

Measurement = dict[str, float]


def calibrate(assignment: str, profile: str, seeds: int) -> str:
    """Measure the reference over `seeds` seeds, write the bars, and return a table of them.

    Raises CourseError for an assignment that has no bars, or fewer than 3 seeds.
    """
    catalog.assignment(assignment)
    if assignment not in MEASURED:
        raise CourseError(f"{assignment} has no bars: its checks compare with exact answers")
    if seeds < 3:
        raise CourseError(f"a spread needs at least 3 seeds, got {seeds}")
    run = partial(MEASURED[assignment], assignment, profile)
    samples = [run(seed) for seed in tqdm(range(seeds), unit="seed", disable=None)]
    columns = {name: [sample[name] for sample in samples] for name in samples[0]}
    if "plain" in columns:
        columns["gain"] = gains(columns["worst_case"], columns.pop("plain"))
    derived = {
        name: evidence(values, ZEROS[name], LEEWAYS.get(name, LEEWAY))
        for name, values in columns.items()
    }
    about = {
        "command": f"autograder calibrate {assignment} --data {profile} --seeds {seeds}",
        "torch": torch.__version__.partition("+")[0],
    }
    path = bars.write(profile, assignment, derived, about)
    return "\n".join([*table(derived), f"written to {path}"])


def gains(defended: Sequence[float], plain: Sequence[float]) -> list[float]:
    """The gain of each seed of the reference, as a part of the average gain."""
    reference = statistics.fmean(defended)
    return [relative_gain(*pair, reference) for pair in zip(defended, plain, strict=True)]


def evidence(values: Sequence[float], zero: float, leeway: float = LEEWAY) -> Evidence:
    """The bar derived from the reference's results, with its evidence.

    leeway: the part of the mean by which right solutions may be lower, beyond the spread of seeds.
    """
    count, mean = len(values), statistics.fmean(values)
    spread = statistics.stdev(values)
    scale = spread * math.sqrt(1 + 1 / count)
    quantile = float(student_t.ppf(ALLOWED_FAILURES, count - 1))
    full = round(mean + quantile * scale - leeway * mean, 3)
    chance = float(student_t.cdf((full - mean) / scale, count - 1)) if scale else 0.0
    return Evidence(
        zero=zero,
        full=full,
        mean=round(mean, 4),
        spread=round(spread, 4),
        worst=round(min(values), 4),
        seeds=count,
        failure_chance=float(f"{chance:.1e}"),
        rule=f"mean - {-quantile:.2f} sd sqrt(1 + 1/n) - {leeway:g} mean; n = {count}",
    )


def fresh(assignment: str, profile: str, seed: int) -> Setting:
    """A setting with other draws, as with another instructor's secret."""
    return Setting(assignment, profile, f"calibration {seed}".encode())


def measure_cnn(assignment: str, profile: str, seed: int) -> Measurement:
    """The accuracy that the reference training reaches with the judge's network."""
    setting = fresh(assignment, profile, seed)
    network = setting.network("tiny-cnn", "to be trained").module
    data, budget = setting.dataset, setting.budget
    train(network, data.train.images, data.train.labels, epochs=budget.cnn_epochs, seed=seed)
    return {"accuracy": clean_accuracy(network, data.test.images, data.test.labels)}


def measure_defence(assignment: str, profile: str, seed: int) -> Measurement:
    """The gain in robust accuracy, and the clean accuracy, of the reference defence."""
    setting = fresh(assignment, profile, seed)
    network = setting.network("strided-cnn", "to be defended")
    data, budget = setting.dataset, setting.budget
    adversarial_train(
        network.module,
        data.train.images,
        data.train.labels,
        epsilon=budget.epsilon,
        epochs=budget.adversarial_epochs,
        seed=seed,
    )
    after = setting.attacked(network, data.test.labels)
    return {
        "clean": after.clean,
        "worst_case": after.worst_case,
        "plain": setting.plain_robustness.worst_case,
    }


def measure_breaks(assignment: str, profile: str, seed: int) -> Measurement:
    """The share of each defence that the reference breaks, as a part of what the judge breaks."""
    setting = fresh(assignment, profile, seed)
    shares = {}
    for kind in defences.KINDS:
        case = defences.defence_case(setting, kind)
        torch.manual_seed(seed)
        attacked = break_defense(
            defences.defence(setting, kind, case.number),
            case.test.images,
            case.test.labels,
            case.epsilon,
        )
        shares[kind] = case.broken(setting, attacked) / case.own
    return shares


MEASURED: dict[str, Callable[[str, str, int], Measurement]] = {
    "a1-cnn": measure_cnn,
    "a5-adversarial-training": measure_defence,
    "a6-audit": measure_breaks,
}

# The value that can be reached without solving the task: up to it a bar gives no points.
ZEROS = {"accuracy": 0.3, "clean": 0.3, "worst_case": 0.3, "gain": 0.25}
ZEROS |= dict.fromkeys(defences.KINDS, 0.3)


def table(derived: dict[str, Evidence]) -> Iterable[str]:
    """The bars as lines of text."""
    yield "bar            none   full    mean  spread   worst  P(fail)"
    for name, item in derived.items():
        yield (
            f"{name:13} {item.zero:6.3f} {item.full:6.3f} {item.mean:7.4f} {item.spread:7.4f} "
            f"{item.worst:7.4f} {item.failure_chance:8.0e}"
        )


def calibrate_command(args: argparse.Namespace) -> int:
    """Train the reference over many seeds and write the bars."""
    print(calibrate(args.assignment, args.data, args.seeds))
    return 0
