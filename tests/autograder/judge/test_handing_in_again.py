"""Handing in again and again teaches no answer: numbers are drawn for each hand-in.

The cheat below computes nothing. It answers the first call, the second and so on with constants,
reads its feedback, and puts the right numbers from there into its next hand-in.
"""

import re
from pathlib import Path

import pytest

from autograder.judge.judge import Judge
from autograder.judge.setting import Setting
from autograder.report.results import Result

ROUNDS, UNKNOWN = 20, 0.5
SECRET = b"of those who hand in again"
NUMBER = re.compile(r"(\d+(?:\.\d+)?)( %)?")
IMAGES = re.compile(r"on (\d+) images")
SAID_UNKNOWN = re.compile(r"(about )?(0\.5|50)")

HAND_IN = """
ANSWERS = {answers}
calls = dict.fromkeys(ANSWERS, 0)


def answer(name):
    known = ANSWERS[name]
    calls[name] += 1
    return known[calls[name] - 1] if calls[name] <= len(known) else {unknown}
"""
# The check whose feedback tells an answer, by the function that gives it, and its parameters.
TOLD = {
    "a1-cnn": {"accuracy(model, images, labels)": "accuracy_counts"},
    "a3-fgsm": {
        "attack_success_rate(model, images, adversarial, labels)": (
            "success_rate_counts_the_fooled"
        ),
        "robustness_curve(model, images, labels, epsilons)": (
            "curve_is_the_accuracy_at_each_epsilon"
        ),
    },
    "a4-pgd": {
        "worst_case_accuracy(model, images, labels, epsilon, attacks)": (
            "worst_case_counts_the_survivors_of_all"
        )
    },
    "a6-audit": {
        "evaluate(model, images, labels, epsilon, mean, std)": (
            "evaluate_finds_what_is_known_exactly"
        )
    },
}


class Cheat:
    """Somebody who hands in constants for one assignment, and learns them from feedback."""

    def __init__(self, assignment: str, folder: Path) -> None:
        self.assignment = assignment
        self.told = {head.split("(")[0]: check for head, check in TOLD[assignment].items()}
        self.answers: dict[str, list[object]] = {name: [] for name in self.told}
        self.path = folder / assignment / f"{assignment}.py"
        self.path.parent.mkdir(parents=True)

    def hand_in(self) -> Path:
        """Write the next hand-in."""
        parts = [HAND_IN.format(answers=self.answers, unknown=UNKNOWN)]
        for head in TOLD[self.assignment]:
            parts.append(f'\n\ndef {head}:\n    return answer("{head.split("(")[0]}")\n')
        self.path.write_text("".join(parts), encoding="utf-8")
        return self.path.parents[1]

    def learn(self, result: Result) -> None:
        """Put the numbers of the feedback in place of those that were wrong."""
        by_name = {check.name: check for check in result.checks}
        for name, check in self.told.items():
            if by_name[check].status == "OK":
                continue
            text = by_name[check].expected.split(" at epsilon")[0]
            right = [float(n) / (100 if percent else 1) for n, percent in NUMBER.findall(text)]
            if images := IMAGES.search(text):  # the rounded share of so many can be had exactly
                right[0] = round(right[0] * int(images[1])) / int(images[1])
            if "curve" in name:
                self.answers[name] = [right if "%" in text else [UNKNOWN] * int(right[0])]
            elif SAID_UNKNOWN.match(by_name[check].got) or not self.answers[name]:
                self.answers[name].append(right[0])
            else:
                self.answers[name][-1] = right[0]


def best(judge: Judge, assignment: str, folder: Path, rounds: int) -> float:
    """The best score of a cheat in so many rounds."""
    cheat, scores = Cheat(assignment, folder), []
    for _ in range(rounds):
        result = judge.judge("mallory", cheat.hand_in())
        scores.append(result.score or 0.0)
        cheat.learn(result)
    return max(scores)


@pytest.mark.parametrize(
    ("assignment", "rounds", "gained"),
    [
        pytest.param("a3-fgsm", 4, 3, marks=pytest.mark.slow),
        pytest.param("a1-cnn", ROUNDS, 3, marks=pytest.mark.slow),
        pytest.param("a3-fgsm", ROUNDS, 3, marks=pytest.mark.slow),
        pytest.param("a4-pgd", ROUNDS, 3, marks=pytest.mark.slow),
        pytest.param("a6-audit", ROUNDS, 3, marks=pytest.mark.slow),
    ],
)
def test_rounds_of_constants_gain_nothing(assignment, rounds, gained, tmp_path, monkeypatch):
    judge = Judge(Setting(assignment, "digits", SECRET), "none")
    assert best(judge, assignment, tmp_path / "now", rounds) == 0

    # The same cheat against numbers that are everybody's: so the attack is a real one.
    monkeypatch.setattr(Setting, "for_handin", lambda self, student, digest: self)
    assert best(judge, assignment, tmp_path / "before", min(rounds, 5)) >= gained


def test_the_same_file_of_the_same_student_is_asked_the_same():
    setting = Setting("a4-pgd", "digits", SECRET)

    def seed(student: str, digest: str) -> int:
        return setting.for_handin(student, digest).seed("a purpose")

    assert seed("ann", "one") == seed("ann", "one")
    assert (
        len({seed("ann", "one"), seed("ann", "two"), seed("ben", "one"), seed("an", "none")}) == 4
    )


def test_what_takes_long_is_the_same_for_all_and_made_once():
    setting = Setting("a3-fgsm", "digits", SECRET)
    first, second = (setting.for_handin("ann", digest) for digest in ("one", "two"))
    assert first.victim is second.victim is setting.victim
    images = [
        sorted(map(hash, map(bytes, each.dataset.test.images.numpy()))) for each in (first, second)
    ]
    assert images[0] == images[1]
    assert not first.test_images(50).images.equal(second.test_images(50).images)


def test_public_inputs_are_everybodys():
    public = Setting("a3-fgsm", "digits")
    assert public.for_handin("ann", "one") is public
