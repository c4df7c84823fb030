# ruff: noqa: F401  (what the inserted reference code uses)

# %% [markdown]
# # 3 · Attack it: the fast gradient sign method
#
# Write the smallest attack there is, measure honestly what it does, and learn to read other
# people's measurements.
#
# A network that reads handwritten digits almost without a mistake can be led astray by a change
# that a person hardly notices. You will make that change with one gradient and one line of
# arithmetic. The line is easy; most published mistakes are in what surrounds it: the unit of
# epsilon, what is counted, and what the attack is compared with. So this notebook spends as much
# time there.

# %% [markdown]
# ## Set up
#
# Change `"digits"` to `"mnist"` for the real thing. Fetch it first, once and with the internet at
# hand: `course data download mnist`. `limit` is the largest change of a pixel that this data set
# allows an attacker here.

# %%
import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder import check
from course import attack_plots, plots
from course.budget import budget
from course.data import load
from course.inputs import check_images, check_labels, check_size
from course.metrics import (
    accuracy,
    confidence,
    confusion_matrix,
    evaluating,
    predict,
    wilson_interval,
)
from course.models import build
from course.training import fit, plain_recipe

PROFILE = "digits"

limit = budget(PROFILE).epsilon
data = load(PROFILE).take(budget(PROFILE).train_images, budget(PROFILE).test_images)
print(f"{len(data.train)} images to train on, {len(data.test)} to test on, epsilon up to {limit}")

# %% [markdown]
# The victim is a small network with strides instead of pooling, trained in the ordinary way.

# %%
victim = build("strided-cnn", seed=0)
fit(victim, data.train.images, data.train.labels, plain_recipe(budget(PROFILE).cnn_epochs))
clean_accuracy = accuracy(victim, data.test.images, data.test.labels)
print(f"right on {clean_accuracy:.1%} of the test images")

# %% [markdown]
# ## What the attacker may do
#
# "The network is vulnerable" means nothing until three things are fixed. Together they are the
# **threat model**:
#
# - **Goal.** Any wrong answer will do (an *untargeted* attack).
# - **Knowledge.** The attacker has the network: its layers, its weights, its gradients (*white
#   box*).
# - **Budget.** Every pixel may change, but none by more than $\epsilon$, and the result must still
#   be an image, with values from 0 (black) to 1 (white).
#
# Write $x$ for the image and $\delta$ for the change. The budget is the largest change of a pixel,
# which is the $L_\infty$ norm:
#
# $$\|\delta\|_\infty = \max_i |\delta_i| \le \epsilon, \qquad 0 \le x_i + \delta_i \le 1 .$$
#
# It is a crude model of "a person does not notice". A shift of the whole digit by one pixel is
# harmless to a person and far outside the budget; grey speckles on white paper are visible and
# inside it. Its merit is that it can be checked to the last digit.

# %% [markdown]
# ## Why tiny changes add up
#
# Begin with the simplest classifier, one that weighs the pixels and adds:
#
# $$f(x) = w \cdot x + b = \sum_i w_i x_i + b .$$
#
# Step by step:
#
# 1. A change $\delta$ moves the output by exactly $f(x + \delta) - f(x) = \sum_i w_i \delta_i$.
# 2. The terms do not disturb each other, so each may be made as large as its own budget allows.
# 3. A term $w_i \delta_i$ with $|\delta_i| \le \epsilon$ is largest at $\delta_i = \epsilon$ if
#    $w_i > 0$ and at $\delta_i = -\epsilon$ if $w_i < 0$. In one formula:
#    $\delta_i = \epsilon \, \mathrm{sign}(w_i)$.
# 4. All terms together then give $\epsilon \sum_i |w_i| = \epsilon \|w\|_1$.
#
# Each pixel contributes little, but there are 784 of them and they all pull the same way. Noise of
# the same size does not: with random signs the terms mostly cancel, and what is left is of size
# $\epsilon \sqrt{\sum_i w_i^2} = \epsilon \|w\|_2$. The next cell trains such a classifier and
# compares the two.

