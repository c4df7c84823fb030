"""The networks of the lectures and published reports, built by name: lectures, notebooks, judge.

Every network takes float32 images (N, C, H, W) in [0,1] and returns logits (N, num_classes).
Normalisation is a layer inside, so that an epsilon outside always means pixels. Every step of a
network is a module of its own, nonlinearities too, because a monitor shows only what a forward hook
sees. Two networks are exceptions, to show just that: `functional-cnn` and `shared-relu-cnn`. Each
network is one `nn.Sequential`, so `model[:3]` is its beginning, and the names of its layers can be
read off below.

The functions take the channels of an image, its side in pixels, and the number of classes. They
raise CourseError where an image of that size would leave the last layer nothing.
"""

from __future__ import annotations

import difflib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from itertools import count

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course.errors import CourseError, InputError
from course.inputs import check_count, check_made, check_network, check_seed
from course.withheld import does

Statistics = tuple[Sequence[float], Sequence[float]]
"""Mean and standard deviation of each channel, in [0,1] pixel units."""


class Normalize(nn.Module):
    """Subtract a mean and divide by a standard deviation, channel by channel, in [0,1] units.

    The two are construction arguments, not weights: they are left out of the state dict. Raises
    InputError unless both are sequences of one number per channel, the means from 0 to 1 and the
    standard deviations above 0, at most 1; and for images with another number of channels.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        means, stds = _per_channel(mean), _per_channel(std)
        if len(means) != len(stds) or not means or not all(value > 0 for value in stds):
            raise InputError(
                f"normalize needs as many means as standard deviations, all of them above 0; "
                f"got {means} and {stds}"
            )
        if not all(0 <= value <= 1 for value in means + stds):  # written so that NaN fails too
            raise InputError(
                f"normalize needs means and standard deviations of pixels in [0,1]; got {means} "
                f"and {stds}; divide those of bytes by 255"
            )
        # In float32 also where PyTorch's default is float64: images are float32.
        for name, values in (("mean", means), ("std", stds)):
            row = torch.tensor(values, dtype=torch.float32).view(1, -1, 1, 1)
            self.register_buffer(name, row, persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, H, W) in [0,1] to the same shape in normalised units.

        Raises InputError for another number of channels.
        """
        channels = self.mean.shape[1]
        if images.ndim != 4 or images.shape[1] != channels:  # or they would be broadcast
            raise InputError(
                f"this normalisation is for images (N, {channels}, H, W), got "
                f"{tuple(images.shape)}; give it one mean and one std for each channel"
            )
        return (images - self.mean) / self.std

    def extra_repr(self) -> str:
        """Show both in `print(model)`."""
        return f"mean={self.mean.flatten().tolist()}, std={self.std.flatten().tolist()}"


def _per_channel(values: Sequence[float]) -> list[float]:
    try:
        return [float(value) for value in values]
    except (TypeError, ValueError) as error:
        raise InputError(
            f"normalize needs one number per channel in a list, as [0.13] for grey images; got "
            f"{values!r}"
        ) from error


_POOL = (2, 2, 0)


def _side(image_size: int, *windows: tuple[int, int, int]) -> int:
    """Height of a square image after windows of (kernel, stride, padding) slid over it in turn."""

    def after(side: int) -> int:
        for kernel, stride, padding in windows:
            side = (side + 2 * padding - kernel) // stride + 1
        return side

    if after(image_size) < 1:
        smallest = next(side for side in count(image_size) if after(side) >= 1)
        raise CourseError(
            f"images of {image_size}x{image_size} are too small for this network, which would be "
            f"left with nothing to classify; give it {smallest}x{smallest} or more"
        )
    return after(image_size)


def _chain(**layers: nn.Module) -> nn.Sequential:
    return nn.Sequential(OrderedDict(layers))


def simple_cnn(in_channels: int, image_size: int, num_classes: int) -> nn.Sequential:
    """Two 3x3 convolutions and 128 hidden units: 421,642 parameters on 28x28 grey images."""
    side = _side(image_size, _POOL, _POOL)
    return _chain(
        conv1=nn.Conv2d(in_channels, 32, 3, padding=1),
        relu1=nn.ReLU(),
        pool1=nn.MaxPool2d(2),
        conv2=nn.Conv2d(32, 64, 3, padding=1),
        relu2=nn.ReLU(),
        pool2=nn.MaxPool2d(2),
        flatten=nn.Flatten(),
        hidden=nn.Linear(64 * side * side, 128),
        relu3=nn.ReLU(),
        dropout=nn.Dropout(0.25),
        logits=nn.Linear(128, num_classes),
    )


