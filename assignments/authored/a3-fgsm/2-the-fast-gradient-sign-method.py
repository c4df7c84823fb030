# %% [markdown]
# ## Why tiny changes add up
#
# Begin with the simplest classifier, one that weighs the pixels and adds:
#
# $$f(x) = w \cdot x + b = \sum_i w_i x_i + b .$$
#
# A change $\delta$ moves the output by $\sum_i w_i \delta_i$. The terms do not disturb each other,
# so each may be made as large as its own budget allows: with $|\delta_i| \le \epsilon$ a term is
# largest at $\delta_i = \epsilon \, \mathrm{sign}(w_i)$. All terms together then give
# $\epsilon \sum_i |w_i| = \epsilon \|w\|_1$.
#
# Each pixel contributes little, but they all pull the same way. Noise of the same size does not:
# the terms mostly cancel, and what is left is of size $\epsilon \|w\|_2$. The next cell trains such
# a classifier and compares the two.

# %%
linear = build("linear", seed=0, **data.sizes)
fit(linear, data.train.images, data.train.labels, plain_recipe(budget(PROFILE).cnn_epochs))
weights = linear.logits.weight.detach()
towards_8 = weights[8] - weights[3]  # what separates "this is an 8" from "this is a 3"
coins = torch.randint(0, 2, (1000, towards_8.numel()), generator=torch.Generator().manual_seed(0))
noise_pushes = limit * ((2.0 * coins - 1) @ towards_8)
threes = data.test.images[data.test.labels == 3].flatten(1)
lead = threes @ -towards_8 + (linear.logits.bias[3] - linear.logits.bias[8]).item()
three, eight = data.classes[3], data.classes[8]
print(f"a typical {three} leads over {eight} by     {lead.median().item():6.2f}")
typical, worst = noise_pushes.abs().mean().item(), limit * towards_8.abs().sum().item()
print(f"random noise of size {limit:.3g} moves it by {typical:6.2f}, typically")
print(f"the worst change of size {limit:.3g} moves it by {worst:6.2f}")

# %% [markdown]
# The worst change is stronger than noise of the same size many times over. No luck is involved: for
# a linear classifier it is the optimum.

# %% [markdown]
# ## From a linear model to a network
#
# A network is not linear. But close to an image, its loss $L$ nearly is:
#
# $$L(x + \delta) \approx L(x) + g \cdot \delta, \qquad g = \nabla_x L(f(x), y) .$$
#
# So the argument above applies, with $g$ in the place of $w$: to raise the loss as far as possible,
# let every pixel take its full step in the direction of its own gradient. Then bring the pixels
# that left $[0, 1]$ back to the edge:
#
# $$x_{\mathrm{adv}} = \mathrm{clamp}\big(x + \epsilon \, \mathrm{sign}(g),\; 0,\; 1\big) .$$
#
# This is the **fast gradient sign method**, FGSM (Goodfellow, Shlens and Szegedy, 2015). Three
# remarks save an hour of searching:
#
# - The gradient is with respect to the **image**. The weights stay where they are, and so do the
#   `.grad` of the parameters: somebody may be in the middle of training.
# - Only the signs count. A pixel whose gradient is exactly zero stays as it is:
#   $\mathrm{sign}(0) = 0$.
# - Clamping can only make a change smaller: $x$ lies in $[0, 1]$ itself. So the budget survives it.

# %% [markdown]
# The cell below gives you a function that refuses arguments which make no sense. Yours call it
# first.
#
# Two promises of the docstrings carry no points: to raise `ValueError` for such arguments, and to
# leave the network and the images as they were. The checks look at both all the same and call them
# *good practice*: whoever calls your function relies on them.

# %% given: check_attack from solutions.fgsm

# %% [markdown] card: fgsm
# difficulty: 2
# minutes: 25
# needs: the formula above, and `torch.autograd.grad(value, tensor)`, which returns the gradient of
#   one number with respect to one tensor (in a tuple) and touches nothing else.
# gets: a working attack, for any model that takes images in [0, 1].


# %% stub: fgsm from solutions.fgsm
def loss_gradient(model: nn.Module, images: Tensor, labels: Tensor) -> Tensor:
    """Return the gradient of the cross-entropy loss with respect to the images.

    Args:
        model: takes images, returns logits (n, number of classes). It is left as it was:
            weights, `.grad` and training mode.
        images: (n, C, H, W), float32 in [0, 1]; not changed.
        labels: (n,), the true classes, int64.

    Returns:
        (n, C, H, W): for each image the gradient of its own loss. It must not depend on
        which other images are in the batch.
    """
    # 1. Make a copy of the images that records what is computed from it.
    # 2. In evaluation mode (`with evaluating(model):` restores it afterwards), compute the
    #    cross-entropy of the logits, summed over the batch.
    # 3. Ask autograd for the gradient of that sum with respect to your copy, and return it.


def fgsm(model: nn.Module, images: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    """Move every pixel by epsilon in the direction that raises the loss.

    Args:
        model: takes images, returns logits; left as it was.
        images: (n, C, H, W), float32 in [0, 1]; not changed.
        labels: (n,), the true classes, int64.
        epsilon: the largest change of a pixel, >= 0, in pixel units, e.g. 8/255.

    Returns:
        (n, C, H, W), detached, in [0, 1], nowhere further than epsilon from the images.

    Raises:
        ValueError: epsilon is negative or not finite, or there is not one label per image.
    """
    # 1. Let `check_attack` look at the arguments.
    # 2. Get the gradient.
    # 3. Take the step: x + epsilon * sign(gradient).
    # 4. Bring the pixels back into [0, 1].


# %% [markdown]
# >> Hint 1: where to begin
# Forget the attack for a moment. Take one image, compute the network's loss on it, and ask for the
# gradient with respect to the image. If the result has the shape of the image, you are halfway.
#
# >> Hint 2: the idea
# A tensor records operations after `requires_grad_()`. Do that to a copy,
# `images.detach().clone()`, so that the caller's images are left alone. If autograd says that an
# element "does not require grad", the logits were computed from the original and not from the copy,
# or gradients are switched off around you.
#
# >> Hint 3: nearly the code
# `torch.autograd.grad(F.cross_entropy(model(copy), labels, reduction="sum"), copy)` is a tuple with
# one tensor. `gradient.sign()` gives -1, 0 or 1 and `tensor.clamp(0, 1)` does what it says. Add the
# step to `images`, not to the copy, and nothing needs to be detached at the end.

# %% check: fgsm

# %% [markdown]
# >> To think about: the loss is summed over the batch. Would the mean give another attack?
# No. The mean is the sum divided by the number of images, and a positive factor does not change a
# sign. What would be wrong is a batch in which one image influences another, as batch normalisation
# in training mode does: that is one reason for evaluation mode.

# %% [markdown]
# ## Look at it
#
# Six test images, the change (magnified), and the result. Ask yourself what you would have
# answered.

# %%
shown = data.test[:6]
attacked_six = fgsm(victim, shown.images, shown.labels, limit)
figure = plots.attack_grid(
    shown.images,
    attacked_six,
    labels=shown.labels,
    clean_predictions=predict(victim, shown.images).argmax(dim=1),
    adversarial_predictions=predict(victim, attacked_six).argmax(dim=1),
    clean_confidences=confidence(victim, shown.images),
    adversarial_confidences=confidence(victim, attacked_six),
    epsilon=limit,
    classes=data.classes,
    magnify=1 / (2 * limit),
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# The change is not random: its patches follow the strokes and the gaps between them. Black
# background can only get lighter and full white only darker: the clamp takes back the steps that
# lead outside.