# %%
linear = build("linear", seed=0)
fit(linear, data.train.images, data.train.labels, plain_recipe(budget(PROFILE).cnn_epochs))
weights = linear.logits.weight.detach()
towards_8 = weights[8] - weights[3]  # what separates "this is an 8" from "this is a 3"
coins = torch.randint(0, 2, (1000, towards_8.numel()), generator=torch.Generator().manual_seed(0))
noise_pushes = limit * ((2.0 * coins - 1) @ towards_8)
threes = data.test.images[data.test.labels == 3].flatten(1)
lead = threes @ -towards_8 + (linear.logits.bias[3] - linear.logits.bias[8]).item()
print(f"a typical 3 leads over 8 by     {lead.median().item():6.2f}")
print(
    f"random noise of size {limit} moves it by {noise_pushes.abs().mean().item():6.2f}, typically"
)
print(f"the worst change of size {limit} moves it by {limit * towards_8.abs().sum().item():6.2f}")

# %% [markdown]
# The worst change is stronger than noise of the same size many times over, and for a linear
# classifier no gradient descent and no luck is involved: it is the optimum.

# %% [markdown]
# ## From a linear model to a network
#
# A network is not linear. But close to an image, its loss $L$ nearly is:
#
# $$L(x + \delta) \approx L(x) + g \cdot \delta, \qquad g = \nabla_x L(f(x), y) .$$
#
# Now the argument above applies word for word, with $g$ in the place of $w$: to raise the loss as
# far as possible, let every pixel take its full step in the direction of its own gradient. Then
# bring the pixels that left $[0, 1]$ back to the edge:
#
# $$x_{\mathrm{adv}} = \mathrm{clamp}\big(x + \epsilon \, \mathrm{sign}(g),\; 0,\; 1\big) .$$
#
# This is the **fast gradient sign method**, FGSM (Goodfellow, Shlens and Szegedy, *Explaining and
# harnessing adversarial examples*, 2015).
#
# Three remarks that save an hour of searching:
#
# - The gradient is with respect to the **image**. The weights stay where they are, and so do the
#   `.grad` of the parameters: somebody may be in the middle of training.
# - The size of the gradient is thrown away, only the signs count. A pixel whose gradient is exactly
#   zero stays as it is: $\mathrm{sign}(0) = 0$.
# - Clamping can only make a change smaller: $x$ lies in $[0, 1]$ itself. So the budget survives it.

# %% [markdown]
# The cell below gives you a function that refuses arguments which make no sense. Yours call it
# first.

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
# No. The mean is the sum divided by the number of images, a positive number, and a positive factor
# does not change a sign. It would matter for an attack that uses the size of the gradient. What
# would be wrong is a batch in which one image influences another, as batch normalisation in
# training mode does: then the gradient of one image's loss reaches into its neighbours. That is one
# reason for evaluation mode.

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
    magnify=1 / (2 * limit),
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# The change is not random: its patches follow the strokes and the gaps between them. Black
# background can only get lighter and full white only darker: the clamp takes back the steps that
# lead outside.

# %% [markdown]
# ## Epsilon has a unit
#
# Here epsilon is in **pixel units**: the image runs from 0 to 1, and 8/255 means eight of the 256
# grey levels. Many networks do not take such images, though. They take *normalised* ones,
# $z = (x - \mu) / \sigma$, and an epsilon applied there is another number:
#
# $$
# |\Delta z| = |\Delta x| / \sigma \quad\Longrightarrow\quad
# \epsilon_{\text{pixels}} = \sigma \, \epsilon_{\text{normalised}} .
# $$
#
# For MNIST, where $\sigma = 0.3081$ is customary, that is a factor of three; for images scaled to
# $[-1, 1]$ ($\sigma = 0.5$) it is two. Three reports that you can find on the web print tables of
# FGSM on MNIST. Here are their own numbers: epsilon as printed, and the accuracy in per cent.

# %% data: PRINTED_CURVES from solutions.reproductions.printed

# %% [markdown]
# *A* is "MNIST Adversarial Machine Learning Experiment Report" (2025), in pixels. *C* is
# "Adversarial Attacks on ResNet: MNIST Digit Classification", whose images run from −1 to 1. *B* is
# "Understanding Adversarial Attacks Through MNIST" (2025): its program applies epsilon to
# normalised images, and its table does not say in which unit it counts. So *B* can be read in two
# ways. Put all of them on one axis, in pixels.


# %%
def in_pixels(curve: dict[float, float], pixels_per_unit: float) -> dict[float, float]:
    """A printed curve with its epsilons in pixel units."""
    return {printed * pixels_per_unit: percent for printed, percent in curve.items()}


