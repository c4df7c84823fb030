# %% [markdown]
# ## How far does an attack move each layer?
#
# An attack changes every pixel by at most $\epsilon$. How far does the change get? Let $a(x)$ be
# the output of a layer for one image $x$, as one long vector. The **drift** of the layer is the
# length of the change, relative to the length of what was there, averaged over the images:
#
# $$\text{drift} = \frac{1}{n} \sum_{i=1}^{n}
# \frac{\| a(x_i^{\mathrm{adv}}) - a(x_i) \|_2}{\| a(x_i) \|_2} .$$
#
# Divide for each image *before* taking the mean. A mean change over a mean length is another
# number; the lecture works out both for two images.
#
# The course's own monitor, `record` from `course.monitor`, keeps a detached copy of each whole
# output:
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
# toss of a coin. The *attack*, called FGSM, moves every pixel by $\epsilon$ in the direction that
# raises the loss. Assignment 3 derives it; here it is only a tool.

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
# At the input both are equally large. The deeper the layer, the further the attack is ahead of the
# noise, as the last column says: random signs mostly cancel on the way, and those of the attack
# were chosen so that they do not. The drift itself need not rise with every layer; ReLU and pooling
# often lower both.
#
# Drift is no alarm bell: a guard at the door has no clean image to compare with. The lecture asks
# what monitors can do against an attacker, and assignment 6 measures an alarm with one who knows
# it.
#
# >> To think about: the drift of `flatten` is exactly that of the layer before it. Must it be so?
# Yes. Flattening puts the same numbers into another shape, and the L2 length does not know about
# shapes. A ReLU is different: it can make the drift smaller, where the change happens below 0, or
# larger, since it also makes the length it is divided by smaller.