def wide_cnn(in_channels: int, image_size: int, num_classes: int) -> nn.Sequential:
    """Two 5x5 convolutions and 1,024 hidden units: 3,274,634 parameters on 28x28 grey images."""
    side = _side(image_size, _POOL, _POOL)
    return _chain(
        conv1=nn.Conv2d(in_channels, 32, 5, padding=2),
        relu1=nn.ReLU(),
        pool1=nn.MaxPool2d(2),
        conv2=nn.Conv2d(32, 64, 5, padding=2),
        relu2=nn.ReLU(),
        pool2=nn.MaxPool2d(2),
        flatten=nn.Flatten(),
        hidden=nn.Linear(64 * side * side, 1024),
        relu3=nn.ReLU(),
        dropout=nn.Dropout(0.5),
        logits=nn.Linear(1024, num_classes),
    )


@does("CNN")
def tiny_cnn(in_channels: int, image_size: int, num_classes: int) -> nn.Sequential:
    """The network a first assignment asks for: 5,994 parameters on 28x28 grey images.

    Its six parameter tensors all differ in shape, so weights can be matched by shape alone.
    """
    side = _side(image_size, (5, 1, 0), _POOL, (5, 1, 0), _POOL)
    return _chain(
        conv1=nn.Conv2d(in_channels, 8, 5),
        relu1=nn.ReLU(),
        pool1=nn.MaxPool2d(2),
        conv2=nn.Conv2d(8, 16, 5),
        relu2=nn.ReLU(),
        pool2=nn.MaxPool2d(2),
        flatten=nn.Flatten(),
        logits=nn.Linear(16 * side * side, num_classes),
    )


def strided_cnn(in_channels: int, image_size: int, num_classes: int) -> nn.Sequential:
    """Strides instead of pooling, so it is quick to attack: 166,406 parameters on 28x28 grey."""
    side = _side(image_size, (4, 2, 1), (4, 2, 1))
    return _chain(
        conv1=nn.Conv2d(in_channels, 16, 4, stride=2, padding=1),
        relu1=nn.ReLU(),
        conv2=nn.Conv2d(16, 32, 4, stride=2, padding=1),
        relu2=nn.ReLU(),
        flatten=nn.Flatten(),
        hidden=nn.Linear(32 * side * side, 100),
        relu3=nn.ReLU(),
        logits=nn.Linear(100, num_classes),
    )


