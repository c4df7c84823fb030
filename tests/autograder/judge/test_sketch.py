"""Nearly the same weights are found by their sketches; those of honest students are not."""

import copy
import csv
import itertools

import honest
import mutants
import pytest
import sample_class
import torch

from autograder.cli import main
from autograder.files import write_atomically
from autograder.judge.judge import Judge
from autograder.judge.setting import Setting
from autograder.judge.sketch import ALIKE, BITS, agreement, sketch
from autograder.report.results import CheckResult, Result
from autograder.term import similarity
from course import models

ASSIGNMENT = "a5-adversarial-training"


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def weights_of(module: torch.nn.Module) -> list[torch.Tensor]:
    return [weight.clone() for weight in module.state_dict().values()]


def noisy(
    before: list[torch.Tensor], after: list[torch.Tensor], share: float, seed: int
) -> list[torch.Tensor]:
    """`after` with noise; the norm of the noise is `share` times the distance from `before`."""
    change = torch.cat([(b - a).flatten() for a, b in zip(before, after, strict=True)])
    noise = torch.randn(len(change), generator=generator(seed))
    parts = (noise * share * change.norm() / noise.norm()).split([w.numel() for w in after])
    return [w + part.view_as(w) for w, part in zip(after, parts, strict=True)]


@pytest.fixture(scope="module")
def start() -> torch.nn.Module:
    return models.build("strided-cnn", in_channels=1, image_size=28, num_classes=10, seed=1)


@pytest.fixture(scope="module")
def train(start, digits):
    """Trains a copy of `start` briefly; returns its weights."""

    def trained(seed: int, rate: float = 2e-3) -> list[torch.Tensor]:
        module = copy.deepcopy(start)
        torch.manual_seed(seed)
        optimizer = torch.optim.Adam(module.parameters(), lr=rate)
        for batch in torch.randperm(512).split(64):
            optimizer.zero_grad()
            logits = module(digits.train.images[batch])
            torch.nn.functional.cross_entropy(logits, digits.train.labels[batch]).backward()
            optimizer.step()
        return weights_of(module)

    return trained


# --- the sketch ----------------------------------------------------------------------------------


def test_the_same_weights_give_the_same_sketch_and_noise_hardly_changes_it(start, train):
    before, after, again = weights_of(start), train(0), train(0)
    for secret in range(20):
        made = sketch(before, after, generator(secret))
        assert len(made) == BITS // 4
        assert sketch(before, again, generator(secret)) == made
        near = sketch(before, noisy(before, after, 0.03, secret), generator(secret))
        assert ALIKE <= agreement(made, near) <= 1
        far = sketch(before, noisy(before, after, 1.0, secret), generator(secret))
        assert agreement(made, far) < ALIKE


def test_students_who_train_in_their_own_way_differ(start, train):
    """Even with the same loss and optimiser: other batches, or another learning rate."""
    before = weights_of(start)
    trained = [train(0), train(1), train(0, 1e-3), train(2, 5e-3)]
    for secret in range(10):
        made = [sketch(before, after, generator(secret)) for after in trained]
        assert max(itertools.starmap(agreement, itertools.combinations(made, 2))) < ALIKE


def test_projections_are_the_secrets_and_unrelated_changes_agree_in_half_of_the_bits():
    before = [torch.zeros(300, 40), torch.zeros(40)]
    after = [[torch.randn(w.shape, generator=generator(n)) for w in before] for n in range(20)]
    made = [sketch(before, each, generator()) for each in after]
    shares = list(itertools.starmap(agreement, itertools.combinations(made, 2)))
    assert sum(shares) / len(shares) == pytest.approx(0.5, abs=0.02)
    other = [sketch(before, each, generator(1)) for each in after]
    shares = list(map(agreement, made, other))
    assert sum(shares) / len(shares) == pytest.approx(0.5, abs=0.05)


def test_whoever_trains_nothing_has_no_sketch(start):
    assert sketch(weights_of(start), weights_of(start), generator()) == ""


# --- the list ------------------------------------------------------------------------------------


def result(student: str, made: str, secret: str = "one", check: str = "trains") -> Result:
    checks = [CheckResult(check, "It trains", "OK", 1, 1, sketch=made)]
    return Result(student, ASSIGNMENT, "digits", "OK", 20, 20, "strong", 1, checks,
                  provenance={"secret_id": secret})  # fmt: skip


