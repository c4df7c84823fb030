"""Networks by name: the sizes that reports print, the scale they take, and refusals in words."""

import pytest
import torch
from torch import nn

from course.errors import CourseError
from course.models import MODELS, Normalize, build, parameter_count


@pytest.mark.parametrize(
    ("name", "image_size", "expected"),
    [
        ("simple-cnn", 28, 421_642),
        ("wide-cnn", 28, 3_274_634),
        ("small-resnet", 28, 19_810),
        ("small-resnet", 32, 19_810),
        ("strided-cnn", 28, 166_406),
        ("tiny-cnn", 28, 5_994),
        ("fast-cnn", 28, 162_330),
        ("linear", 28, 7_850),
        ("functional-cnn", 28, 5_994),
    ],
)
def test_parameter_count(name: str, image_size: int, expected: int) -> None:
    assert parameter_count(build(name, image_size=image_size)) == expected


def test_parameter_count_leaves_out_what_training_may_not_change() -> None:
    model = nn.Linear(3, 2)
    model.bias.requires_grad_(False)
    assert parameter_count(model) == 6


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize(
    ("in_channels", "image_size", "num_classes"), [(1, 28, 10), (3, 32, 10), (3, 45, 7), (2, 16, 2)]
)
def test_every_network_takes_any_channels_size_and_classes(
    name: str, in_channels: int, image_size: int, num_classes: int
) -> None:
    model = build(name, in_channels=in_channels, image_size=image_size, num_classes=num_classes)
    logits = model(torch.rand(3, in_channels, image_size, image_size))
    assert logits.shape == (3, num_classes)
    assert logits.dtype == torch.float32


# Made to show operations that a hook on modules misses.
UNSEEN = ("functional-cnn", "shared-relu-cnn")


@pytest.mark.parametrize("name", [name for name in MODELS if name not in ("linear", *UNSEEN)])
def test_nonlinearities_are_modules_and_change_nothing_in_place(name: str) -> None:
    rectifiers = [module for module in build(name).modules() if isinstance(module, nn.ReLU)]
    assert len(rectifiers) >= 2
    assert not any(module.inplace for module in rectifiers)


def test_the_functional_network_is_the_tiny_one_without_its_modules() -> None:
    functional, tiny = build("functional-cnn", seed=0), build("tiny-cnn", seed=1)
    for weight, value in zip(functional.parameters(), tiny.parameters(), strict=True):
        weight.data.copy_(value)
    images = torch.rand(3, 1, 28, 28)
    assert torch.equal(functional(images), tiny(images))
    assert not any(isinstance(module, nn.ReLU | nn.MaxPool2d) for module in functional.modules())


def test_one_relu_runs_twice_in_place_and_dropout_in_train_mode_only() -> None:
    model = build("shared-relu-cnn", seed=0).eval()
    ran = []
    for name, module in model.block1.named_children():
        module.register_forward_hook(lambda *_, name=name: ran.append(name))
    model(torch.rand(2, 1, 28, 28))
    assert ran == ["conv1", "relu", "conv2", "relu"]
    assert model.block1.relu.inplace
    model.train()(torch.rand(2, 1, 28, 28))
    assert ran[4:] == ["conv1", "relu", "conv2", "relu", "dropout"]


def test_layers_can_have_other_names() -> None:
    names = ["first", "second"]
    model = build("linear", seed=3, layer_names=names, normalize=([0.1], [0.3]))
    assert [name for name, _ in model.named_children()] == ["normalize", *names]
    plain = build("linear", seed=3)
    assert torch.equal(model.second.weight, plain.logits.weight)
    for wrong in (["first"], ["same", "same"]):
        with pytest.raises(CourseError, match="layer_names must be 2 different names"):
            build("linear", layer_names=wrong)


def test_parameters_of_the_tiny_network_can_be_told_apart_by_shape() -> None:
    shapes = [weight.shape for weight in build("tiny-cnn").parameters()]
    assert len(shapes) == len(set(shapes)) == 6


@pytest.mark.parametrize("name", MODELS)
def test_normalisation_is_inside(name: str) -> None:
    mean, std = (0.1307, 0.5), (0.3081, 0.25)
    plain = build(name, in_channels=2, seed=3).eval()
    inside = build(name, in_channels=2, seed=3, normalize=(mean, std)).eval()
    images = torch.rand(4, 2, 28, 28)
    by_hand = torch.stack(
        [(images[:, channel] - mean[channel]) / std[channel] for channel in range(2)], dim=1
    )
    assert torch.equal(inside(images), plain(by_hand))


def test_normalisation_is_no_weight() -> None:
    model = build("tiny-cnn", normalize=([0.1307], [0.3081]))
    assert parameter_count(model) == 5_994
    assert model.state_dict().keys() == build("tiny-cnn").state_dict().keys()
    assert "0.1307" in repr(model)


def test_a_seed_decides_the_weights_and_leaves_the_global_random_state() -> None:
    torch.manual_seed(11)
    expected = torch.rand(1)
    torch.manual_seed(11)
    first, again, other = (build("tiny-cnn", seed=seed) for seed in (5, 5, 6))
    assert torch.equal(torch.rand(1), expected)
    assert torch.equal(first.logits.weight, again.logits.weight)
    assert not torch.equal(first.logits.weight, other.logits.weight)


def test_without_a_seed_the_global_random_state_decides() -> None:
    torch.manual_seed(5)
    assert torch.equal(build("linear").logits.weight, build("linear", seed=5).logits.weight)


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    with pytest.raises(CourseError, match=r"'simple-cn'.*did you mean 'simple-cnn'"):
        build("simple-cn")
    with pytest.raises(CourseError, match="small-resnet"):
        build("zzz")


@pytest.mark.parametrize(
    "name",
    [name for name in MODELS if name not in ("linear", "small-resnet", "shared-relu-cnn")],
)
def test_too_small_an_image_is_told_with_the_smallest_that_works(name: str) -> None:
    with pytest.raises(CourseError, match="1x1 are too small") as caught:
        build(name, image_size=1)
    smallest = int(str(caught.value).split("give it ")[1].split("x")[0])
    assert build(name, image_size=smallest)(torch.rand(2, 1, smallest, smallest)).shape == (2, 10)
    with pytest.raises(CourseError, match=f"give it {smallest}x"):
        build(name, image_size=smallest - 1)


@pytest.mark.parametrize("argument", ["in_channels", "image_size", "num_classes"])
def test_nothing_to_classify_is_refused(argument: str) -> None:
    with pytest.raises(CourseError, match=argument + " must be a whole number >= 1, got 0"):
        build("small-resnet", **{argument: 0})


def test_normalisation_that_fits_no_image_is_refused() -> None:
    with pytest.raises(CourseError, match="1 means, but the images have 3 channels"):
        build("tiny-cnn", in_channels=3, normalize=([0.5], [0.5]))
    with pytest.raises(CourseError, match="above 0"):
        Normalize([0.5], [0.0])
    with pytest.raises(CourseError, match="as many means"):
        Normalize([0.5, 0.5], [0.5])
