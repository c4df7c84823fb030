"""A hand-in can read no more of a hidden input from its feedback than is stated.

The attacker here owns the student's process and chooses every value that it sends. For each
message, the visible bits are counted and compared with the stated number. Then a whole hand-in
tries to reveal as many labels as it can.
"""

import dataclasses
import math
import random

import pytest
import torch

from autograder import catalog
from autograder.errors import Crash, NotWritten, StudentFault, Wrong
from autograder.exports.gradescope import results_json
from autograder.exports.markup import result_as_html
from autograder.judge import answers, disclosure, setting
from autograder.judge.disclosure import (
    BITS,
    NUMBER,
    NUMERAL,
    Disclosure,
    coarse,
    most_bits,
    rounded,
)
from autograder.judge.expect import Bar, expect, expect_above, expect_true
from autograder.judge.judge import Judge
from autograder.judge.setting import Setting
from autograder.report import feedback
from autograder.report.results import CheckResult, Result
from autograder.student.concealed import WORDS, concealed
from autograder.worker.cells import Cell
from autograder.worker.protocol import Opaque

TRIES = 10_000  # more than a number may carry


def said(check, value) -> tuple[str, ...]:
    """The message to a student when `check` gets a value of their choice."""
    try:
        check(value)
    except StudentFault as fault:
        return dataclasses.astuple(Disclosure().message(fault))
    return ()


def chosen(generator: random.Random) -> float:
    """A number that carries as much as a double can."""
    value = generator.uniform(1, 10) * 10.0 ** generator.randint(-300, 300)
    return generator.choice([value, -value, generator.uniform(0, 1), generator.uniform(-2e3, 2e3)])


NUMBERS = {
    "expect": lambda v: expect(v, "a move of", at_most=-1e308),
    "expect_above": lambda v: expect_above(v, Bar(1e307, 1e308), "a gain"),
    "four decimals": lambda v: expect_true(False, "0.5", f"{v:.4f}"),
    "percent": lambda v: expect_true(False, "50 %", answers.percent([v])),
    "in the cause": lambda v: expect_true(False, "", "others", cause=f"{v:.17g} times epsilon"),
    "three figures": lambda v: expect_true(False, "", f"others, up to {v:.3g} apart"),
}


@pytest.mark.parametrize("place", NUMBERS, ids=list(NUMBERS))
def test_a_number_carries_no_more_than_is_charged_for_it(place):
    generator = random.Random(7)
    seen = {said(NUMBERS[place], chosen(generator)) for _ in range(TRIES)}
    assert 1 < len(seen) <= 2**NUMBER


def test_all_that_a_number_can_become_is_counted():
    whole = {coarse(f"{value}") for value in range(-1100, 1101)}
    parts = {coarse(f"{sign}{m}e{e}") for sign in ("", "-") for e in range(-9, 12)
             for m in (f"{k / 100:.2f}" for k in range(100, 1000))}  # fmt: skip
    assert 1000 < len(whole | parts) <= 2**NUMBER


def test_an_integer_of_any_length_is_cut():
    generator = random.Random(7)
    seen = {rounded(f"{generator.getrandbits(200)} pixels that are NaN") for _ in range(1000)}
    assert seen == {"more than 1,000,000 pixels that are NaN"}


def test_numbers_that_are_part_of_a_word_or_round_already_are_left():
    text = "float32 images, 5x5, [0, 1], 255 times epsilon, 1e-3 to 0.25, pixels from -0.1 to 1"
    assert rounded(text) == text
    assert rounded("1.2346 and 12,345") == "about 1.2 and about 12,000"


def test_shapes_keys_and_names_pay_for_every_number_and_carry_no_text():
    generator = random.Random(7)
    images = torch.zeros(96, 1, 28, 28)
    account = Disclosure()
    for _ in range(50):
        shape = [generator.randint(0, 40) for _ in range(8)]
        with pytest.raises(Wrong) as caught:
            answers.require_images(torch.empty(shape, device="meta"), images)
        account.message(caught.value)
    assert 0 <= account.left <= BITS
    stolen = "".join(map(str, range(9)))
    value = concealed({stolen: [stolen, Opaque(stolen)], "mean": 1.0}, WORDS)
    assert stolen not in repr(value)
    assert value["mean"] == 1.0


def test_the_account_is_for_the_whole_submission_and_runs_out():
    account = Disclosure([Cell("cell 1", "\n" * 100_000)])
    faults = [Wrong("0.5", "0.12345 and 17", cause="3 times"), Crash("a result", "ValueError")] * 40
    messages = [account.message(fault) for fault in faults]
    assert account.left >= 0
    told = [message for message in messages if message.hint != disclosure.NOT_SHOWN]
    cost = 12 + 3 * NUMBER + 12 + math.log2(100_000)
    assert 2 <= len(told) <= 2 * BITS / cost + 2
    assert all(not (m.got or m.cause or m.expected) for m in messages if m not in told)


