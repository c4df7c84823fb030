# %% [markdown]
# ## Removing hooks for sure
#
# Watch a careless monitor: it registers, runs the network, and removes its hooks on the last line.
# In between, the network raises an error, as it does for an image of the wrong size.


# %%
def hooks_on(network: nn.Module) -> int:
    """How many forward hooks are on a network's modules."""
    return sum(len(module._forward_hooks) for module in network.modules())


kept: list[Tensor] = []
wrong_size = torch.zeros(1, data.image_shape[0], 20, 20)
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
# and each of them keeps its tensors, with the graph behind them. No error says so: the program gets
# slower and larger. Your monitor does its removing in `__exit__`, which runs in any case:

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
# works by hooks. A handle removes one hook and no other. And a name that begins with an underscore
# is PyTorch's own business: it may be something else in the next version.

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
