# %% [markdown]
# ## How to listen: forward hooks
#
# `feature_maps` gets at numbers in the middle of the network with a forward hook: a function that
# PyTorch calls whenever a module has computed its output. Three lines put one on:


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
#
# The `with` block may end in any way: at its end, by an error, or because you stop the cell. The
# hooks come off each time. As good practice, without points, the check also shows whether hooks,
# modes and gradients are as they were, and whether the monitor keeps numbers alone: an output holds
# on to the whole graph that it was computed in, and with it to memory.

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
# A ReLU turns a negative minimum into 0, and its column of zeros shows how much it silences.
# Pooling keeps the largest of four values, so zeros become rarer. The logits spread wider than
# anything before them: compare the column `std`.

# %% [markdown]
# ## The monitor that prints nothing
#
# "Understanding Adversarial Attacks Through MNIST" (2025) has a monitor too. It hooks modules of
# the class `nn.ReLU`, and its text describes what they show of a network that calls `F.relu`.
#
# Try it on two networks with **the same weights**. One has a module for every step; the other calls
# functions, as many tutorials do.

# %%
functional = build("functional-cnn", **data.sizes)
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
# No error, no warning, no line: whoever describes what this monitor shows has not run it. Yours
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
# What happens between those leaves it cannot see. Write networks with a module for each step, or
# compute the missing step from what was recorded, `output.relu()`. The lecture lists six more ways
# in which a monitor reports nothing, or the wrong thing.
#
# >> To think about: one ReLU module is used twice in a block. What does the monitor show of it?
# The hook fires twice under one name, and the second output replaces the first: `stats` holds the
# latest. Networks that share one ReLU among several layers are common, since it has no weights; to
# see all of its outputs, give each layer its own. `build("shared-relu-cnn")` is such a network to
# try it on.