converted = {
    "A": in_pixels(PRINTED_CURVES["A"], 1.0),
    "C": in_pixels(PRINTED_CURVES["C"], 0.5),
    "B, if it counts in pixels": in_pixels(PRINTED_CURVES["B"], 1.0),
    "B, if it counts as its program does": in_pixels(PRINTED_CURVES["B"], 0.3081),
}
for report, curve in converted.items():
    last = max(curve)
    print(f"{report:36} ends at {last:.4f} = {last * 255:4.1f}/255 with {curve[last]:.2f} %")
figure = attack_plots.printed_and_converted({key: PRINTED_CURVES[key] for key in "ACB"}, converted)
print(plots.alt_text(figure))
figure

# %% [markdown]
# Three lessons:
#
# - On the left, *C*'s network seems to last about as long as *B*'s. It gives in at half of the
#   printed number: a reader who takes *C*'s last epsilon for pixels believes in twice the
#   robustness that was measured.
# - *A* calls its network naturally robust. Its whole curve lies in the top left corner: the attacks
#   that it compares itself with used budgets several times as large.
# - *B*'s two readings are a factor of three apart, and the table alone does not tell which was
#   meant. The course's page "Published results, audited" runs its program again in both readings:
#   the table comes out in one of them, and it is not the one that the printed program has.
#
# >> To think about: how could you tell the unit of a published epsilon, if nobody wrote it down?
# Look for where images are prepared: a `Normalize` before the attack, or a network that begins with
# one. Look at the clamp after the step: $[0, 1]$ goes with pixels, $[-1, 1]$ with images scaled to
# it. Look at a printed picture: with 0.3 in pixels the digit swims in grey. And run the program at
# one epsilon in each unit; only one of them gives the table. If all that fails, the number cannot
# be compared with any other, and a report should say so.

# %% [markdown]
# The remedy is a convention. In this course a model takes images in $[0, 1]$ and normalises them
# **inside**, as its first layer. Then every epsilon outside is in pixels, for every network.
#
# >> To think about: a program attacks normalised inputs and clamps them to [0, 1]. What is wrong?
# With the customary mean 0.1307 and standard deviation 0.3081, the pixels 0 and 1 become
# $(0 - 0.1307)/0.3081 \approx -0.42$ and $(1 - 0.1307)/0.3081 \approx 2.82$. A clamp to $[0, 1]$
# lifts every black pixel from −0.42 to 0, far more than epsilon, and cuts the white ones from 2.82
# to 1. The images are changed before the attack has done anything. Clamp to $[-0.42, 2.82]$, or
# better, attack in pixel units.

# %% [markdown]
# ## What to count
#
# The accuracy under attack mixes two things: images that the attack turned, and images that the
# network got wrong anyway. To judge the *attack*, leave the second kind out:
#
# $$\text{success rate} = \frac{\text{right before and wrong after}}{\text{right before}} .$$
#
# With a network that is right on 60 of 100 images, of which 30 stay right after the attack, the
# accuracy under attack is 30 %, so "100 % minus accuracy" would be 70 %. But the attack turned 30
# of 60: its success rate is 50 %.

# %% [markdown] card: attack_success_rate
# difficulty: 1
# minutes: 10
# needs: `argmax` and boolean tensors, which combine with `&`.
# gets: the number that tells how good an attack is, separate from how good the network is.


# %% stub: attack_success_rate from solutions.fgsm
def attack_success_rate(
    model: nn.Module, images: Tensor, adversarial: Tensor, labels: Tensor
) -> float:
    """Return the fraction of the correctly classified images that the attack turned wrong.

    Args:
        model: takes images, returns logits; left as it was.
        images: (n, C, H, W) in [0, 1], before the attack.
        adversarial: the same images in the same order, after it.
        labels: (n,), the true classes, int64.

    Returns:
        A Python float in [0, 1]. If the model was right on no image, there was nothing to
        turn: 0.0.

    Raises:
        ValueError: images and adversarial differ in shape, or there is not one label per image.
    """
    # 1. Refuse shapes that do not fit.
    # 2. In evaluation mode and without gradients: which images were right before?
    # 3. Which are wrong after?
    # 4. Divide the number that are both by the number that were right before (mind 0 of 0).


# %% [markdown]
# >> Hint 1: where to begin
# Write the two boolean tensors first, `(n,)` each: `right_before` and `wrong_after`. Print their
# sums.
#
# >> Hint 2: the idea
# The denominator is the number that were right *before*, not `len(images)`. An image that was wrong
# before belongs in neither count, even if the attack happens to make it right.
#
# >> Hint 3: nearly the code
# `(right_before & wrong_after).sum() / right_before.sum()` is a tensor; wrap counts in `int(...)`
# to divide Python numbers. Test `if not right_before.any()` first.