def test_where_the_answer_is_too_dear_the_rest_is_told():
    shapes = [(n, n + 1, 5, 5) for n in range(8)]
    fault = Wrong("5,994 parameters", f"others: {shapes}", cause="3 filters too few", hint="Add.")
    account = Disclosure()
    message = account.message(fault)
    assert (message.expected, message.cause, message.hint) == (fault.expected, fault.cause, "Add.")
    assert message.got == disclosure.WITHHELD
    assert account.left == BITS - disclosure.WORDS - NUMBER


def test_a_list_of_layers_pays_for_every_name():
    names = {f"block{n}.conv" for n in range(31)}
    account = Disclosure(names=names)
    fault = Wrong("all layers", "3 layers, without block1.conv, block2.conv", cause="")
    assert account.message(fault).got == fault.got
    assert pytest.approx(account.left) == BITS - 12 - NUMBER - 2 * 5


def test_what_was_handed_in_is_quoted_to_the_letter():
    note = "SyntaxError in cell 3, line 12345: invalid syntax"
    fault = NotWritten("a function called `fgsm`", "no such name", cause=note)
    assert Disclosure().message(fault).cause == note


@pytest.mark.parametrize("assignment", catalog.ASSIGNMENTS)
def test_one_submission_learns_less_than_one_image_holds(assignment):
    image = 8 * 8 * math.log2(17)  # an image of `digits` before it was enlarged
    assert BITS < most_bits(assignment) < image


def test_a_student_never_reads_how_the_grader_failed_nor_how_long_it_took():
    result = Result("ada", "a3-fgsm", "digits", "INFRA", None, 20, "strong", 123.456, [])
    result.notes = ["The grader failed, not you: RuntimeError: 31415926"]
    for told in (feedback.page(result), results_json(result), result_as_html(result)):
        assert "31415926" not in told
        assert "123" not in told
    assert "128 s" in feedback.page(result)


def test_measures_and_sketches_are_for_the_instructor_alone():
    check = CheckResult("fgsm_returns_images", "t", "WRONG", 0, 1, "e", "g", "c", "h",
                        seconds=98.7, measures={"moved": 0.31415926}, sketch="5ec2e7")  # fmt: skip
    result = Result("ada", "a3-fgsm", "digits", "WRONG", 0, 20, "strong", 5.0, [check])
    for told in (feedback.page(result), results_json(result), result_as_html(result)):
        assert "0.3141" not in told
        assert "98.7" not in told
        assert "5ec2e7" not in told


# --- a whole hand-in -----------------------------------------------------------------------------

THIEF = '''
def stolen(labels):
    """The labels as the digits of one number."""
    return float("0." + "".join(map(str, labels.tolist()))[:15])

def fgsm(model, images, labels, epsilon):
    return images.clamp(0, 1)[:, :, : 1 + int(labels[0]), : 1 + int(labels[1])]

def attack_success_rate(model, images, adversarial, labels):
    return 1e5 * stolen(labels)

def robustness_curve(model, images, labels, epsilons):
    return [stolen(labels[i:]) for i in range(len(epsilons))]
'''


@pytest.fixture
def brief_training(monkeypatch):
    brief = dataclasses.replace(setting.budget("digits"), cnn_epochs=1)
    monkeypatch.setattr(setting, "budget", lambda profile: brief)


def visible(result: Result) -> str:
    """The whole text that a student can read."""
    return feedback.page(result) + results_json(result) + result_as_html(result)


@pytest.mark.slow
def test_a_thief_reads_back_no_digits_of_the_labels(brief_training, tmp_path):
    path = tmp_path / "a3-fgsm.py"
    path.write_text(THIEF)
    hidden = Setting("a3-fgsm", "digits", secret=b"a secret of this test")
    labels = "".join(map(str, hidden.test_images(96).labels.tolist()))
    result = Judge(hidden, "none").judge("thief", path)
    told = visible(result)
    carried = [numeral for check in result.checks for numeral in NUMERAL.findall(check.got)]
    assert 5 <= len(carried) <= BITS / NUMBER
    assert all(len(numeral.strip("0.,-")) <= 3 for numeral in carried)
    assert labels[:6] not in told
    assert not {labels[start : start + 4] for start in range(90)} & set(carried)


@pytest.mark.slow
def test_the_same_on_public_inputs_is_shown_in_full(brief_training, tmp_path):
    path = tmp_path / "a3-fgsm.py"
    path.write_text(THIEF)
    public = Setting("a3-fgsm", "digits")
    result = Judge(public, "none").judge("you", path)
    shown = {check.name: check.got for check in result.checks}
    assert shown["fgsm_returns_images"].startswith("shape (96, 1, ")
    (rate,) = NUMERAL.findall(shown["success_rate_counts_the_fooled"])
    assert len(rate) > len("12345.")