def fast_cnn(in_channels: int, image_size: int, num_classes: int) -> nn.Sequential:
    """Made to reach 99 % on MNIST in seconds: 162,330 parameters on 28x28 grey images.

    Pooling comes before normalisation and ReLU, so that those two see a quarter of the numbers.
    """
    side = _side(image_size, (5, 2, 2), (3, 1, 1), _POOL)
    return _chain(
        conv1=nn.Conv2d(in_channels, 24, 5, stride=2, padding=2),
        relu1=nn.ReLU(),
        conv2=nn.Conv2d(24, 48, 3, padding=1, bias=False),
        pool=nn.MaxPool2d(2),
        norm=nn.BatchNorm2d(48),
        relu2=nn.ReLU(),
        flatten=nn.Flatten(),
        hidden=nn.Linear(48 * side * side, 64),
        relu3=nn.ReLU(),
        logits=nn.Linear(64, num_classes),
    )


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions added to their own input (He et al. 2016, arXiv:1512.03385).

    Where the shape changes, the input passes a 1x1 convolution. Convolutions have no bias, since
    the batch normalisation behind each has one.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(out_channels)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(out_channels)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or in_channels != out_channels:
            self.shortcut = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride, bias=False),
                nn.BatchNorm2d(out_channels),
            )
        self.relu2 = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) to (N, out_channels, H / stride, W / stride)."""
        y = self.relu1(self.norm1(self.conv1(x)))
        return self.relu2(self.norm2(self.conv2(y)) + self.shortcut(x))


def small_resnet(in_channels: int, image_size: int, num_classes: int) -> nn.Sequential:
    """Three residual blocks: 19,810 parameters on grey images of any size."""
    return _chain(
        conv=nn.Conv2d(in_channels, 8, 3, padding=1, bias=False),
        norm=nn.BatchNorm2d(8),
        relu=nn.ReLU(),
        block1=ResidualBlock(8, 8),
        block2=ResidualBlock(8, 16, stride=2),
        block3=ResidualBlock(16, 32, stride=2),
        pool=nn.AdaptiveAvgPool2d(1),
        flatten=nn.Flatten(),
        logits=nn.Linear(32, num_classes),
    )


class FunctionalBlock(nn.Module):
    """A 5x5 convolution, ReLU and halving, of which only the convolution is a module."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 5)

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) to (N, out_channels, (H - 4) // 2, (W - 4) // 2)."""
        return F.max_pool2d(F.relu(self.conv(x)), 2)


def functional_cnn(in_channels: int, image_size: int, num_classes: int) -> nn.Sequential:
    """`tiny-cnn` as many tutorials write it: the same weights, the same logits, no nn.ReLU at all.

    A hook on modules sees neither ReLU nor pooling here: they are calls of functions.
    """
    side = _side(image_size, (5, 1, 0), _POOL, (5, 1, 0), _POOL)
    return _chain(
        features=_chain(block1=FunctionalBlock(in_channels, 8), block2=FunctionalBlock(8, 16)),
        flatten=nn.Flatten(),
        logits=nn.Linear(16 * side * side, num_classes),
    )


class SharedReLUBlock(nn.Module):
    """Two convolutions that share one ReLU, which works in place.

    The ReLU runs twice, so a hook on it fires twice, and each time it overwrites the output of the
    convolution before it. Dropout runs in train mode only.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, stride=2, padding=1)
        self.relu = nn.ReLU(inplace=True)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, in_channels, H, W) to (N, out_channels, ceil(H / 2), ceil(W / 2))."""
        y = self.relu(self.conv2(self.relu(self.conv1(x))))
        return self.dropout(y) if self.training else y


def shared_relu_cnn(in_channels: int, image_size: int, num_classes: int) -> nn.Sequential:
    """One ReLU for two convolutions, in place, as published networks often have it."""
    return _chain(
        block1=SharedReLUBlock(in_channels, 8),
        block2=SharedReLUBlock(8, 12),
        pool=nn.AdaptiveAvgPool2d(2),
        flatten=nn.Flatten(),
        logits=nn.Linear(48, num_classes),
    )


def linear(in_channels: int, image_size: int, num_classes: int) -> nn.Sequential:
    """One weight per pixel and class: the network on which FGSM is exact."""
    return _chain(
        flatten=nn.Flatten(),
        logits=nn.Linear(in_channels * image_size * image_size, num_classes),
    )


MODELS: dict[str, Callable[[int, int, int], nn.Sequential]] = {
    "simple-cnn": simple_cnn,
    "wide-cnn": wide_cnn,
    "small-resnet": small_resnet,
    "strided-cnn": strided_cnn,
    "tiny-cnn": tiny_cnn,
    "fast-cnn": fast_cnn,
    "functional-cnn": functional_cnn,
    "shared-relu-cnn": shared_relu_cnn,
    "linear": linear,
}


@does("CNN")
def build(
    name: str,
    *,
    in_channels: int = 1,
    image_size: int = 28,
    num_classes: int = 10,
    normalize: Statistics | None = None,
    layer_names: Sequence[str] | None = None,
    seed: int | None = None,
) -> nn.Sequential:
    """A new network with random weights, by its name in `MODELS`.

    Images are square, `image_size` pixels a side. `normalize` is (means, standard deviations),
    one of each per channel, in [0,1] units. `layer_names` are other names for the outermost
    layers, in their order, for tests of code that may not rely on the usual ones. With `seed` the
    weights depend on it alone and the global random state is left as it was; without, they come
    from the global random state.

    Raises CourseError for an unknown name, or numbers that no such network can be made for.
    """
    if not isinstance(name, str) or name not in MODELS:
        close = difflib.get_close_matches(str(name), MODELS, n=1)
        hint = f" (did you mean '{close[0]}'?)" if close else ""
        raise CourseError(f"no network is called '{name}'{hint}; there are {', '.join(MODELS)}")
    in_channels = check_count(in_channels, "in_channels")
    image_size = check_count(image_size, "image_size")
    num_classes = check_count(num_classes, "num_classes")
    seed = None if seed is None else check_seed(seed)
    if normalize is not None and not (isinstance(normalize, Sequence) and len(normalize) == 2):
        raise InputError(
            f"normalize must be two lists, means and standard deviations; got {normalize!r}"
        )
    if normalize is not None and len(_per_channel(normalize[0])) != in_channels:
        raise CourseError(
            f"normalize has {len(normalize[0])} means, but the images have {in_channels} "
            f"channels; give one mean and one standard deviation per channel"
        )
    with torch.random.fork_rng(devices=[], enabled=seed is not None):
        if seed is not None:
            torch.default_generator.manual_seed(seed)
        network = MODELS[name](in_channels, image_size, num_classes)
    if layer_names is not None:
        network = _renamed(network, layer_names)
    if normalize is None:
        return network
    return _chain(normalize=Normalize(*normalize), **dict(network.named_children()))


def _renamed(network: nn.Sequential, names: Sequence[str]) -> nn.Sequential:
    if len(set(names)) != len(names) or len(names) != len(network):
        raise CourseError(
            f"layer_names must be {len(network)} different names, one for each of "
            f"{', '.join(name for name, _ in network.named_children())}; got {list(names)}"
        )
    return _chain(**dict(zip(names, network, strict=True)))


def parameter_count(model: nn.Module) -> int:
    """The number of values that training may change: all entries of weights with a gradient.

    Raises InputError for lazy layers, which have no weights before the first image.
    """
    check_network(model)
    check_made(model)
    return sum(weight.numel() for weight in model.parameters() if weight.requires_grad)