# %% check: attack_success_rate

# %%
adversarial_test = fgsm(victim, data.test.images, data.test.labels, limit)
accuracy_attacked = accuracy(victim, adversarial_test, data.test.labels)
rate = attack_success_rate(victim, data.test.images, adversarial_test, data.test.labels)
print(f"accuracy: clean {clean_accuracy:.1%}, under FGSM {accuracy_attacked:.1%}")
print(f"success rate of FGSM at epsilon {limit}: {rate:.1%}")

# %% [markdown]
# ## A whole curve from one gradient
#
# One epsilon is one point. The interesting question is where a network breaks, and that takes a
# curve. Look at the formula again: $g$ is taken at the clean image, so it does not depend on
# $\epsilon$. One gradient serves the whole curve, and each further point costs one forward pass.

# %% [markdown] card: robustness_curve
# difficulty: 2
# minutes: 15
# needs: your `loss_gradient`, and `accuracy` from `course.metrics`.
# gets: the figure that most papers on the subject begin with.


# %% stub: robustness_curve from solutions.fgsm
def robustness_curve(
    model: nn.Module, images: Tensor, labels: Tensor, epsilons: Sequence[float]
) -> list[float]:
    """Return the accuracy under FGSM at each epsilon, in the order given.

    Args:
        model: takes images, returns logits; left as it was.
        images: (n, C, H, W) in [0, 1]; not changed.
        labels: (n,), the true classes, int64.
        epsilons: numbers >= 0 in pixel units, in any order; 0 gives the clean accuracy.

    Returns:
        One accuracy in [0, 1] for each epsilon.

    Raises:
        ValueError: as `fgsm` does, for any of the epsilons.
    """
    # 1. Let `check_attack` look at every epsilon, before anything is computed.
    # 2. Take the sign of the gradient, once.
    # 3. For each epsilon: step, clamp, and measure the accuracy.


# %% [markdown]
# >> Hint 1: where to begin
# Start with a loop that calls `fgsm` for each epsilon. It is right, and several times too slow.
# What does every turn of the loop compute again?
#
# >> Hint 2: the idea
# Everything up to `sign` can stand above the loop. Inside remain a multiplication, an addition, a
# clamp and a call of `accuracy`.
#
# >> Hint 3: nearly the code
# `direction = loss_gradient(model, images, labels).sign()`, then for each epsilon
# `accuracy(model, (images + epsilon * direction).clamp(0, 1), labels)`. Each image moves from the
# *original*; do not add to what the turn before left.

# %% check: robustness_curve

# %% [markdown]
# ## The control: the same budget, without the gradient
#
# An attack deserves its name only if it does more than noise. The strongest noise within the budget
# moves every pixel by the full epsilon, up or down by the toss of a coin. The band around each
# curve is Wilson's 95 % interval: what a test set of this size leaves open.


# %%
def with_intervals(rates: list[float], total: int) -> tuple[list[float], list[float]]:
    """The lower and the upper ends of the intervals of a curve."""
    ends = [wilson_interval(round(each * total), total) for each in rates]
    return [low for low, _ in ends], [high for _, high in ends]


