# ruff: noqa: F401  (what the inserted reference code uses)

# %% [markdown]
# # 4 · Attack it better: many small steps
#
# Repeat the step, stay within the budget, and count an image as safe only if nothing you tried
# breaks it.
#
# One gradient step is a guess about a landscape seen from one point. A network that survives it may
# be robust, or it may only bend its loss so that the guess goes wrong. You will write the attack
# that robustness claims are held against, find out when it fails too, and count in the way that
# leaves the least room for wishful thinking.

# %% [markdown]
# ## Set up
#
# Change `"digits"` to `"mnist"` for the real thing. Fetch it first, once and with the internet at
# hand: `course data download mnist`. `probe` holds the images that are attacked: few, so that it is
# quick; differences of a few per cent are noise.

# %%
import math
from collections.abc import Callable, Sequence
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder import check
from course import attack_plots, plots
from course.budget import budget
from course.data import load
from course.inputs import check_images, check_labels, check_size
from course.metrics import accuracy, evaluating, predict
from course.models import build
from course.training import Recipe, fit, plain_recipe

PROFILE = "digits"

limit = budget(PROFILE).epsilon
data = load(PROFILE).take(budget(PROFILE).train_images, budget(PROFILE).test_images)
probe = data.test[:100]
shape = {
    "in_channels": data.image_shape[0],
    "image_size": data.image_shape[1],
    "num_classes": data.num_classes,
}
victim = build("tiny-cnn", seed=0, **shape)
fit(victim, data.train.images, data.train.labels, plain_recipe(budget(PROFILE).cnn_epochs))
print(f"right on {accuracy(victim, probe.images, probe.labels):.1%} of {len(probe)} images")
print(f"epsilon {limit}")

# %% [markdown]
# ## From one step to many
#
# FGSM takes the loss for a plane: it reads the slope at the clean image and walks to the corner of
# the budget where that plane is highest. A network's loss is no plane. It bends, and after a short
# walk the slope points elsewhere. So walk a little, look again, and repeat:
#
# $$x_{t+1} = P\big(x_t + \alpha \, \mathrm{sign}(\nabla_x L(f(x_t), y))\big) .$$
#
# Two things are new.
#
# - $\alpha$, the **step size**, is smaller than $\epsilon$; the steps together should still be able
#   to cross the budget.
# - $P$, the **projection**, brings a point back to where the attacker may go. That is everywhere
#   within $\epsilon$ of the *original* image $x$ and within $[0, 1]$. Every pixel has its own
#   interval, so the nearest allowed point is found by cutting off, pixel by pixel:
#
# $$P(z) = \mathrm{clamp}\big(x + \mathrm{clamp}(z - x,\, -\epsilon,\, \epsilon),\; 0,\; 1\big) .$$
#
# The most common mistake is to measure from the step before, $x_t$. Every single step then looks
# harmless, and ten of them add up to ten times what was allowed.
#
# ### Where to begin
#
# At the image itself, or at a random point of the budget: $x_0 = P(x + u)$, each pixel of $u$
# uniform between $-\epsilon$ and $\epsilon$. A random start has two merits. It leaves the clean
# image, around which a defence may have flattened the loss. And it can be repeated: another start
# climbs another hill, and the attacker keeps the best.
#
# With the random start this is **projected gradient descent**, PGD (Madry and others, *Towards deep
# learning models resistant to adversarial attacks*, 2018); without it, the basic iterative method
# (Kurakin, Goodfellow and Bengio, 2017). It climbs, whatever the name says: an attacker's descent
# is on minus the loss. With one step of size $\epsilon$ from the image itself, PGD is FGSM.

# %% [markdown]
# You are given the check of arguments from assignment 3, and the loss with one number per image.
# `pgd` takes the loss as a parameter, because further down you will give it another one.

# %% given: check_attack from solutions.fgsm

# %% given: cross_entropy from solutions.pgd

# %% [markdown] card: pgd
# difficulty: 3
# minutes: 35
# needs: your FGSM from assignment 3, and the two formulas above; `evaluating(model)` from the first
#   cell, which puts a model in evaluation mode for a block and its modes back afterwards.
# gets: the attack that claims of robustness are tested with.


