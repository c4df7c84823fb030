# ruff: noqa: F401  (what the inserted reference code uses)

# %% [markdown]
# # 2 · Look inside: hooks and activations
#
# Write the tool that shows what every layer of a network computes, and use it to follow an attack
# from layer to layer.
#
# A network takes an image and gives ten numbers. Between the two lie thousands of numbers that
# nobody prints. To find out why a network fails, or that a layer has died, you must see them.
# PyTorch has a tool for it, the forward hook. It is easy to use and easy to use wrongly: a
# published monitor that prints nothing at all is taken apart below.

# %% [markdown]
# ## Set up
#
# Change `"digits"` to `"mnist"` for the real thing. Fetch it first, once and with the internet at
# hand: `course data download mnist`. `limit` is the largest change of a pixel that this data set
# allows an attacker here.

# %%
from collections.abc import Collection
from types import TracebackType
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from autograder import check
from course import activation_plots, plots
from course.budget import budget
from course.data import load
from course.inputs import check_images
from course.metrics import accuracy, evaluating, predict
from course.models import build
from course.monitor import Silence, feature_maps, layer_names, record
from course.training import Recipe, fit, plain_recipe

PROFILE = "digits"

limit = budget(PROFILE).epsilon
data = load(PROFILE).take(budget(PROFILE).train_images, budget(PROFILE).test_images)
print(f"{len(data.train)} images to train on, {len(data.test)} to test on, epsilon up to {limit}")

# %% [markdown]
# The network to look into is the one of assignment 1: two convolutions and one linear layer.
# Printing it shows the name of each layer.

# %%
victim = build("tiny-cnn", seed=0)
fit(victim, data.train.images, data.train.labels, plain_recipe(budget(PROFILE).cnn_epochs))
print(f"right on {accuracy(victim, data.test.images, data.test.labels):.1%} of the test images")
victim

# %% [markdown]
# ## What filters see
#
# A filter of the first convolution is a small picture: 5×5 weights that slide over the image. Where
# the image looks like the filter, the output is large. So the filters can be looked at.

# %%
figure = activation_plots.filter_grid(victim.conv1.weight)
print(plots.alt_text(figure))
figure

# %% [markdown]
# Look for filters that are light on one side and dark on the other: they answer to an edge between
# the two, and to nothing else. On an even surface their sum is close to 0. Nobody told the network
# to look for edges; the training images did.
#
# The filters of the second convolution cannot be shown like this. Each has a 5×5 picture *for each
# of the eight channels below it*, and a channel is no longer a colour. From there on, look at what
# comes out instead: the **feature map** of a filter is its answer at every place of one image.