grid = [step * limit / 4 for step in range(9)]
coin = torch.Generator().manual_seed(0)
heads = torch.randint(0, 2, data.test.images.shape, generator=coin) * 2.0 - 1
noise_curve = [
    accuracy(victim, (data.test.images + each * heads).clamp(0, 1), data.test.labels)
    for each in grid
]
curves = {
    "random signs": noise_curve,
    "FGSM": robustness_curve(victim, data.test.images, data.test.labels, grid),
}
figure = plots.robustness_curve(
    grid,
    curves,
    intervals={name: with_intervals(line, len(data.test)) for name, line in curves.items()},
    chance=1 / data.num_classes,
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# Two things to read off. The same amount of change does little when its signs are random, and a
# great deal when they follow the gradient. And a curve that falls below guessing is nothing
# strange: an attacker who knows the answer makes the network avoid it. "Worse than guessing" means
# below the dotted line, at one in ten here. Report *B* says it of its accuracy at 0.2; look up in
# its table how far above the line that is.
#
# >> To think about: at a large epsilon, FGSM's curve can rise again. Does a larger budget help?
# Not the defender; the attack is at fault. The approximation holds close to the image. A long step
# may overshoot the region where the loss is high. An attacker with a large budget may always take a
# smaller step, so the *best* attack gets no weaker. A curve that rises tells you that the attack is
# not the best one. Assignment 4 takes many small steps instead.

# %% [markdown]
# ## How sure is it, and what does it say instead?
#
# Could one spot the attacked images by the network's own doubt? Compare how sure it is of the
# answers it gives.

# %%
figure = plots.confidence_histograms(
    confidence(victim, data.test.images), confidence(victim, adversarial_test)
)
print(plots.alt_text(figure))
figure

# %%
sure = confidence(victim, adversarial_test) > 0.9
fooled = predict(victim, adversarial_test).argmax(dim=1) != data.test.labels
wrong_though_sure = (fooled & sure).sum().item() / max(1, sure.sum().item())
print(f"of the answers under attack that are over 90 % sure, {wrong_though_sure:.0%} are wrong")

# %% [markdown]
# The two heaps overlap. A threshold on confidence would lose many clean images and still let
# attacked ones through, and this attacker did not even try to look confident. One who knows of the
# threshold will.
#
# The confusion matrix says what the wrong answers are. Rows are true classes, columns answers.

# %%
answers = predict(victim, data.test.images).argmax(dim=1)
answers_attacked = predict(victim, adversarial_test).argmax(dim=1)
figure = plots.confusion_matrices(
    confusion_matrix(data.test.labels, answers, data.num_classes),
    confusion_matrix(data.test.labels, answers_attacked, data.num_classes),
    data.classes,
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# The wrong answers are not spread evenly. The attack pushes each class towards the neighbour that
# is easiest to reach, so a few columns fill up.

# %% [markdown]
# ## Does it work on a network it never saw?
#
# So far the attacker knew everything. Take that away: let the attacker train a network of their own
# on images of the same kind, attack *that*, and send the result to yours. Such a **transfer** needs
# neither your weights nor a single answer of your network (Papernot, McDaniel and Goodfellow,
# *Transferability in machine learning*, 2016). Before you run it, guess: which of the three
# networks below is hurt most by images made for the victim?

# %%
others = {
    "the victim itself": victim,
    "same layers, other start": build("strided-cnn", seed=1),
    "other layers": build("tiny-cnn", seed=2),
    "linear": linear,
}
for stranger in (others["same layers, other start"], others["other layers"]):
    fit(stranger, data.train.images, data.train.labels, plain_recipe(budget(PROFILE).cnn_epochs))
slopes = loss_gradient(victim, data.test.images, data.test.labels).sign()
transfer = {
    title: [
        accuracy(network, (data.test.images + each * slopes).clamp(0, 1), data.test.labels)
        for each in grid
    ]
    for title, network in others.items()
}
own = {
    title: robustness_curve(network, data.test.images, data.test.labels, [limit])[0]
    for title, network in others.items()
}
for title, line in transfer.items():
    print(
        f"{title:26} clean {line[0]:6.1%}, at {limit}: {line[4]:6.1%}, own FGSM {own[title]:6.1%}"
    )

# %%
figure = plots.robustness_curve(
    grid,
    {**transfer, "the victim, random signs": noise_curve},
    chance=1 / data.num_classes,
    title="Images made against one network, shown to others",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# The images hurt networks that had no part in making them, far more than random signs of the same
# size do: all of them learned from the same images, so they lean on the same strokes. And they hurt
# less than an attack on the network itself, which is the last column. So keeping the weights secret
# helps a little, against an attacker who does not try again; it is no defence to rely on.
#
# >> To think about: a report attacks its network with images made for another. What did it measure?
# How much an attacker gets without looking, which is a threat model of its own, and a weak one. As
# a measure of robustness it is an upper bound that hardly binds: the white-box number can only be
# lower. It is useful as an alarm. If transferred images hurt *more* than a network's own gradient
# does, that gradient is broken or hidden, and the white-box number is worth nothing.

# %% [markdown]
# ## What you can now do
#
# - Say what an attacker may do before you say what a network withstands.
# - Derive FGSM from a linear model, and write it so that it leaves everything else untouched.
# - Bring an epsilon to pixel units, and doubt a curve without a unit.
# - Tell success rate and accuracy apart, and draw a curve with one gradient, intervals and a
#   control.
# - Try an attack on a network that it was not made for, and say what that shows.
#
# One step is the weakest attack worth the name. That a network withstands it proves little:
# assignment 4 repeats the step, and assignment 5 trains networks against it.