# %% stub: pgd from solutions.pgd
def project(images: Tensor, moved: Tensor, epsilon: float) -> Tensor:
    """Bring points back to where the attacker may go.

    Args:
        images: (n, C, H, W), the originals, in [0, 1].
        moved: the same shape, anywhere.
        epsilon: the largest change of a pixel, >= 0, in pixel units.

    Returns:
        (n, C, H, W): the nearest points that are within epsilon of the images and in [0, 1].
    """
    # 1. Cut the change off at epsilon, in both directions.
    # 2. Cut the pixels off at 0 and 1.


def pgd(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilon: float,
    *,
    step_size: float,
    steps: int,
    random_start: bool = True,
    generator: torch.Generator | None = None,
    loss: Callable[[Tensor, Tensor], Tensor] = cross_entropy,
) -> Tensor:
    """Raise the loss by repeated sign steps that stay within epsilon of the images.

    Args:
        model: takes images, returns logits; left as it was, its `.grad` and modes too.
        images: (n, C, H, W), float32 in [0, 1]; not changed.
        labels: (n,), int64.
        epsilon: the largest change of a pixel, >= 0, in pixel units.
        step_size: how far a pixel moves in one step, >= 0, in pixel units.
        steps: how many steps, >= 0; 0 returns the start.
        random_start: begin at a random point within epsilon, not at the images.
        generator: the source of the random start, to make it repeatable; None takes
            PyTorch's own.
        loss: takes logits and labels, returns one number for each image.

    Returns:
        (n, C, H, W), detached, in [0, 1], nowhere further than epsilon from the images.

    Raises:
        ValueError: epsilon is negative or not finite, step_size or steps is negative, or there
            is not one label per image.
    """
    # 1. Let `check_attack` look at the arguments; look at step_size and steps yourself.
    # 2. Start at the images, or at images + uniform noise in [-epsilon, epsilon], projected.
    # 3. In evaluation mode, repeat: gradient of the summed loss at the present point; a step of
    #    its sign; projection.


# %% [markdown]
# >> Hint 1: where to begin
# Take your FGSM and put the step into a loop that starts from where the last step ended. Test it
# with `steps=1`, `step_size=epsilon` and no random start: that must be FGSM, pixel for pixel.
#
# >> Hint 2: the idea
# Each turn needs a gradient at a new point. Detach the point from the turn before, then
# `requires_grad_()` it again; otherwise the record of operations grows with each turn. If pixels
# move too far, look at what you subtract in the projection: it must be `images`, the tensor that
# the function was called with.
#
# >> Hint 3: nearly the code
# `moved = point.detach() + step_size * gradient.sign()`, then
# `point = project(images, moved, epsilon)`, and `project` is
# `(images + (moved - images).clamp(-epsilon, epsilon)).clamp(0, 1)`. Noise:
# `torch.empty_like(images).uniform_(-epsilon, epsilon, generator=generator)`.

# %% check: pgd

# %% [markdown]
# >> To think about: in the projection, may one clamp to [0, 1] first and to epsilon second?
# Yes, here. Each pixel may lie where two intervals overlap, $[x_i - \epsilon, x_i + \epsilon]$ and
# $[0, 1]$, and they do overlap, since $x_i$ is in both. Cutting off at the ends of one and then of
# the other ends in the overlap, in either order. For a budget in the Euclidean norm it would be
# wrong: there the pixels share one budget, and cutting one off changes what the others may do.

# %% [markdown]
# ## How large a step, and how many?
#
# The loss after each step answers that. The next cell takes forty images and runs the attack with
# no step, with one, with two, and so on.

# %%
few = probe[:40]


def climb(step_size: float, steps: int) -> list[float]:
    """The mean loss on a few images before the first step and after each."""
    losses = []
    for count in range(steps + 1):
        moved = pgd(
            victim,
            few.images,
            few.labels,
            limit,
            step_size=step_size,
            steps=count,
            random_start=False,
        )
        losses.append(cross_entropy(predict(victim, moved), few.labels).mean().item())
    return losses


