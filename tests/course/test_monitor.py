"""Recorded outputs are right and stay right, and no hook is left."""

import pytest
import torch
from torch import Tensor, nn

from course.errors import CourseError
from course.models import build
from course.monitor import LayerRow, feature_maps, layer_summary, record


def hooks(model: nn.Module) -> int:
    return sum(len(module._forward_hooks) for module in model.modules())


@pytest.fixture
def model() -> nn.Module:
    return build("tiny-cnn", seed=0)


def test_every_leaf_is_recorded_in_order_of_running(model: nn.Module) -> None:
    images = torch.rand(3, 1, 28, 28)
    with record(model) as outputs:
        logits = model(images)
    assert list(outputs) == [name for name, _ in model.named_children()]
    assert torch.equal(outputs["conv1"], model.conv1(images))
    assert torch.equal(outputs["logits"], logits)
    assert not any(output.requires_grad for output in outputs.values())


def test_leaves_inside_blocks_go_by_their_full_name() -> None:
    resnet = build("small-resnet")
    with record(resnet) as outputs:
        resnet(torch.rand(1, 1, 28, 28))
    assert "block2.shortcut.0" in outputs
    assert "block2" not in outputs


def test_chosen_layers_may_be_whole_blocks() -> None:
    resnet = build("small-resnet")
    with record(resnet, ["block3", "conv"]) as outputs:
        resnet(torch.rand(2, 1, 28, 28))
    assert {name: tuple(output.shape) for name, output in outputs.items()} == {
        "conv": (2, 8, 28, 28),
        "block3": (2, 32, 7, 7),
    }


def test_a_layer_in_place_does_not_overwrite_what_was_kept() -> None:
    model = nn.Sequential(nn.Flatten(), nn.Linear(4, 4), nn.ReLU(inplace=True))
    model[1].weight.data.copy_(-torch.eye(4))
    model[1].bias.data.zero_()
    images = torch.full((1, 1, 2, 2), 0.5)
    with record(model) as outputs:
        model(images)
    assert outputs["1"].tolist() == [[-0.5] * 4]
    assert outputs["2"].tolist() == [[0.0] * 4]


def test_a_later_call_replaces_an_earlier_one(model: nn.Module) -> None:
    first, last = torch.rand(2, 1, 28, 28), torch.rand(5, 1, 28, 28)
    with record(model) as outputs:
        model(first)
        logits = model(last)
    assert torch.equal(outputs["logits"], logits)


def test_gradients_pass_a_watched_network_unchanged(model: nn.Module) -> None:
    images = torch.rand(2, 1, 28, 28, requires_grad=True)
    (expected,) = torch.autograd.grad(model(images).sum(), images)
    with record(model):
        (gradient,) = torch.autograd.grad(model(images).sum(), images)
    assert torch.equal(gradient, expected)


def test_hooks_are_gone_afterwards(model: nn.Module) -> None:
    with record(model):
        assert hooks(model) == 8
    assert hooks(model) == 0


def test_hooks_are_gone_after_an_error(model: nn.Module) -> None:
    with pytest.raises(RuntimeError), record(model):
        model(torch.rand(1, 3, 28, 28))
    assert hooks(model) == 0
    with pytest.raises(CourseError):
        feature_maps(model, torch.rand(1, 28, 28), "logits")
    assert hooks(model) == 0


def test_foreign_hooks_stay(model: nn.Module) -> None:
    model.conv1.register_forward_hook(lambda module, inputs, output: None)
    with record(model):
        pass
    assert hooks(model) == 1


def test_a_layer_that_is_not_there_is_an_error(model: nn.Module) -> None:
    with (
        pytest.raises(CourseError, match=r"no layer 'con1' \(did you mean 'conv1'"),
        record(model, ["relu1", "con1"]),
    ):
        pass
    assert hooks(model) == 0


class Silent(nn.Module):
    """Computes without modules, so that no layer can be watched."""

    def forward(self, images: Tensor) -> Tensor:
        return torch.relu(images).flatten(1)


def test_watching_nothing_is_an_error(model: nn.Module) -> None:
    with pytest.raises(CourseError, match=r"not torch\.relu"), record(Silent()):
        pass
    with pytest.raises(CourseError, match="name at least one"), record(model, []):
        pass


@pytest.mark.parametrize("shape", [(1, 28, 28), (1, 1, 28, 28)])
def test_feature_maps_of_one_image(model: nn.Module, shape: tuple[int, ...]) -> None:
    image = torch.rand(shape)
    maps = feature_maps(model, image, "pool1")
    assert maps.shape == (8, 12, 12)
    assert torch.equal(maps, model[:3](image.view(1, 1, 28, 28))[0])


def test_feature_maps_leave_batch_statistics_alone() -> None:
    model = build("fast-cnn")
    feature_maps(model, torch.rand(1, 28, 28), "relu1")
    assert model.norm.num_batches_tracked == 0
    assert all(module.training for module in model.modules())


def test_what_is_no_map_is_told(model: nn.Module) -> None:
    with pytest.raises(CourseError, match=r"'logits' puts out shape \(1, 10\)"):
        feature_maps(model, torch.rand(1, 28, 28), "logits")
    with pytest.raises(CourseError, match="of one image"):
        feature_maps(model, torch.rand(2, 1, 28, 28), "conv1")


def test_a_layer_that_does_not_run_is_told(model: nn.Module) -> None:
    model.conv1.unused = nn.ReLU()
    with pytest.raises(CourseError, match="did not run"):
        feature_maps(model, torch.rand(1, 28, 28), "conv1.unused")


def test_layer_summary_of_a_network(model: nn.Module) -> None:
    rows = layer_summary(model, (1, 28, 28))
    assert rows[0] == LayerRow("conv1", "Conv2d", (8, 24, 24), 208)
    assert rows[2] == LayerRow("pool1", "MaxPool2d", (8, 12, 12), 0)
    assert rows[-1] == LayerRow("logits", "Linear", (10,), 2570)
    assert sum(row.parameters for row in rows) == 5_994


def test_layer_summary_of_an_image_that_does_not_fit(model: nn.Module) -> None:
    with pytest.raises(CourseError, match=r"does not take images of shape \(3, 28, 28\)"):
        layer_summary(model, (3, 28, 28))