# %%
one_image = data.test.images[0]
layers_to_show = ["conv1", "relu1", "conv2", "relu2"]
figure = activation_plots.feature_map_grid(
    one_image, {layer: feature_maps(victim, one_image, layer) for layer in layers_to_show}
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# Each row shows the first eight maps of its layer; `conv2` and `relu2` have sixteen. Compare
# `conv1` with `relu1` below it: the ReLU keeps the light parts and paints the rest black. The maps
# of `conv2` are smaller, and no longer look like the digit. They say *that* something is there, not
# what it looks like.
#
# >> To think about: a ReLU paints a part of the maps black. Is that a waste?
# No. A map that is on everywhere says nothing about where its pattern is. And that some units are
# silent, others for each image, is what makes the network more than a linear function: which units
# are off decides which linear function the image meets. A unit that is silent for *every* image is
# another matter; it comes up below.

# %% [markdown]
# ## How to listen: forward hooks
#
# `feature_maps` had to get at numbers in the middle of the network. It did so with a forward hook:
# a function that PyTorch calls whenever a module has computed its output. Three lines put one on:


# %%
def tell(module: nn.Module, inputs: tuple[Any, ...], output: Tensor) -> None:
    print(f"{type(module).__name__} has put out {tuple(output.shape)}")


handle = victim.conv2.register_forward_hook(tell)
logits = victim(data.test.images[:3])
handle.remove()
logits = victim(data.test.images[:3])  # silence: the hook is gone

# %% [markdown]
# Four facts decide how a monitor has to be written:
#
# 1. A hook lives on a **module**. Where a network calls a function, there is no module and no hook.
# 2. It stays until its handle's `remove()` is called. Nothing else takes it off, not even an error.
# 3. What it **returns** replaces the output of the layer. So a hook that watches returns nothing.
# 4. It is handed the output **itself**, not a copy. A layer behind that works in place, as
#    `nn.ReLU(inplace=True)` does, overwrites it a moment later. Summarise it at once or clone it.
#
# Names come from `model.named_modules()`: `"conv1"`, or `"block2.conv1"` for a layer in a block. It
# also yields the modules that contain others, and the network itself under the name `""`. The ones
# that do the work are the **leaves**, those without children. Trust the names that the network
# gives: those in the checks are made up, such as `"tubamo15"`.

# %% [markdown] card: activation_monitor
# difficulty: 3
# minutes: 35
# needs: the four facts above, and `with` blocks: `__enter__` runs when the block begins, and
#   `__exit__` when it ends, in whatever way it ends.
# gets: a monitor for any network, which you can trust to be gone afterwards.


# %% stub: activation_monitor from solutions.hooks
def statistics(output: Tensor) -> dict[str, Any]:
    """Summarise one layer's output in plain numbers.

    Args:
        output: of any shape, with at least two values; it may be part of a graph.

    Returns:
        `mean`, `std`, `min`, `max`: floats, over all values of all images. Divide the standard
            deviation by the number of values or by one less; both are accepted.
        `zero_fraction`: a float in [0, 1], the share of values that are exactly 0.
        `shape`: a tuple or list of sizes, the number of images first.
    """
    # 1. Take the output out of the graph.
    # 2. Return the six entries; `.item()` makes a number of a tensor with one element.


def watched_modules(model: nn.Module, layers: Collection[str] | None) -> dict[str, nn.Module]:
    """Return the modules to watch, by the names that `model.named_modules()` gives them.

    Args:
        model: any network.
        layers: names of modules, blocks that contain others too; None means every leaf.

    Raises:
        ValueError: a name is that of no module, or there is nothing to watch.
    """
    # 1. Make a dictionary of all modules by name.
    # 2. If `layers` is None, choose the leaves; otherwise the names in `layers`.
    # 3. Refuse names that are not in the dictionary, and an empty choice.
    # 4. Return the chosen modules by name.


class ActivationMonitor:
    """Record statistics of layer outputs while a `with` block runs.

        with ActivationMonitor(model) as monitor:
            model(images)
        monitor.stats["conv1"]["mean"]

    `stats` maps the name of each watched layer that has run to the `statistics` of its latest
    output. It stays after the block. The network is left alone: its answers, its gradients and
    its mode are what they are without a monitor, and other hooks are none of its business.
    """

    def __init__(self, model: nn.Module, layers: Collection[str] | None = None) -> None:
        """Prepare to watch `layers` of `model`, or every leaf. No hook is registered yet."""
        # 1. Keep the model and the layers.
        # 2. Begin with empty `stats` and no handles.

    def __enter__(self) -> "ActivationMonitor":
        """Begin afresh with empty `stats`, and put a hook on each watched module.

        Raises ValueError as `watched_modules` does; then no hook may be left on the network.
        """
        # 1. Empty the statistics: a monitor may be used for a second block.
        # 2. Find out what to watch, before anything is registered.
        # 3. Register `self._hook(name)` on each module and keep the handle.
        # 4. Return the monitor: that is what `as` names.

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Take every hook of this monitor off, after an error too, and let the error go on."""
        # 1. Remove each handle. Return nothing: something true would swallow the error.

    def _hook(self, name: str) -> Any:
        """Return a hook that notes what the layer called `name` puts out."""

        # 1. Define a function of (module, inputs, output) that fills `self.stats[name]`.
        # 2. Return that function, not its result.


# %% [markdown]
# >> Hint 1: where to begin
# Write `statistics` and try it on a tensor you can check by hand: `torch.tensor([[0.0, 1.0, -1.0,
# 4.0]])` has mean 1, minimum −1, maximum 4 and one zero in four. Then print
# `watched_modules(victim, None)`.
#
# >> Hint 2: the idea
# Every layer needs a hook of its own that remembers the name of its layer. `_hook(name)` makes one:
# a function defined inside a function keeps the variables around it. Each call of
# `register_forward_hook` returns a handle; collect them in a list, so that `__exit__` can remove
# them. For the empty list of layers, note that `if layers:` is false for it and for None alike; ask
# `layers is None`.
#
# >> Hint 3: nearly the code
# In `__enter__`: `for name, module in watched_modules(self.model, self.layers).items():` and in it
# append `module.register_forward_hook(self._hook(name))` to the handles. In `__exit__`: pop and
# `remove()` until none are left. The inner function of `_hook` has one line,
# `self.stats[name] = statistics(output)`. A leaf is a module for which `list(module.children())` is
# empty.

# %% check: activation_monitor

# %% [markdown]
# Now every layer can be read like a row of instruments:

# %%
with ActivationMonitor(victim) as monitor:
    victim(data.test.images)
print(f"{'layer':8} {'mean':>7} {'std':>7} {'min':>7} {'max':>7}  {'zeros':>6}  shape")
for layer, row in monitor.stats.items():
    print(
        f"{layer:8} {row['mean']:7.3f} {row['std']:7.3f} {row['min']:7.3f} {row['max']:7.3f}"
        f"  {row['zero_fraction']:6.1%}  {row['shape']}"
    )

# %% [markdown]
# Some things to read off: a ReLU turns a negative minimum into 0, and its column of zeros shows how
# much it silences. Pooling keeps the largest of four values, so zeros become rarer. `flatten`
# changes the shape and nothing else. The logits spread wider than anything before them: compare the
# column `std`.

# %% [markdown]
# ## The monitor that prints nothing
#
# "Understanding Adversarial Attacks Through MNIST" (2025) has a monitor too. It looks for modules
# of the class `nn.ReLU` and hooks those. Its text goes on to describe what the monitor shows of a
# network that it defined before. That network calls `F.relu`.
#
# Try it. Here are two networks with **the same weights**, which give the same logits. One has a
# module for every step; the other calls functions, as many tutorials do.

# %%
functional = build("functional-cnn")
with torch.no_grad():
    for slot, weight in zip(functional.parameters(), victim.parameters(), strict=True):
        slot.copy_(weight)
same_logits = torch.equal(predict(functional, data.test.images), predict(victim, data.test.images))
print("the same logits on every test image:", same_logits)


def lines_about_relus(network: nn.Module) -> list[str]:
    """What a monitor of `nn.ReLU` modules has to say about a hundred test images."""
    lines: list[str] = []

    def note(module: nn.Module, inputs: Any, output: Tensor) -> None:
        lines.append(f"mean={output.mean():.4f}")

    handles = [
        module.register_forward_hook(note)
        for module in network.modules()
        if isinstance(module, nn.ReLU)
    ]
    predict(network, data.test.images[:100])
    for handle in handles:
        handle.remove()
    return lines


print("with modules:  ", lines_about_relus(victim))
print("with functions:", lines_about_relus(functional))

# %% [markdown]
# No error, no warning, no line. A monitor that silently records nothing looks just like a network
# in which nothing happens, and whoever describes what it shows has not run it. That is why yours
# raises an error when there is nothing to watch. It finds the leaves that the second network does
# have:

# %%
with ActivationMonitor(functional) as monitor:
    functional(data.test.images)
print("leaves that were seen:", list(monitor.stats))
try:
    with ActivationMonitor(functional, ["relu1"]):
        functional(data.test.images)
except ValueError as error:
    print("ValueError:", error)

# %% [markdown]
# What happens between those leaves it cannot see: the ReLUs and the pooling are not there to be
# hooked. The remedy is to write networks with a module for each step, or to compute the missing
# step from what was recorded, `output.relu()`.
#
# >> To think about: one ReLU module is used twice in a block. What does the monitor show of it?
# The hook fires twice under one name, and the second output replaces the first: `stats` holds the
# latest. The first is not lost from the network, only from the record. Networks that share one ReLU
# among several layers are common (it has no weights, so sharing works); to see all of them, give
# each its own. `build("shared-relu-cnn")` is such a network to try it on.

# %% [markdown]
# ## How far does an attack move each layer?
#
# Now to the question that a monitor is good for. An attack changes every pixel by at most
# $\epsilon$. How far does the change get? Let $a(x)$ be the output of a layer for one image $x$, as
# one long vector. The **drift** of the layer is the length of the change, relative to the length of
# what was there, averaged over the images:
#
# $$\text{drift} = \frac{1}{n} \sum_{i=1}^{n}
# \frac{\| a(x_i^{\mathrm{adv}}) - a(x_i) \|_2}{\| a(x_i) \|_2} .$$
#
# Divide for each image *before* taking the mean. A mean change over a mean length is another
# number: there, bright images with large activations count more than faint ones.
#
# For this the whole outputs are needed, not their statistics. The course's own monitor, `record`
# from `course.monitor`, keeps a detached copy of each:
#
#     with record(model) as outputs:
#         model(images)
#     outputs["conv1"]        # a tensor (n, channels, height, width)

# %% [markdown] card: activation_drift
# difficulty: 2
# minutes: 20
# needs: `record` as above, `tensor.flatten(1)`, which makes one row of each image, and
#   `tensor.norm(dim=1)`, the length of each row.
# gets: a picture of how a disturbance travels through a network.


# %% stub: activation_drift from solutions.hooks
def activation_drift(model: nn.Module, clean: Tensor, adversarial: Tensor) -> dict[str, float]:
    """Return for each leaf that runs how far its output moves, relative to its length.

    Args:
        model: any network; left as it was, modes and hooks too.
        clean: (n, C, H, W) in [0, 1].
        adversarial: the same images in the same order, after the change.

    Returns:
        Layer name to the mean over the images of |a(adversarial) - a(clean)| / |a(clean)|, a
        Python float. Lengths are L2, measured in evaluation mode. Where nothing changes the
        drift is 0, also for a layer that puts out zeros alone.

    Raises:
        ValueError: the shapes differ, or there is no image.
    """
    # 1. Refuse shapes that differ, and an empty batch.
    # 2. In evaluation mode and without gradients: record the outputs for the clean images,
    #    then, in a record of their own, those for the adversarial ones.
    # 3. For each layer: the length of the change and the length of the clean output, image by
    #    image, the latter at least 1e-12.
    # 4. Divide, take the mean, and make it a float.


# %% [markdown]
# >> Hint 1: where to begin
# Write it for one layer first: `before["conv1"]` and `after["conv1"]` are tensors of one shape.
# Flatten both, subtract, and look at the shape of `norm(dim=1)`: one number for each image.
#
# >> Hint 2: the idea
# Two runs need two records. If both fill one dictionary, the second run overwrites the first, and
# every drift is 0. `with evaluating(model), torch.no_grad():` around both puts the modes back
# afterwards. A layer that is off has length 0, and 0/0 is NaN: `clamp(min=1e-12)` on the divisor.
#
# >> Hint 3: nearly the code
# For each name: `change = (after[name] - before[name]).flatten(1).norm(dim=1)` and
# `size = before[name].flatten(1).norm(dim=1).clamp(min=1e-12)`. What you return for the layer is
# `(change / size).mean().item()`.

# %% check: activation_drift

# %% [markdown]
# ## The same budget, twice
#
# Take two changes that are equally large. *Noise* moves every pixel up or down by $\epsilon$ at the
# toss of a coin. The *attack* moves every pixel by $\epsilon$ in the direction that raises the
# loss, which takes one gradient. It is called FGSM; assignment 3 derives it, here it is only a
# tool.

# %%
images, truth = data.test.images, data.test.labels
leaf = images.clone().requires_grad_()
(slope,) = torch.autograd.grad(F.cross_entropy(victim(leaf), truth), leaf)
coins = torch.randint(0, 2, images.shape, generator=torch.Generator().manual_seed(0)) * 2.0 - 1
changed = {
    "noise": (images + limit * coins).clamp(0, 1),
    "FGSM": (images + limit * slope.sign()).clamp(0, 1),
}
for name, moved in changed.items():
    size = ((moved - images).flatten(1).norm(dim=1) / images.flatten(1).norm(dim=1)).mean()
    right = accuracy(victim, moved, truth)
    print(f"{name:6} changes the images by {size:.1%} of their length; {right:.1%} are read right")

# %%
drifts = {name: activation_drift(victim, images, moved) for name, moved in changed.items()}
figure = plots.activation_drift(drifts)
print(plots.alt_text(figure))
figure

# %%
for layer in drifts["FGSM"]:
    noise, attack = drifts["noise"][layer], drifts["FGSM"][layer]
    print(f"{layer:8} noise {noise:6.1%}   FGSM {attack:6.1%}   {attack / noise:4.1f} times as far")

# %% [markdown]
# At the input both are equally large. In the first layer they still are of one order. Then they
# part: the noise is averaged away from layer to layer, since its signs have nothing to do with the
# weights and mostly cancel. The attack's signs were chosen to agree with the weights, so they do
# not cancel. The drift itself need not rise with every layer; ReLU and pooling often lower both.
# But the deeper the layer, the further the attack is ahead of the noise, as the last column says.
# Liao and others (2018) call this amplification and build a defence on it: they compare deep
# layers, where clean and attacked images are far apart, not pixels.
#
# Two warnings before you take drift for an alarm bell:
#
# - It needs the clean image to compare with. A guard at the door has only the image it is shown.
# - This attacker did not try to hide. One who knows which layers are watched can lower their drift
#   along with the loss. What an alarm is worth is measured with such an attacker, as assignment 6
#   does.
#
# >> To think about: the drift of `flatten` is exactly that of the layer before it. Must it be so?
# Yes. Flattening puts the same numbers into another shape, and the L2 length does not know about
# shapes. A ReLU is different: it can make the drift smaller, where the change happens below 0, or
# larger, since it also makes the length it is divided by smaller.

# %% [markdown]
# ## Dead units
#
# A unit behind a ReLU is **dead** if it is off for every image. Its gradient is 0 then, so training
# on these images no longer moves its weights: it takes memory and time and does nothing. Large
# steps in training kill units, since one step can push a unit's bias so low that no image of the
# data reaches it again. `zero_fraction` gives a first sign; to name the dead, count for each unit
# on how many images it is on.


# %%
def share_on(network: nn.Module, layer: str) -> list[float]:
    """For each unit of a layer the share of the test images for which it is on."""
    with evaluating(network), torch.no_grad(), record(network, [layer]) as outputs:
        network(data.test.images)
    return (outputs[layer].flatten(1) > 0).float().mean(dim=0).tolist()


activity = {}
for rate in (0.005, 0.05):
    trained = build("strided-cnn", seed=0)
    recipe = Recipe(epochs=budget(PROFILE).cnn_epochs, batch_size=64, learning_rate=rate, seed=0)
    fit(trained, data.train.images, data.train.labels, recipe)
    right = accuracy(trained, data.test.images, data.test.labels)
    activity[f"learning rate {rate}"] = share_on(trained, "relu2")
    dead = sum(share == 0 for share in activity[f"learning rate {rate}"])
    print(f"learning rate {rate}: {right:.1%} right, {dead} units of relu2 never on")

# %%
title = "Ten times the learning rate: more units of relu2 never on"
figure = activation_plots.unit_activity(activity, title=title)
print(plots.alt_text(figure))
figure

# %% [markdown]
# With the larger steps far more units are dead, and the accuracy alone would hardly have told you:
# the network has units to spare. Some units are dead in the first network too. Here images have
# black borders, where a unit sees nothing but its own bias.
#
# >> To think about: "off for every test image" was measured. Could an attacker wake a dead unit?
# Yes: being dead is a property of the unit *and the images*. An attacked image is not one of those
# it was measured on, and may reach a unit that no natural image reaches. Units that are on for
# attacked images only are one of the signs that detectors look for.

# %% [markdown]
# ## Removing hooks for sure
#
# What if a hook stays? Watch a careless monitor: it registers, runs the network, and removes its
# hooks on the last line. The network raises an error in between, as it does for an image of the
# wrong size.


# %%
def hooks_on(network: nn.Module) -> int:
    """How many forward hooks are on a network's modules."""
    return sum(len(module._forward_hooks) for module in network.modules())


kept: list[Tensor] = []
wrong_size = torch.zeros(1, 1, 20, 20)
for _ in range(3):
    try:
        handles = [
            module.register_forward_hook(lambda module, inputs, output: kept.append(output))
            for module in victim.children()
        ]
        victim(wrong_size)
        for handle in handles:
            handle.remove()
    except RuntimeError:
        print(f"an error; {hooks_on(victim)} hooks are on the network")
victim(data.test.images[:1])
print(f"one more image: {len(kept)} tensors kept, {kept[-1].requires_grad=}")

# %% [markdown]
# Three times the last line was not reached. From now on each image goes through all of those hooks,
# and each of them keeps its tensors, with the graph behind them, for as long as the network lives.
# No error says so: the program gets slower and larger. Your monitor does its removing in
# `__exit__`, which runs in any case:

# %%
for module in victim.modules():
    module._forward_hooks.clear()  # rough, but this cell knows that all of them are its own
try:
    with ActivationMonitor(victim):
        print(f"in the block: {hooks_on(victim)} hooks")
        victim(wrong_size)
except RuntimeError:
    print(f"after an error: {hooks_on(victim)} hooks")

# %% [markdown]
# >> To think about: why not clear `_forward_hooks`, as the cell above did, in every `__exit__`?
# Because hooks of others would go too: another monitor around yours, a profiler, or a library that
# works by hooks. A handle removes one hook and no other. And `_forward_hooks` begins with an
# underscore: it is PyTorch's own business, and may be something else in the next version.

# %% [markdown]
# ## What you can now do
#
# - Look at the filters of a first layer, and at feature maps further up.
# - Write a monitor that records every layer, refuses to watch nothing, and is gone after the block.
# - See at a glance why a hook on `nn.ReLU` is silent where a network calls `F.relu`.
# - Measure how far a change gets, layer by layer, with noise as the control.
# - Find dead units, and hooks that somebody left behind.
#
# Assignment 3 turns the one gradient of this notebook into an attack, and measures it properly.
