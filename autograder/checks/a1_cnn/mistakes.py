"""Diagnoses for a1-cnn: the known mistake that a wrong network, training or accuracy looks like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations

import torch
import torch.nn.functional as F
from torch import Tensor

from autograder.checks.nearest import rounded

Shape = tuple[int, ...]


def other_layers(found: Sequence[Shape], expected: Sequence[Shape]) -> str:
    """What is wrong with the layers, read from the shapes of the weights."""
    if not found:
        return "no parameters: the layers are not attributes of the module, or hidden in a list"
    if len(found) < len(expected) and {s for s in expected if len(s) > 1} <= set(found):
        return "some layers have no bias"
    filters, wanted = (
        [shape[0] for shape in shapes if len(shape) == 4] for shapes in (found, expected)
    )
    if not filters:
        return "no convolution is among the attributes of the module: it is hidden in a list"
    if len(filters) < len(wanted) and set(filters) <= set(wanted):
        return (
            f"only the convolution with {joined(filters)} filters is among the attributes of the "
            "module: another is missing, or hidden in a list"
        )
    if any(len(shape) == 4 and shape[-1] != 5 for shape in found):
        return "a kernel that is not 5x5"
    if filters != wanted:
        return f"the convolutions have {joined(filters)} filters, not {joined(wanted)}"
    linear, asked = ([shape for shape in shapes if len(shape) == 2] for shapes in (found, expected))
    if len(linear) == 1 and linear[0][0] == asked[0][0] and linear != asked:
        return (
            f"the linear layer reads {linear[0][1]} numbers instead of {asked[0][1]}: padding was "
            "added, or a pooling is missing"
        )
    if len(linear) > 1:
        return "there is more than one linear layer"
    return ""


def joined(numbers: Sequence[int]) -> str:
    """Numbers in words, as in `8 and 16`."""
    return " and ".join(map(str, numbers))


def no_logits(answer: object, images: int) -> str:
    """The cause if `forward` returned something other than logits."""
    if answer is None:
        return "forward ends without `return`"
    if isinstance(answer, Tensor) and tuple(answer.shape) == (images,):
        return "one number for each image: the class, from an argmax, in place of its logits"
    return ""


def other_network(logits: Tensor, weights: Sequence[Tensor], images: Tensor) -> str:
    """Which variant of the network gives these logits with these weights."""
    for name, variant in VARIANTS.items():
        with torch.no_grad():
            if torch.allclose(variant(images, *weights), logits.float(), atol=1e-3):
                return name
    return ""


def other_in_eval_mode(logits: object, weights: Sequence[Tensor], images: Tensor) -> str:
    """What the network does in eval mode only."""
    known = other_network(logits, weights, images) if isinstance(logits, Tensor) else ""
    return f"in eval mode, {known}" if known else "forward does something else in eval mode"


def network(
    images: Tensor,
    *weights: Tensor,
    first: Callable[[Tensor], Tensor] = F.relu,
    second: Callable[[Tensor], Tensor] = F.relu,
    pool: Callable[[Tensor, int], Tensor] = F.max_pool2d,
    flat: Callable[[Tensor], Tensor] = lambda x: x.flatten(1),
    last: Callable[[Tensor], Tensor] = lambda x: x,
) -> Tensor:
    """The architecture of the assignment, with one piece exchanged."""
    w1, b1, w2, b2, w3, b3 = weights
    x = pool(first(F.conv2d(images, w1, b1)), 2)
    x = pool(second(F.conv2d(x, w2, b2)), 2)
    return last(F.linear(flat(x), w3, b3))


def nothing(x: Tensor) -> Tensor:
    """Stands for a missing activation."""
    return x


VARIANTS: dict[str, Callable[..., Tensor]] = {
    "a softmax at the end: return the logits, cross-entropy applies it": lambda x, *w: network(
        x, *w, last=lambda z: F.softmax(z, dim=1)
    ),
    "a log_softmax at the end: return the logits": lambda x, *w: network(
        x, *w, last=lambda z: F.log_softmax(z, dim=1)
    ),
    "a ReLU after the last layer: logits may be negative": lambda x, *w: network(
        x, *w, last=F.relu
    ),
    "both ReLUs are missing": lambda x, *w: network(x, *w, first=nothing, second=nothing),
    "the ReLU after the first convolution is missing": lambda x, *w: network(x, *w, first=nothing),
    "the ReLU after the second convolution is missing": lambda x, *w: network(
        x, *w, second=nothing
    ),
    "average pooling in place of max pooling": lambda x, *w: network(x, *w, pool=F.avg_pool2d),
    "sigmoids in place of the ReLUs": lambda x, *w: network(
        x, *w, first=torch.sigmoid, second=torch.sigmoid
    ),
    "tanh in place of the ReLUs": lambda x, *w: network(x, *w, first=torch.tanh, second=torch.tanh),
    "the features are flattened in another order: row, column, channel": lambda x, *w: network(
        x, *w, flat=lambda z: z.permute(0, 2, 3, 1).flatten(1)
    ),
    "the images are normalised in forward: use them as they are": lambda x, *w: network(
        (x - 0.1307) / 0.3081, *w
    ),
    "the images are put on a scale from -1 to 1 in forward": lambda x, *w: network(2 * x - 1, *w),
    "the images are multiplied by 255 in forward": lambda x, *w: network(255 * x, *w),
    "the images are divided by 255 in forward": lambda x, *w: network(x / 255, *w),
}


def unstable_logits(logits: Tensor, again: object, alone: object) -> str:
    """Whether the logits change from call to call, or with the images beside them."""
    if not isinstance(again, Tensor) or not torch.allclose(again, logits, atol=1e-4):
        return (
            "the same images get other logits in a second call: something in the network is random"
        )
    if not isinstance(alone, Tensor) or not torch.allclose(alone, logits[:1], atol=1e-4):
        return "an image's logits depend on the other images of the batch: reshaping mixed them"
    return ""


def slow_learning(accuracy: float, classes: int) -> str:
    """Why a trained network may not be good enough."""
    if accuracy < 2 / classes:
        return (
            "it is no better than guessing: the learning rate is wrong, or images and labels were "
            "shuffled separately"
        )
    return "it learns too slowly: the learning rate is wrong, or only some of the batches are used"


def other_loss(found: float, right: float, count: int) -> str:
    """Which other loss was reported."""
    if found == 0:
        return "no batch is counted: the last one is left out, and here it is the only one"
    if abs(found / right - count) < 0.05 * count:
        return "this is the sum over the images, not the mean"
    if abs(found / right - 1 / count) < 0.05 / count:
        return "the mean was divided by the number of images a second time"
    if found < right:
        return "this is the loss after the step, or another loss"
    return ""


def other_constant_loss(found: Sequence[float], each: Tensor) -> str:
    """Which other numbers were reported where the images of six lose `each`, five in a batch."""
    right, tolerance = each.mean().item(), 0.025 * each.max().item()
    if abs(found[0] - 2.46) < 0.1:  # log(e + 9), whatever the logits: they end up as 1 and 0
        return "a softmax before cross-entropy, which takes logits and applies its own"
    if abs(found[0] - right) < tolerance:
        return "the losses of earlier epochs are counted again: the sum does not start at 0"
    names = {}
    for last in (each.min().item(), each.max().item()):  # the image that a batch of its own has
        full = (6 * right - last) / 5
        names[last] = "the loss of the last batch, not the mean over all of them"
        for value in (full, 5 * full / 6):
            names[value] = "the mean without the short last batch, which was left out"
        names[(full + last) / 2] = "the mean of the batches: the short last one counts too much"
        names[full + last] = "the sum of the batches' means"
        names[5 * (full + last) / 6] = "a mean that counts the short last batch as if it were full"
    nearest = min(names, key=lambda value: abs(value - found[0]))
    return f"this is {names[nearest]}" if abs(nearest - found[0]) < tolerance else ""


def repeated_order(running_mean: Tensor, means: Tensor, epochs: int) -> str:
    """The mistake if a running mean comes from the same order of images in each epoch; else empty.

    running_mean (channels,), which was 0 and moves by a tenth; means (n, channels), of each image.
    """
    steps = torch.arange(epochs * len(means)).flip(0)
    weights = (0.1 * 0.9**steps).view(epochs, -1).sum(dim=0)
    for order in permutations(range(len(means))):
        if (weights @ means[list(order)] - running_mean).norm() <= 1e-3 * running_mean.norm():
            if order == tuple(range(len(means))):
                return "the images are not shuffled: they come in the order they were given in"
            return "the order is drawn once, or by a generator that each epoch makes anew"
    return ""


def other_accuracy(found: float, right: float, hits: Tensor) -> str:
    """Which other number was returned; `hits` tells for each image whether it is right."""
    if cause := rounded([(found, right)]):
        return cause
    if abs(found - 100 * right) < 1e-3 and right > 0:
        return "this is a percentage; a fraction is asked for"
    if abs(found - right * len(hits)) < 1e-3 and right > 0:
        return "this is the count, not the fraction"
    if abs(found - (1 - right)) < 1e-4 and right != 0.5:
        return "this is the error rate, 1 - accuracy"
    if found == 0 and right > 0:
        return (
            "no image counts as right: argmax() without dim=1 gives one number for the whole "
            "batch, and `//` rounds a fraction down to 0"
        )
    for size in (16, 32, 50, 64, 100, 128, 200, 256, 500, 512):
        parts = [part.float() for part in hits.split(size)]
        whole = len(hits) // size * size
        others = {
            "the mean of the batches' accuracies: the short last batch counts too much": sum(
                part.mean().item() for part in parts
            )
            / len(parts),
            "the accuracy of the last batch": parts[-1].mean().item(),
            "without the short last batch, which was left out": hits[:whole].sum().item()
            / len(hits),
        }
        for name, value in others.items():
            if len(parts) > 1 and abs(found - value) < 1e-5:
                return f"this is {name} (batches of {size})"
    return ""


# The next step by how a cause begins, where it is another than the check's.
STEPS = {
    "forward ends without": "Write `return` before the logits in the last line of forward.",
    "one number for each image": "Leave the argmax out: `accuracy` takes it from the logits.",
    "no parameters": "Make each layer an attribute, self.conv1 = ..., or use nn.ModuleList.",
    "no convolution is": "Make each layer an attribute, self.conv1 = ..., or use nn.ModuleList.",
    "only the convolution": "Make each layer an attribute, self.conv1 = ..., or use nn.ModuleList.",
    "some layers have no bias": "Leave `bias=False` out.",
    "average pooling": "Pool with `nn.MaxPool2d(2)` or `F.max_pool2d(x, 2)`.",
    "a softmax at the end": "Return what the last linear layer gives.",
    "a log_softmax at the end": "Return what the last linear layer gives.",
    "a ReLU after the last": "Return what the last linear layer gives.",
    "this is the loss after": "Keep `loss.item()` of the loss that `backward()` is called on, from "
    "before `optimizer.step()`.",
    "the losses fall, and": "Give the optimiser model.parameters() of the `model` you were given.",
    "the gradients of all steps": "Call optimizer.zero_grad() before each loss.backward().",
    "no batch is counted": "Go through all parts that .split(batch_size) gives, the last one too.",
    "a softmax before": "Give F.cross_entropy the logits as the model returns them.",
    "the losses of earlier epochs": "Set the sum to 0 at the start of each epoch.",
    "this is the mean without the short": "Go through all parts that .split(batch_size) gives.",
    "no image counts as right": "Use argmax(dim=1), print it beside the labels, divide with `/`.",
}
