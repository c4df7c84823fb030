"""Training: it learns, is repeatable bit by bit, has no side effects, and can be saved."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from course.data import Dataset
from course.errors import CourseError
from course.metrics import accuracy
from course.models import build
from course.saving import load, save
from course.training import FAST_MNIST, Recipe, fit, has_bfloat16_units, plain_recipe

SHORT = Recipe(epochs=2, batch_size=32, learning_rate=0.002)


@pytest.fixture(scope="module")
def few(digits: Dataset) -> tuple[Tensor, Tensor]:
    """150 digits, which is not a whole number of batches."""
    return digits.train.images[:150], digits.train.labels[:150]


def same(left: nn.Module, right: nn.Module) -> bool:
    ours, theirs = left.state_dict(), right.state_dict()
    return all(torch.equal(ours[key], theirs[key]) for key in ours)


@pytest.mark.parametrize("name", ["strided-cnn", "tiny-cnn"])
def test_the_plain_recipe_learns_digits_in_seconds(name: str, digits: Dataset) -> None:
    model = build(name, seed=0)
    history = fit(model, digits.train.images, digits.train.labels, plain_recipe(8))
    assert accuracy(model, digits.test.images, digits.test.labels) > 0.9
    assert len(history.loss) == len(history.accuracy) == 8
    assert history.loss[-1] < history.loss[0] / 4
    assert history.accuracy[-1] > 0.9
    assert history.seconds > 0


@pytest.mark.parametrize(
    ("name", "recipe"),
    [
        ("simple-cnn", SHORT),
        ("fast-cnn", replace(FAST_MNIST, batch_size=32)),
        ("tiny-cnn", replace(SHORT, schedule="constant", optimizer="sgd", weight_decay=1e-4)),
    ],
)
def test_the_same_seed_gives_the_same_weights_bit_by_bit(
    name: str, recipe: Recipe, few: tuple[Tensor, Tensor]
) -> None:
    models = [build(name, seed=1) for _ in range(3)]
    histories = []
    for model, seed in zip(models, (4, 4, 5), strict=True):
        torch.manual_seed(seed + len(histories))  # must not matter
        histories.append(fit(model, *few, replace(recipe, seed=seed)))
    assert same(models[0], models[1])
    assert histories[0].loss == histories[1].loss
    assert not same(models[0], models[2])


def test_the_global_random_state_is_left_alone(few: tuple[Tensor, Tensor]) -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    fit(build("simple-cnn", seed=0), *few, SHORT)  # it has dropout
    assert torch.equal(torch.rand(3), expected)


def test_data_are_left_alone(few: tuple[Tensor, Tensor]) -> None:
    images, labels = few[0].clone(), few[1].clone()
    fit(build("fast-cnn", seed=0), images, labels, replace(FAST_MNIST, epochs=1))
    assert torch.equal(images, few[0])
    assert torch.equal(labels, few[1])


def test_a_fitted_network_is_ready_for_use(few: tuple[Tensor, Tensor]) -> None:
    model = build("fast-cnn", seed=0)
    fit(model, *few, replace(FAST_MNIST, epochs=1))
    assert not any(module.training for module in model.modules())
    assert all(weight.is_contiguous() for weight in model.parameters())
    assert all(weight.dtype == torch.float32 for weight in model.parameters())


def test_frozen_weights_stay(few: tuple[Tensor, Tensor]) -> None:
    model = build("tiny-cnn", seed=0)
    model.conv1.requires_grad_(False)
    fit(model, *few, SHORT)
    assert torch.equal(model.conv1.weight, build("tiny-cnn", seed=0).conv1.weight)
    assert not torch.equal(model.conv2.weight, build("tiny-cnn", seed=0).conv2.weight)


def test_the_first_loss_is_the_mean_over_images(few: tuple[Tensor, Tensor]) -> None:
    images, labels = few
    model = build("linear", seed=0)
    expected = nn.functional.cross_entropy(model(images), labels).item()
    right = accuracy(model, images, labels)
    history = fit(model, images, labels, Recipe(epochs=1, batch_size=64, learning_rate=1e-9))
    assert history.loss == [pytest.approx(expected, abs=1e-5)]
    assert history.accuracy == [pytest.approx(right)]


def test_one_step_of_plain_descent_by_hand(few: tuple[Tensor, Tensor]) -> None:
    images, labels = few
    model, by_hand = build("linear", seed=0), build("linear", seed=0)
    recipe = Recipe(
        epochs=1, batch_size=150, optimizer="sgd", learning_rate=0.1, schedule="constant"
    )
    fit(model, images, labels, recipe)
    nn.functional.cross_entropy(by_hand(images), labels).backward()
    with torch.no_grad():
        for weight in by_hand.parameters():
            weight.sub_(0.1 * weight.grad)
    torch.testing.assert_close(model.logits.weight, by_hand.logits.weight, rtol=0, atol=1e-6)


def test_a_step_schedule_lowers_the_rate_after_each_epoch(few: tuple[Tensor, Tensor]) -> None:
    recipe = Recipe(
        epochs=2, batch_size=150, optimizer="sgd", learning_rate=0.1, momentum=0, schedule="step"
    )
    once = replace(recipe, epochs=1, learning_rate=0.1)
    again = replace(recipe, epochs=1, learning_rate=0.07)
    together, apart = build("linear", seed=0), build("linear", seed=0)
    fit(together, *few, recipe)
    fit(apart, *few, once)
    fit(apart, *few, again)
    torch.testing.assert_close(together.logits.weight, apart.logits.weight, rtol=0, atol=1e-6)


def test_perturb_sees_every_batch_and_how_far_training_is(few: tuple[Tensor, Tensor]) -> None:
    fractions, sizes = [], []

    def perturb(model: nn.Module, images: Tensor, labels: Tensor, done: float) -> Tensor:
        assert len(images) == len(labels)
        fractions.append(done)
        sizes.append(len(images))
        return images

    fit(build("linear", seed=0), *few, SHORT, perturb=perturb)
    assert sizes == [32, 32, 32, 32, 22] * 2
    assert fractions == pytest.approx([step / 10 for step in range(10)])


def test_what_perturb_returns_is_learned_from(few: tuple[Tensor, Tensor]) -> None:
    images, labels = few
    inverted, perturbed = build("tiny-cnn", seed=0), build("tiny-cnn", seed=0)
    fit(inverted, 1 - images, labels, SHORT)
    fit(perturbed, images, labels, SHORT, perturb=lambda model, x, y, done: 1 - x)
    assert same(inverted, perturbed)


def test_perturb_may_return_a_batch_several_times_over(few: tuple[Tensor, Tensor]) -> None:
    images, labels = few
    recipe = Recipe(
        epochs=1, batch_size=150, optimizer="sgd", learning_rate=0.1, schedule="constant"
    )
    both, together = build("linear", seed=0), build("linear", seed=0)
    recorded = fit(
        both, images, labels, recipe, perturb=lambda model, x, y, done: torch.cat([x, 1 - x])
    )
    larger = replace(recipe, batch_size=300)
    expected = fit(together, torch.cat([images, 1 - images]), labels.repeat(2), larger)
    torch.testing.assert_close(both.logits.weight, together.logits.weight, rtol=0, atol=1e-6)
    assert recorded.accuracy == expected.accuracy
    assert recorded.loss == pytest.approx(expected.loss)


def test_gradients_left_by_perturb_are_not_learned_from(few: tuple[Tensor, Tensor]) -> None:
    def careless(model: nn.Module, images: Tensor, labels: Tensor, done: float) -> Tensor:
        images = images.clone().requires_grad_()
        (100 * model(images).sum()).backward()
        return images

    clean, attacked = build("tiny-cnn", seed=0), build("tiny-cnn", seed=0)
    fit(clean, *few, SHORT)
    fit(attacked, *few, SHORT, perturb=careless)
    assert same(clean, attacked)


def test_a_run_that_diverges_is_told_with_what_to_lower(few: tuple[Tensor, Tensor]) -> None:
    recipe = Recipe(epochs=3, optimizer="sgd", learning_rate=1e30, schedule="constant")
    with pytest.raises(
        CourseError, match=r"diverged in epoch \d of 3.*lower learning_rate.*1e\+30"
    ):
        fit(build("simple-cnn", seed=0), *few, recipe)


def test_a_network_that_only_the_last_step_spoils_is_told_too(few: tuple[Tensor, Tensor]) -> None:
    model = build("linear", seed=0)
    recipe = Recipe(epochs=1, batch_size=150, optimizer="sgd", learning_rate=3e38)
    recipe = replace(recipe, schedule="constant", weight_decay=1e6)
    with pytest.raises(CourseError, match="diverged"):
        fit(model, *few, recipe)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda x, y: (x * 255, y), r"\[0,1\].*to 255.*Divide"),
        (lambda x, y: (x * 2 - 1, y), r"from -1 to 1"),
        (lambda x, y: (x / 0, y), "to nan|from nan"),
        (lambda x, y: ((x * 255).byte(), y), "uint8"),
        (lambda x, y: (x[0], y), r"\(N, C, H, W\)"),
        (lambda x, y: (x[:0], y[:0]), "at least one"),
        (lambda x, y: (x, y[:9]), "one int64 label per image"),
        (lambda x, y: (x, y.float()), "float32 of shape"),
    ],
)
def test_data_that_do_not_fit_are_refused(change, words, few: tuple[Tensor, Tensor]) -> None:
    with pytest.raises(CourseError, match=words):
        fit(build("linear"), *change(*few), SHORT)


@pytest.mark.parametrize(
    "change",
    [
        {"epochs": 0},
        {"batch_size": 0},
        {"optimizer": "lion"},
        {"learning_rate": 0.0},
        {"learning_rate": float("nan")},
        {"schedule": "cosine"},
        {"momentum": 1.0},
        {"weight_decay": -1.0},
        {"label_smoothing": 1.0},
    ],
)
def test_recipes_without_sense_are_refused(change: dict) -> None:
    with pytest.raises(CourseError, match=next(iter(change))):
        replace(SHORT, **change)


def test_no_bar_without_a_terminal(few: tuple[Tensor, Tensor], capfd) -> None:
    fit(build("linear"), *few, SHORT)
    fit(build("linear"), *few, SHORT, progress=False)
    assert capfd.readouterr() == ("", "")


def test_what_was_saved_comes_back(tmp_path: Path, few: tuple[Tensor, Tensor]) -> None:
    arguments = {"in_channels": 1, "num_classes": 10, "normalize": ([0.1307], [0.3081])}
    model = build("fast-cnn", **arguments, seed=0)
    fit(model, *few, replace(FAST_MNIST, epochs=1))
    path = tmp_path / "new folder" / "fast.safetensors"
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    save(model, path, name="fast-cnn", **arguments, metadata={"profile": "digits", "clean": 0.5})
    again, metadata = load(path)
    assert torch.equal(torch.rand(3), expected)
    assert metadata == {"profile": "digits", "clean": 0.5}
    assert same(model, again)
    assert not again.training
    assert torch.equal(again(few[0]), model(few[0]))
    assert [file.name for file in path.parent.iterdir()] == ["fast.safetensors"]


def test_saving_without_the_normalisation_or_with_another_is_refused(tmp_path: Path) -> None:
    model = build("tiny-cnn", normalize=([0.13], [0.31]), seed=0)
    for given in (None, ([0.13], [0.3]), (0.13, 0.31)):
        with pytest.raises(CourseError, match="normali"):
            save(model, tmp_path / "n.safetensors", name="tiny-cnn", normalize=given)
    with pytest.raises(CourseError, match="what JSON can hold"):
        save(build("linear"), tmp_path / "n.safetensors", name="linear", metadata={"x": model})


def test_saving_under_another_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="not those of 'linear'"):
        save(build("tiny-cnn"), tmp_path / "model", name="linear")
    with pytest.raises(CourseError, match="'num_classes': 7"):
        save(build("tiny-cnn"), tmp_path / "model", name="tiny-cnn", num_classes=7)
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(CourseError, match="cannot write"):
        save(build("linear"), tmp_path / "file" / "model", name="linear")


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    save(build("tiny-cnn", seed=0), path, name="tiny-cnn")
    return path


@pytest.mark.parametrize(
    "wrap",
    [
        nn.DataParallel,
        partial(torch.compile, backend="eager"),
        lambda model: torch.compile(nn.DataParallel(model), backend="eager"),
    ],
    ids=["DataParallel", "compile", "both"],
)
def test_of_a_wrapped_network_what_is_inside_is_saved(wrap, tmp_path: Path) -> None:
    model = build("tiny-cnn", seed=3)
    save(wrap(model), str(tmp_path / "model"), name="tiny-cnn")
    again, _ = load(str(tmp_path / "model"))
    assert same(again, model)


@pytest.mark.parametrize("archive", [True, False])
@pytest.mark.parametrize("whole", [True, False])
def test_a_file_of_torch_save_is_told_with_the_remedy(
    archive: bool, whole: bool, tmp_path: Path
) -> None:
    path, model = tmp_path / "net.pt", build("linear", seed=0)
    content = model if whole else model.state_dict()
    torch.save(content, path, _use_new_zipfile_serialization=archive)
    with pytest.raises(CourseError, match=r"net\.pt was written by torch\.save.*weights_only=True"):
        load(path)


@pytest.mark.parametrize("kept", [0, 4, 100, 900, -1])
def test_a_damaged_file_is_told(saved: Path, kept: int) -> None:
    saved.write_bytes(saved.read_bytes()[:kept])
    with pytest.raises(CourseError, match=r"cannot read .*model\.safetensors"):
        load(saved)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="cannot read"):
        load(tmp_path / "nothing")
    with pytest.raises(CourseError, match="cannot read"):
        load(tmp_path)


def header_of(path: Path) -> dict[str, str]:
    data = path.read_bytes()
    return json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]


@pytest.mark.parametrize(
    "change",
    [
        {"format": "somebody else's"},
        {"name": "resnet-50"},
        {"name": "simple-cnn"},
        {"arguments": "{"},
        {"arguments": "[]"},
        {"arguments": '{"in_channels": "1"}'},
        {"arguments": '{"image_size": 1}'},
        {"arguments": '{"image_size": 4000000}'},
        {"arguments": '{"depth": 3}'},
        {"metadata": "not JSON"},
    ],
)
def test_a_file_that_is_not_ours_is_told(saved: Path, change: dict[str, str]) -> None:
    save_file(load_file(saved), saved, header_of(saved) | change)
    with pytest.raises(CourseError, match="does not hold a network saved by"):
        load(saved)


def test_a_file_without_metadata_is_told(saved: Path) -> None:
    save_file(load_file(saved), saved)
    with pytest.raises(CourseError, match="does not hold"):
        load(saved)


def test_weights_of_another_type_are_told(saved: Path) -> None:
    weights = {key: value.half() for key, value in load_file(saved).items()}
    save_file(weights, saved, header_of(saved))
    with pytest.raises(CourseError, match="does not hold"):
        load(saved)


@pytest.mark.parametrize(
    ("cpuinfo", "expected"),
    [
        ("flags : fpu avx512f avx512_bf16 clflushopt", True),
        ("flags : fpu avx512f amx_bf16\nflags : fpu avx512f amx_bf16", True),
        ("Features : fp asimd i8mm bf16", True),
        ("flags : fpu avx2 avx512f avx512_vnni", False),
        ("", False),
    ],
)
def test_bfloat16_is_for_processors_that_have_units_for_it(cpuinfo: str, expected: bool) -> None:
    assert has_bfloat16_units(cpuinfo) is expected


@pytest.mark.mnist
@pytest.mark.slow
def test_the_fast_recipe_reaches_99_percent(mnist: Dataset) -> None:
    model = build("fast-cnn", seed=0)
    fit(model, mnist.train.images, mnist.train.labels, FAST_MNIST)
    assert accuracy(model, mnist.test.images, mnist.test.labels) >= 0.99