def flipped(made: str, bits: int) -> str:
    return f"{int(made, 16) ^ (2**bits - 1):0{BITS // 4}x}"


ONE = f"{0:0{BITS // 4}x}"
NEAR, FAR = flipped(ONE, 3), flipped(ONE, 40)


def named(results: list[Result]) -> list[tuple[str, str]]:
    return [(each.first, each.second) for each in similarity.alike_weights(results)]


def test_near_pairs_are_listed_and_others_are_not():
    made = [result("a", ONE), result("b", NEAR), result("c", FAR), result("d", ""), result("e", "")]
    (found,) = similarity.alike_weights(made)
    assert (found.first, found.second) == ("a", "b")
    assert found.agreement == pytest.approx(1 - 3 / BITS)


def test_only_what_one_check_drew_from_one_secret_is_compared():
    others = [result("b", ONE, secret="two"), result("c", ONE, check="trains_again")]
    assert named([result("a", ONE), *others]) == []


def test_weights_that_many_share_say_nothing():
    """Students who follow the usual recipe exactly get the usual weights."""
    many = [result(f"s{n}", ONE) for n in range(6)]
    pair = [result("a", FAR), result("b", FAR)]
    assert named([*many, *pair]) == [("a", "b")]
    assert len(named(many[:2])) == 1


def test_the_command_lists_weights_in_words_in_a_table_and_on_the_page(tmp_path, capsys):
    (tmp_path / "class" / "ada" / ASSIGNMENT).mkdir(parents=True)
    for each in (result("<b>ada", ONE), result("=bob", NEAR), result("cleo", FAR)):
        name = each.student.strip("<=>")
        write_atomically(tmp_path / "grades" / "results" / f"{name}.json", each.to_json())
    folders = f"{tmp_path / 'class'} --grades {tmp_path / 'grades'} --out {tmp_path / 'out'}"
    assert main(["similar", ASSIGNMENT, *folders.split()]) == 0
    assert "99 %  <b>ada  =bob  (weights)" in capsys.readouterr().out
    rows = list(csv.reader((tmp_path / "out" / "weights.csv").read_text().splitlines()))
    assert rows == [["first", "second", "agreement"], ["<b>ada", "'=bob", "0.99"]]
    page = (tmp_path / "out" / "index.html").read_text()
    assert "Weights that are nearly the same" in page
    assert "&lt;b&gt;ada" in page
    assert "cleo" not in page


# --- the real thing ------------------------------------------------------------------------------

NOISE = """

train_honestly = adversarial_train


def adversarial_train(model, images, labels, **options):
    before = [weight.clone() for weight in model.state_dict().values()]
    losses = train_honestly(model, images, labels, **options)
    with torch.no_grad():
        for weight, old in zip(model.state_dict().values(), before):
            weight += 0.02 * (weight - old).std() * torch.randn(weight.shape)
    return losses
"""


@pytest.mark.slow
def test_among_honest_students_only_copies_are_listed(tmp_path):
    """Honest variants, the sample class, and two copies of one variant: its names changed, and
    noise put on its weights."""
    judge = Judge(Setting(ASSIGNMENT, "digits", b"a secret of this test"), "none")
    variants = [each for each in honest.variants() if each.assignment == ASSIGNMENT]
    results = []
    for each in variants:
        (tmp_path / each.path.stem).mkdir()
        path = honest.hand_in(each, tmp_path / each.path.stem)
        results.append(judge.judge(each.path.stem, path))
    for each in sample_class.hand_ins(ASSIGNMENT):
        sample_class.hand_in(each, tmp_path / "class")
        results.append(judge.judge(each.student, tmp_path / "class" / each.student))
    copied = next(each for each in variants if each.path.stem == "half-and-half")
    code = mutants.reference(ASSIGNMENT) + copied.code
    for name, text in (("renamed", code.replace("total", "summe")), ("noisy", code + NOISE)):
        path = tmp_path / f"{name}.py"
        path.write_text(text)
        results.append(judge.judge(name, path))
    found = {frozenset(pair) for pair in named(results)}
    assert found == {
        frozenset(pair) for pair in itertools.combinations(("half-and-half", "renamed", "noisy"), 2)
    }