fgsm_loss = climb(limit, 1)[-1]
climbs = {f"epsilon / {part}": climb(limit / part, 16) for part in (1, 4, 16, 64)}
figure = attack_plots.convergence(
    {**climbs, "FGSM": [fgsm_loss] * 17},
    title="The loss climbs, unless steps are too large or too small",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# Steps of the whole epsilon begin as FGSM does and gain from every further look, but they only ever
# visit corners of the budget, and end lower. Steps of $\epsilon/64$ are far from any result:
# sixteen of them reach a quarter of the budget. In between there is room. A customary choice is
# $\alpha = 2.5\,\epsilon / \text{steps}$, enough to cross the budget and come back a little (Madry
# and others, 2018).
#
# A figure like this belongs to every evaluation. If the curve still rises at its right end, the
# attack was stopped too early, and the robustness that it reports belongs to the lack of patience.
#
# ### Restarts
#
# One start may end on a small hill. Take several, and let an image count as broken if any of them
# breaks it.

# %%
broken = torch.zeros(len(probe), dtype=torch.bool)
left = [1 - broken.float().mean().item()]
for restart in range(5):
    moved = pgd(
        victim,
        probe.images,
        probe.labels,
        limit,
        step_size=limit / 4,
        steps=20,
        generator=torch.Generator().manual_seed(restart),
    )
    broken |= predict(victim, moved).argmax(dim=1) != probe.labels
    left.append(1 - broken.float().mean().item())
print("survivors after each restart:", ", ".join(f"{share:.0%}" for share in left[1:]))

# %% [markdown]
# The number can only fall, and soon hardly does. On a plain network the hills are alike, and one
# start is nearly enough; on a defended one the first few restarts often find a per cent or two.

# %% [markdown]
# ## A loss that cannot be switched off
#
# Cross-entropy has a weak spot. Its gradient with respect to the logits is $p - e_y$: the
# probabilities, less 1 at the true class. When the network is very sure, the true class's $p$
# rounds to exactly 1 in float32, and what is left of the others underflows: the gradient is exactly
# 0, $\mathrm{sign}(0) = 0$, and the attack stands still. A network becomes that sure by a trick
# that changes none of its answers: multiply the logits by a large number.
#
# The **margin** has no such spot (Carlini and Wagner, *Towards evaluating the robustness of neural
# networks*, 2017):
#
# $$m(z, y) = \max_{j \ne y} z_j - z_y .$$
#
# It is the lead of the best wrong class over the true one. It is positive exactly when the image is
# misclassified, so raising it is what an attacker wants; and its gradient with respect to the
# logits is $+1$ at one class and $-1$ at another, however large the logits are.

# %% [markdown] card: margin_loss
# difficulty: 2
# minutes: 15
# needs: `gather`, or `F.one_hot` with `masked_fill`; a maximum over the classes.
# gets: a loss for `pgd` that scaling the logits cannot blind.


# %% stub: margin_loss from solutions.pgd
def margin_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return, for each image, the best wrong class's logit minus the true class's.

    Args:
        logits: (n, k) with k >= 2, any numbers, all of them negative perhaps.
        labels: (n,), the true classes, int64.

    Returns:
        (n,), with a gradient: one number for each image, positive where it is misclassified.

    Raises:
        ValueError: the shapes are others.
    """
    # 1. Refuse shapes that do not fit.
    # 2. Mark the true class of each image.
    # 3. Take it out, and find the largest of the others.
    # 4. Subtract the true class's logit.


# %% [markdown]
# >> Hint 1: where to begin
# Write down three logits and a label, and work the margin out by hand. Try a case where the true
# class is the largest, and one where every logit is negative.
#
# >> Hint 2: the idea
# The true class must not win the maximum. Replacing its logit by 0 does not prevent that when all
# the others are negative; replacing it by minus infinity does.
#
# >> Hint 3: nearly the code
# `is_true = F.one_hot(labels, logits.shape[1]).bool()`. Then `logits[is_true]` is the true one of
# each image, and `logits.masked_fill(is_true, float("-inf")).amax(dim=1)` the best of the others.

# %% check: margin_loss

# %% [markdown]
# Now the trick, live: the same network with its logits multiplied. Every answer stays the same.


# %%
class Scaled(nn.Module):
    """A network whose logits are multiplied by a constant."""

    def __init__(self, inner: nn.Module, factor: float) -> None:
        super().__init__()
        self.inner, self.factor = inner, factor

    def forward(self, images: Tensor) -> Tensor:
        return self.factor * self.inner(images)


def left_by(network: nn.Module, attack: Callable[..., Tensor]) -> float:
    """The accuracy that an attack leaves on the probe, at the full budget."""
    moved = attack(network, probe.images, probe.labels, limit)
    return accuracy(network, moved, probe.labels)


by_entropy = partial(pgd, step_size=limit / 4, steps=20, random_start=False)
by_margin = partial(by_entropy, loss=margin_loss)
factors = [1.0, 10.0, 100.0, 1000.0, 10000.0]
left_by_entropy = [left_by(Scaled(victim, factor), by_entropy) for factor in factors]
left_by_margin = [left_by(Scaled(victim, factor), by_margin) for factor in factors]
for factor, first, second in zip(factors, left_by_entropy, left_by_margin, strict=True):
    print(
        f"logits x {factor:7.0f}: {first:6.1%} left by cross-entropy, {second:6.1%} by the margin"
    )
figure = plots.robustness_curve(
    list(range(len(factors))),
    {"PGD on the cross-entropy": left_by_entropy, "PGD on the margin": left_by_margin},
    x_label="zeros in the factor on the logits",
    title="Scaled logits blind the cross-entropy, not the margin",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# Nothing about the network is more robust than before. A report with the upper curve alone would
# call the last network the best defence of its year. Such **gradient masking** need not be on
# purpose: long training without weight decay drives logits up as well.
#
# >> To think about: could one attack the scaled network with cross-entropy after all?
# Yes. Divide the logits by the factor before the loss, or compute the gradient in float64, which
# rounds later. Both need somebody who has noticed. That is the use of a second loss: it notices.

# %% [markdown]
# ## The worst case
#
# You now have several attacks. Which number do you report? The attacker needs **one** success on an
# image, by whatever means. So an image is safe only if it survives *every* attack, and the clean
# look too:
#
# $$\frac{1}{n} \sum_i \; \min_{a \in \text{attacks}} \;
# \big[\, f(a(x_i)) = y_i \,\big] .$$
#
# The minimum is **inside** the sum, image by image. The smallest of the single accuracies has it
# outside, and is never lower: attacks break different images (Carlini and others, *On evaluating
# adversarial robustness*, 2019). With ten images, if one attack breaks the first three and another
# the last three, each leaves 70 %, and the worst case is 40 %.
#
# One more rule. An attack may be somebody else's, and may leave the budget. Its answer is brought
# back before it is counted: what is outside proves nothing.

# %% [markdown] card: worst_case_accuracy
# difficulty: 2
# minutes: 15
# needs: your `project`, `predict` from `course.metrics`, and boolean tensors.
# gets: the number that belongs into a report, an honest upper bound of robust accuracy.


# %% stub: worst_case_accuracy from solutions.pgd
def worst_case_accuracy(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilon: float,
    attacks: Sequence[Callable[[nn.Module, Tensor, Tensor, float], Tensor]],
) -> float:
    """Return the fraction of images that stay correctly classified whatever attack is used.

    Args:
        model: takes images, returns logits; left as it was.
        images: (n, C, H, W), float32 in [0, 1]; not changed.
        labels: (n,), the true classes, int64.
        epsilon: the largest change of a pixel, >= 0, in pixel units.
        attacks: functions of (model, images, labels, epsilon) that return adversarial images.
            What they return is projected into the budget before it counts. With no attack, the
            result is the clean accuracy.

    Returns:
        A Python float in [0, 1]: images that are right when clean and after each attack, over
        all images.

    Raises:
        ValueError: there are no images, or `check_attack` refuses the arguments.
    """
    # 1. Let `check_attack` look at the arguments; refuse an empty set.
    # 2. Which images are right without any attack?
    # 3. For each attack: attack the original images, project, and keep only those of the
    #    survivors that are still right.
    # 4. The share of all images that is left.


# %% [markdown]
# >> Hint 1: where to begin
# Write it for one attack: a boolean tensor `survived`, `(n,)`, from the clean images, and a second
# one from the attacked images. Combine them with `&`.
#
# >> Hint 2: the idea
# Keep one boolean per image through the whole loop and take the mean once, after it. A mean inside
# the loop forgets which images they were.
#
# >> Hint 3: nearly the code
# `adversarial = project(images, attack(model, images, labels, epsilon), epsilon)`, then
# `survived &= predict(model, adversarial).argmax(dim=1) == labels`. At the end
# `survived.float().mean().item()`.

# %% check: worst_case_accuracy

# %% [markdown]
# ## When FGSM lies
#
# Now a network that somebody trained against FGSM, with a generous budget, and tested with FGSM.

# %%
generous = max(0.2, 1.5 * limit)


def fgsm_first(network: nn.Module, batch: Tensor, targets: Tensor, done: float) -> Tensor:
    """Attack a training batch with FGSM, epsilon growing over the first half of the training."""
    now = generous * min(1.0, 2 * done)
    return pgd(network, batch, targets, now, step_size=now, steps=1, random_start=False)


pretender = build("strided-cnn", seed=0, **shape)
fit(
    pretender,
    data.train.images,
    data.train.labels,
    Recipe(2 * budget(PROFILE).adversarial_epochs, 64, "adam", 0.002, "constant"),
    perturb=fgsm_first,
)
grid = [step * generous / 4 for step in range(5)]
lines: dict[str, list[float]] = {"FGSM": [], "PGD": [], "worst case": []}
for each in grid:
    single = partial(pgd, step_size=each, steps=1, random_start=False)
    entropy = partial(pgd, step_size=each / 4, steps=20)
    margin = partial(entropy, loss=margin_loss)
    for title, attacks in {
        "FGSM": [single],
        "PGD": [entropy],
        "worst case": [single, entropy, margin],
    }.items():
        torch.manual_seed(0)  # the same random starts in every line
        lines[title].append(
            worst_case_accuracy(pretender, probe.images, probe.labels, each, attacks)
        )
figure = plots.robustness_curve(grid, lines, chance=1 / data.num_classes)
print(plots.alt_text(figure))
figure

# %% [markdown]
# Judged by FGSM, a fine defence: at the budget it was trained for, most images survive. Judged by
# PGD, hardly any do. The network has learned where FGSM arrives and made that one corner
# harmless. Assignment 5 shows how that happens during training, and how to prevent it. Here the
# lesson is about tests: **an attack that a defence was built against is no test of it**, and a line
# that does not fall as epsilon grows is a fault of the attack.

# %% [markdown]
# ## An attack without gradients, as a check
#
# PGD needs gradients that mean something. Suppose a network rounds its input to a few grey levels.
# The gradient of rounding is zero wherever it exists, so neither cross-entropy nor the margin can
# climb. Is the network robust, or are we blind?
#
# Ask it without gradients. The attack below changes a random square of the image by $\pm\epsilon$,
# looks at the margin, and keeps what helped: a small relative of the Square attack (Andriushchenko
# and others, 2020). Read it; there is nothing in it that you have not met.

# %% given: _signs from solutions.random_search

# %% given: _squares from solutions.random_search

# %% given: random_search from solutions.random_search


# %%
class Rounded(nn.Module):
    """A network that sees its images in a few grey levels only."""

    def __init__(self, inner: nn.Module, levels: int) -> None:
        super().__init__()
        self.inner, self.levels = inner, levels

    def forward(self, images: Tensor) -> Tensor:
        return self.inner((images * self.levels).round() / self.levels)


by_search = partial(random_search, queries=300, generator=torch.Generator().manual_seed(0))
networks = {"plain": victim, "rounded": Rounded(victim, 8)}
for title, network in networks.items():
    print(
        f"{title:8} clean {accuracy(network, probe.images, probe.labels):6.1%}"
        f"   PGD {left_by(network, by_entropy):6.1%}"
        f"   margin {left_by(network, by_margin):6.1%}"
        f"   random search {left_by(network, by_search):6.1%}"
    )

# %% [markdown]
# On the plain network the random search is the weaker attack, by far: without a gradient it has to
# feel its way. That is as it should be. On the rounded one it breaks images that PGD leaves
# standing, and **that is an alarm**: the gradients mislead, and the number that PGD reports is
# worth nothing. The remedy is an attack made for this defence; assignment 6 has you write some.
#
# So keep the cheap search in your list of attacks, not because it is strong but because it is
# honest in another way.
#
# >> To think about: all attacks together leave 60 %. What is the robust accuracy?
# At most 60 %. Every attack gives an upper bound, and the worst case over attacks is the best upper
# bound you have. Nothing here shows that a better attack would not leave 50 %. A *lower* bound is
# another matter, a proof that no change within the budget can turn an image; such certificates
# exist, and the numbers that they give are smaller.

# %% [markdown]
# ## What you can now do
#
# - Write PGD with a projection around the original image and a repeatable random start.
# - Choose step size and number of steps by looking at the loss, and say when an attack has not
#   converged.
# - Attack a network that is too sure of itself, with the margin.
# - Count the worst case image by image, and tell a robust network from one that fools its test.
