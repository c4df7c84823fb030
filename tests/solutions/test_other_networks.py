"""Networks as people write them: other answers, NaN, work in place, and what is kept in them."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Callable
from functools import partial

import pytest
import torch
from torch import Tensor, nn

from course import attacks
from course.batches import attack_in_batches
from course.defences import Detector, Quantised
from course.errors import CourseError, InputError, NotANumberError
from course.metrics import accuracy, predict
from course.models import Normalize, build
from solutions import cnn
from solutions.audit import attack_smoothed, certified_radius, evaluate, noisy_votes
from solutions.ensemble import apgd, dlr_loss, targeted_apgd
from solutions.evaluation import survival
from solutions.extensions.l2 import l2_pgd
from solutions.fgsm import attack_success_rate, fgsm, robustness_curve
from solutions.hooks import ActivationMonitor, activation_drift
from solutions.pgd import margin_loss, pgd, project, worst_case_accuracy
from solutions.random_search import random_search, sign_noise

Call = Callable[[nn.Module, Tensor, Tensor], object]
IMAGES = torch.rand(6, 1, 28, 28, generator=torch.Generator().manual_seed(0))
LABELS = torch.tensor([3, 1, 4, 1, 5, 9])

ATTACKS: dict[str, Call] = {
    "fgsm": partial(fgsm, epsilon=0.1),
    "pgd": partial(pgd, epsilon=0.1, step_size=0.05, steps=2),
    "course pgd": partial(attacks.pgd, epsilon=0.1, step_size=0.05, steps=2),
    "apgd": partial(apgd, epsilon=0.1, steps=2),
    "l2_pgd": partial(l2_pgd, epsilon=1.0, step_size=0.5, steps=2),
}
MEASURES: dict[str, Call] = {
    "predict": lambda m, x, y: predict(m, x),
    "accuracy": accuracy,
    "cnn.accuracy": cnn.accuracy,
    "attack_success_rate": lambda m, x, y: attack_success_rate(m, x, x, y),
    "worst_case_accuracy": lambda m, x, y: worst_case_accuracy(m, x, y, 0.1, []),
    "survival": lambda m, x, y: survival(m, x, y, {}),
    "robustness_curve": lambda m, x, y: robustness_curve(m, x, y, [0.1]),
    "random_search": lambda m, x, y: random_search(m, x, y, 0.1, queries=2),
}
ALL = ATTACKS | MEASURES


def each_of(calls: dict[str, Call]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("call", calls.values(), ids=calls)


class Linear(nn.Module):
    """Ten logits per image, on which `answer` works before they are returned."""

    def __init__(self, answer: Callable[[Tensor], object] = lambda logits: logits) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layer = nn.Linear(784, 10)
        self.answer = answer

    def forward(self, images: Tensor) -> object:
        return self.answer(self.layer(images.flatten(1)))


class InPlace(Linear):
    """Normalises its input in place, as torchvision can."""

    def forward(self, images: Tensor) -> object:
        return super().forward(images.sub_(0.1307).div_(0.3081))


# --- the caller's images -------------------------------------------------------------------------


@each_of(ALL | {"drift": lambda m, x, y: activation_drift(m, x, x.clone())})
def test_a_network_that_works_in_place_leaves_the_callers_images(call: Call) -> None:
    images = IMAGES.clone()
    call(InPlace(), images, LABELS)
    assert torch.equal(images, IMAGES)


def test_a_network_that_works_in_place_is_attacked_like_any_other() -> None:
    layers = nn.Flatten(), Linear().layer
    plain, in_place = nn.Sequential(nn.ReLU(), *layers), nn.Sequential(nn.ReLU(True), *layers)
    assert torch.equal(fgsm(in_place, IMAGES, LABELS, 0.1), fgsm(plain, IMAGES, LABELS, 0.1))


def test_a_training_leaves_no_gradient_on_the_callers_images() -> None:
    images = IMAGES.clone().requires_grad_()
    cnn.train(Linear(), images, LABELS, epochs=1)
    assert images.grad is None


# --- answers that are no logits ------------------------------------------------------------------


@each_of(ALL)
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda z: (z, z), "a tuple instead"),
        (lambda z: z[..., None, None], r"shape \(6, 10, 1, 1\), expected \(6, k\)"),
        (lambda z: z[:, 0], r"shape \(6,\)"),
        (lambda z: z.mean(dim=0, keepdim=True), r"shape \(1, 10\), expected \(6, k\)"),
    ],
)
def test_an_answer_that_is_no_logits_is_named(call: Call, answer, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call(Linear(answer), IMAGES, LABELS)


@each_of({name: call for name, call in ALL.items() if name != "predict"})
@pytest.mark.parametrize("labels", [LABELS + 5, LABELS[:, None], LABELS - 100])
def test_labels_that_are_no_classes_of_the_network_are_refused(call: Call, labels) -> None:
    with pytest.raises(ValueError, match="label"):
        call(Linear(), IMAGES, labels)


@each_of(ALL)
def test_a_function_is_no_network(call: Call) -> None:
    with pytest.raises(InputError, match=r"must be an nn\.Module, got a partial"):
        call(partial(Linear()), IMAGES, LABELS)


@each_of(ALL)
def test_images_of_another_type_or_with_other_channels_are_named(call: Call) -> None:
    with pytest.raises(InputError, match=r"float64.*float32.*images\.to\(torch\.float32\)"):
        call(Linear(), IMAGES.double(), LABELS)
    with pytest.raises(InputError, match=r"does not take images of shape \(1, 28, 28\)"):
        call(build("tiny-cnn", in_channels=3, seed=0), IMAGES, LABELS)
    with pytest.raises(InputError, match="on cpu and the network is on meta"):
        call(Linear().to("meta"), IMAGES, LABELS)


@each_of(ATTACKS)
def test_a_network_made_in_inference_mode_cannot_be_attacked(call: Call) -> None:
    with torch.inference_mode():
        model = Linear()
    with pytest.raises(InputError, match="inference_mode"):
        call(model, IMAGES, LABELS)


@each_of(ATTACKS)
def test_attacks_work_inside_inference_mode(call: Call) -> None:
    model = Linear()
    torch.manual_seed(0)
    expected = call(model, IMAGES, LABELS)
    torch.manual_seed(0)
    with torch.inference_mode():
        assert torch.equal(call(model, IMAGES * 1, LABELS * 1), expected)


# --- NaN -----------------------------------------------------------------------------------------


@each_of(ATTACKS)
def test_an_attack_without_a_direction_says_so(call: Call) -> None:
    class RootOfZero(Linear):
        """Right answers, and a gradient that is NaN: that of the root at 0."""

        def forward(self, images: Tensor) -> Tensor:
            nothing = (images - images.detach()).square().flatten(1).sum(dim=1, keepdim=True)
            return self.layer(images.flatten(1)) + nothing.sqrt()

    with pytest.raises(NotANumberError, match="gradient for image 0"):
        call(RootOfZero(), IMAGES, LABELS)
    with pytest.raises(NotANumberError, match="answers NaN"):
        call(Linear(lambda z: z * float("nan")), IMAGES, LABELS)


def test_layers_of_nan_have_no_drift() -> None:
    model = nn.Sequential(Linear(lambda z: z * float("nan")), nn.Identity())
    with pytest.raises(NotANumberError, match="layer '1' puts out NaN"):
        activation_drift(model, IMAGES, IMAGES)


# --- numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("shape", [(), (1,)])
def test_epsilon_may_be_a_tensor_of_one_number(dtype, shape) -> None:
    epsilon = torch.full(shape, 0.125, dtype=dtype, requires_grad=True)
    for attack in (fgsm, partial(pgd, step_size=0.05, steps=1, random_start=False)):
        found = attack(Linear(), IMAGES, LABELS, epsilon)
        assert torch.equal(found, attack(Linear(), IMAGES, LABELS, 0.125))
        assert found.dtype == torch.float32
        assert not found.requires_grad


def test_one_epsilon_per_image_is_refused() -> None:
    with pytest.raises(InputError, match=r"one number for all images.*\(6, 1, 1, 1\)"):
        fgsm(Linear(), IMAGES, LABELS, torch.rand(6, 1, 1, 1))


@pytest.mark.parametrize(
    "call",
    [
        lambda: sign_noise(Linear(), IMAGES, LABELS, 8, 0),
        lambda: sign_noise(Linear(), IMAGES * 16, LABELS, 0.1, 0),
        lambda: project(IMAGES, IMAGES, -0.1),
        lambda: fgsm(Linear(), IMAGES[:, 0], LABELS, 0.1),
        lambda: pgd(Linear(), IMAGES, LABELS, 0.1, step_size=0.1, steps=2.5),
        lambda: predict(Linear(), IMAGES, 0),
        lambda: predict(Linear(), IMAGES, 64.0),
        lambda: attack_in_batches(ATTACKS["fgsm"], Linear(), IMAGES, LABELS, batch_size=2.5),
        lambda: cnn.train(Linear(), IMAGES, LABELS, epochs=1.5),
        lambda: margin_loss(torch.eye(4), torch.arange(4) + 0.9),
        lambda: attacks.margin_loss(torch.eye(4).long(), torch.arange(4)),
        lambda: Normalize([0.1, 0.2, 0.3], [1, 1, 1])(IMAGES),
        lambda: Normalize([0.1], [1])(IMAGES[0]),
        lambda: Normalize([float("nan")], [float("inf")]),
        lambda: Normalize([33.3], [78.6]),
        lambda: Normalize([-0.1], [0.5]),
        lambda: Normalize(0.13, 0.31),
        lambda: Normalize([], []),
        lambda: build("tiny-cnn", normalize=(0.13, 0.31)),
        lambda: evaluate(build("tiny-cnn", in_channels=3, seed=0), IMAGES, LABELS, 0.1, [0.1], [1]),
        lambda: certified_radius(979.5, 1000, 0.25),
        lambda: certified_radius(10, float("inf"), 0.25),
        lambda: certified_radius(10, 20, 0.25, 1.0),
    ],
)
def test_a_number_that_means_nothing_is_refused(call: Callable[[], object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  each in words of its own, tested elsewhere
        call()


def test_a_radius_is_finite_where_the_bound_rounds_to_one() -> None:
    assert certified_radius(10**7, 10**7, 0.25, 1 - 1e-10) == pytest.approx(0.25 * 8.2, rel=0.01)


def test_smoothing_counts_whole_copies_of_one_image() -> None:
    generator = torch.Generator().manual_seed(0)
    image = IMAGES[0].clone().requires_grad_()
    smoothed = partial(attack_smoothed, Linear(), radius=0.5, sigma=0.2, generator=generator)
    assert not smoothed(image, 3, steps=1, samples=2).requires_grad
    for change in ({"samples": 0}, {"steps": -1}, {"samples": 2.5}):
        with pytest.raises(InputError, match=next(iter(change))):
            smoothed(image, 3, **{"steps": 1, "samples": 2} | change)
    with pytest.raises(InputError, match="from 0 to 9"):
        smoothed(image, 10, steps=1, samples=2)
    for image, samples in ((IMAGES[:1], 4), (IMAGES[0], 0)):
        with pytest.raises(InputError):
            noisy_votes(Linear(), image, 0.2, samples, generator)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int16, torch.int32])
def test_labels_of_any_whole_numbers_go_through_the_ensembles_parts(dtype) -> None:
    logits = torch.rand(6, 10)
    assert torch.equal(dlr_loss(logits, LABELS.to(dtype)), dlr_loss(logits, LABELS))
    attack = partial(targeted_apgd, Linear(), IMAGES, epsilon=0.01, targets=1, steps=1)
    found, expected = (
        attack(labels=labels, generator=torch.Generator().manual_seed(0))
        for labels in (LABELS.to(dtype), LABELS)
    )
    assert torch.equal(found, expected)


# --- attacks that return something else ----------------------------------------------------------


def test_an_attack_returns_one_image_for_each() -> None:
    for bad in (lambda m, x, y: x[:3], lambda m, x, y: None):
        with pytest.raises(InputError, match="one image for each"):
            attack_in_batches(bad, Linear(), IMAGES, LABELS)


def test_survival_can_hold_attacks_to_a_budget() -> None:
    model = Linear()
    labels = predict(model, IMAGES).argmax(dim=1)
    far = {"far": lambda m, x, y: 1 - x}
    held = survival(model, IMAGES, labels, far, epsilon=0.05).accuracy
    assert held == pytest.approx(
        worst_case_accuracy(model, IMAGES, labels, 0.05, [lambda m, x, y, e: 1 - x])
    )
    with pytest.raises(InputError, match="adversarial must lie"):
        survival(model, IMAGES, labels, {"out": lambda m, x, y: x + 1})


# --- networks that keep something, and layers that put out something else ------------------------


@dataclasses.dataclass
class Box:
    seen: Tensor | None = None


class Keeps(Linear):
    """Keeps its last activation in `box`."""

    def __init__(self, box: object) -> None:
        super().__init__()
        self.box = box

    def forward(self, images: Tensor) -> object:
        logits = super().forward(images)
        if isinstance(self.box, collections.deque):
            self.box.append(logits)
        if isinstance(self.box, Box):
            self.box.seen = logits
        return logits


def test_a_network_that_keeps_activations_anywhere_is_copied() -> None:
    loop: dict[str, object] = {}
    loop["itself"] = loop
    for box in (collections.deque(maxlen=2), Box(), loop):
        model = Keeps(box)
        model(IMAGES)
        found = attack_in_batches(ATTACKS["fgsm"], model, IMAGES, LABELS)
        assert torch.equal(found, fgsm(model, IMAGES, LABELS, 0.1))
    with open(__file__, encoding="utf-8") as file, pytest.raises(InputError, match="be copied"):
        attack_in_batches(ATTACKS["fgsm"], Keeps(file), IMAGES, LABELS)


class Side(nn.Module):
    """A layer that works on the logits and goes nowhere."""

    def __init__(self, work: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.work = work

    def forward(self, logits: Tensor) -> Tensor:
        return self.work(logits)


class WithSide(Linear):
    def __init__(self, work: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.side = Side(work)

    def forward(self, images: Tensor) -> object:
        logits = self.layer(images.flatten(1))
        self.side(logits)
        return logits


@pytest.mark.parametrize(
    ("work", "kind"),
    [
        (lambda z: z.argmax(dim=1), "int64"),
        (lambda z: z > 0, "bool"),
        (torch.fft.fft, "complex64"),
        (lambda z: z.to_sparse(), "sparse torch.float32"),
    ],
)
def test_layers_without_activity_are_left_out_or_named(work, kind: str) -> None:
    model = WithSide(work)
    with ActivationMonitor(model) as monitor:
        model(IMAGES)
    assert set(monitor.stats) == {"layer"}
    assert set(activation_drift(model, IMAGES, IMAGES)) == {"layer"}
    named = pytest.raises(InputError, match=f"layer 'side' ran, but puts out a .*{kind}")
    with named, ActivationMonitor(model, ["side"]):
        model(IMAGES)


def test_drift_takes_a_row_per_image_and_leaves_out_the_rest() -> None:
    assert activation_drift(WithSide(lambda z: z[:, 0]), IMAGES, IMAGES) == {"layer": 0, "side": 0}
    for work in (lambda z: z.mean(), lambda z: z.t()):
        assert activation_drift(WithSide(work), IMAGES, IMAGES) == {"layer": 0}


# --- detectors -----------------------------------------------------------------------------------


def test_a_detector_refuses_nothing_to_fit_and_no_number() -> None:
    model = build("tiny-cnn", seed=0)
    with torch.no_grad():
        model.conv1.bias.fill_(-5.0)  # every unit of the first layers is off
    assert Detector.fitted(model, IMAGES).limit == 0.0
    for bad in (
        lambda: Detector.fitted(model, IMAGES[:0]),
        lambda: Detector(model, float("nan")),
        lambda: Detector(Linear(), 0.1),
        lambda: Quantised(model, float("nan")),
    ):
        with pytest.raises(CourseError):
            bad()
