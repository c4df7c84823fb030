# ruff: noqa: F401  (what the inserted reference code uses)

# %% [markdown]
# # 5 · Defend it: adversarial training
#
# Train a network on the images an attacker would send, and find out what that costs and when it
# only looks like a defence.
#
# A network learns what it is shown. If it is shown attacked images while it learns, it can learn to
# withstand them. This simple idea has outlived a crowd of cleverer ones, but it can fail in ways
# that look like success. You will write it, measure it with an attack it has not seen, break it on
# purpose, and weigh what it costs.

# %% [markdown]
# ## Set up
#
# Change `"digits"` to `"mnist"` for the real thing. Fetch it first, once and with the internet at
# hand: `course data download mnist`. Every network in this notebook has the same architecture,
# `strided-cnn`, and starts from the same weights.

# %%
import math
from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder import check
from course import attack_plots, plots
from course.budget import budget
from course.data import load
from course.inputs import check_images, check_labels, check_size
from course.metrics import accuracy, evaluating, wilson_interval
from course.models import build
from course.training import History, Recipe, fit
from course.training_loop import split_batches, training_mode

PROFILE = "digits"

limit = budget(PROFILE).epsilon
data = load(PROFILE).take(budget(PROFILE).train_images, budget(PROFILE).test_images)
probe = data.test[:300]  # twenty steps on each image take time: enough to see the differences
print(f"{len(data.train)} images to train on, {len(probe)} to attack, epsilon {limit}")


def fresh_network() -> nn.Module:
    """A new strided-cnn, the same weights every time."""
    return build(
        "strided-cnn",
        in_channels=data.image_shape[0],
        image_size=data.image_shape[1],
        num_classes=data.num_classes,
        seed=0,
    )


# %% [markdown]
# ## A game of two players
#
# Ordinary training looks for weights $\theta$ with a small loss on the images as they are. An
# attacker may move each image by a $\delta$ with $\|\delta\|_\infty \le \epsilon$, and will choose
# the worst. So ask for weights that do well against the worst:
#
# $$
# \min_\theta \; \frac{1}{n} \sum_{i=1}^{n} \;
# \max_{\|\delta_i\|_\infty \le \epsilon} \; L\big(f_\theta(x_i + \delta_i), y_i\big) .
# $$
#
# (Madry and others, *Towards deep learning models resistant to adversarial attacks*, 2018.) Two
# players act on the same number: the inner one moves the images to raise it, the outer one moves
# the weights to lower it. In small steps:
#
# 1. Hold the weights. The inner problem is an attack, and you know how to write one.
# 2. Call the best answer $\delta^*$. How does the inner maximum change when the weights move a
#    little? Only through $\theta$: at a maximum, small changes of $\delta$ make no difference to
#    first order. So the gradient of the maximum is the gradient of the loss *at* $x + \delta^*$,
#    with $\delta^*$ held fixed (Danskin's theorem).
# 3. That is an ordinary training step, on the attacked images instead of the clean ones.
#
# So the recipe is: for each batch, attack the network as it is now; then take a step on what came
# out. The attack starts anew for every batch, since yesterday's worst images are harmless to
# today's network.
#
# The theorem speaks of the maximum. An attack that finds only *some* bad $\delta$ trains against
# some attackers. Keep that in mind; the second half of this notebook is about it.

# %% [markdown]
# ## The inner player
#
# Projected gradient descent, PGD: begin at a random point within the budget, and repeat: a small
# step in the direction of the sign of the gradient, and back into the budget where the step left
# it.
#
# $$
# x_{t+1} = \mathrm{clamp}\Big(x + \mathrm{clamp}\big(
# x_t + \alpha \, \mathrm{sign}(\nabla L(x_t)) - x,\, -\epsilon,\, \epsilon
# \big),\; 0,\; 1\Big)
# $$
#
# Measure the distance from the **original** $x$, not from the step before, or the steps add up to
# more than $\epsilon$. With one step of size $\epsilon$ and no random start, PGD is FGSM.
#
# If you have done assignment 4, put your `pgd` here; if not, write it now. It has no points in this
# assignment, but nothing below works without it.

# %%
cross_entropy = partial(F.cross_entropy, reduction="none")  # one loss for each image

# %% given: check_attack from solutions.fgsm

# %% given: project from solutions.pgd


# %% stub: pgd from solutions.pgd
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
        steps: how many steps, >= 0.
        random_start: begin at a random point within epsilon, not at the images.
        generator: the source of the random start, to make it repeatable.
        loss: takes logits and labels, returns one number for each image.

    Returns:
        (n, C, H, W), detached, in [0, 1], nowhere further than epsilon from the images.

    Raises:
        ValueError: epsilon or step_size is negative or not finite, steps is negative, or there
            is not one label per image.
    """
    # 1. Let `check_attack` look at the arguments; look at step_size and steps yourself.
    # 2. Start at the images, or at images + uniform noise in [-epsilon, epsilon], clamped.
    # 3. In evaluation mode, repeat: gradient of the summed loss at the present point; step;
    #    clamp the distance from the original images to epsilon; clamp to [0, 1].


# %% [markdown]
# >> Hint 1: where to begin
# Take your FGSM and put the step into a loop that starts from where the last step ended.
#
# >> Hint 2: the idea
# Each turn needs a gradient at a new point. Detach the point from the turn before, then
# `requires_grad_()` it again; otherwise the record of operations grows with each turn.
#
# >> Hint 3: nearly the code
# `moved = point.detach() + step_size * gradient.sign()`, then
# `point = (images + (moved - images).clamp(-epsilon, epsilon)).clamp(0, 1)`. Noise:
# `torch.empty_like(images).uniform_(-epsilon, epsilon, generator=generator)`.

# %% [markdown]
# A first look: the same budget, spent in one step and in twenty, against a network trained in the
# ordinary way.


# %%
def under_attack(model: nn.Module, epsilon: float, steps: int) -> float:
    """Accuracy on the test images under FGSM (one step) or PGD (more)."""
    moved = pgd(
        model,
        probe.images,
        probe.labels,
        epsilon,
        step_size=epsilon if steps == 1 else epsilon / 4,
        steps=steps,
        random_start=steps > 1,
        generator=torch.Generator().manual_seed(1),
    )
    return accuracy(model, moved, probe.labels)


plain = fresh_network()
plain_run = fit(
    plain,
    data.train.images,
    data.train.labels,
    Recipe(budget(PROFILE).adversarial_epochs, 64, "adam", 0.002, "constant"),
)
print(f"trained on clean images: {accuracy(plain, probe.images, probe.labels):.1%} right")
print(f"  under FGSM at {limit}: {under_attack(plain, limit, 1):.1%}")
print(f"  under PGD  at {limit}: {under_attack(plain, limit, 20):.1%}")

# %% [markdown]
# ## The outer player
#
# What remains is the loop of assignment 1 with an attack inside. Four decisions come with it.
#
# - **How strong an inner attack?** Training makes an attack for every batch, so each step of it
#   costs a forward and a backward pass. Three to seven steps are usual; the steps together should
#   be able to cross the budget, for example 4 steps of $\epsilon / 2$.
# - **Warm-up.** A new network knows nothing. If it meets the full budget at once, the cheapest way
#   to lower the worst-case loss may be to answer the same class to everything, which no attack can
#   change. Some runs never get out of that. Let epsilon grow from 0 over the first part of the
#   training, so that there is something to defend before the attack gets serious.
# - **A falling learning rate.** The attack moves with the weights, so a constant rate keeps them
#   moving too. Adam with a rate of 0.004 that falls to zero over the second half settles down.
# - **Mixing.** One may train on clean and attacked images together, for example with half of the
#   loss from each. It usually costs robustness and buys clean accuracy. It is allowed; try it after
#   the plain version works.
#
# And two mistakes that cost nothing to avoid: the attack must be made with the network's *current*
# weights, inside the loop; and it must run in evaluation mode (your `pgd` does), while the step on
# the weights runs in training mode.

# %% [markdown]
# ### How it is graded
#
# The judge builds a `strided-cnn` and hands it to your function, together with images, an epsilon,
# and a number of epochs. When it is done the judge takes **the weights and nothing else**, puts
# them into a network of its own, and attacks that with several attacks of its own; an image counts
# only if it survives all of them. It compares the result with a network that the judge trained in
# the ordinary way, on the same images. Points are for the *gain* in robust accuracy, provided that
# the network is still good on clean images. So there is no use in hiding gradients, rounding
# inputs, or answering one class to everything; all that counts is what the weights can do.

# %% [markdown] card: adversarial_train
# difficulty: 4
# minutes: 60
# needs: your `pgd`, your training loop from assignment 1, and the four decisions above.
# gets: a network that withstands an attacker who knows all about it, up to a stated budget.


# %% stub: adversarial_train from solutions.adversarial_training
def adversarial_train(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    epsilon: float,
    epochs: int,
    batch_size: int = 64,
    seed: int = 0,
) -> list[float]:
    """Train the model in place so that it is right within epsilon of the images.

    Args:
        model: takes images, returns logits; its weights are changed, and when the function
            returns every module is in the mode (training or evaluation) it came in.
        images: (n, C, H, W), float32 in [0, 1]; not changed.
        labels: (n,), int64.
        epsilon: the attacker's budget, >= 0, in pixel units.
        epochs: how often each image is seen; keep to it.
        batch_size: images per step; the last batch of an epoch may be smaller.
        seed: decides the order of the images and the random starts.

    Returns:
        For each epoch the mean loss on the images trained on, as Python floats.

    Raises:
        ValueError: there are no images, or not one label per image.
    """
    # 1. Refuse what cannot be trained on. Make a generator and an optimiser.
    # 2. Remember every module's mode, and switch to training mode.
    # 3. In each epoch, for each batch of a new random order: work out how much of epsilon the
    #    warm-up allows by now.
    # 4. Attack the batch with the network as it is.
    # 5. Set the learning rate for this batch, take a step on the loss of the attacked batch, and
    #    add it up as in assignment 1.
    # 6. At the end, restore the modes.


# %% [markdown]
# >> Hint 1: where to begin
# Begin with your `train` from assignment 1 and let it pass its own checks. Then replace
# `images[batch]` in the loss by the result of an attack on it, with a fixed small epsilon.
#
# >> Hint 2: the idea
# Count the batches. With `done` of `total` batches behind you, `epsilon * min(1, 2 * done / total)`
# grows in a straight line over the first half and stays. If the loss sits near `log(10)` = 2.303
# from the second epoch on, the network answers one class to everything: slow the warm-up down, or
# lower the learning rate.
#
# >> Hint 3: nearly the code
# Per batch: `reach = ...`, then `worst = pgd(model, images[batch], labels[batch], reach, ...)` with
# `step_size=reach / 2`, `steps=4` and `generator=generator`, then
# `loss = F.cross_entropy(model(worst), labels[batch])` and the three lines of every training step.
# `pgd` leaves the model in the mode it found, so there is nothing to switch in between.

# %% check: adversarial_train

# %% [markdown]
# ## What it bought
#
# The same network, the same images, the same number of epochs; attacked with twenty steps of PGD,
# which is five times what it was trained with.

# %%
robust = fresh_network()
robust_losses = adversarial_train(
    robust,
    data.train.images,
    data.train.labels,
    epsilon=limit,
    epochs=budget(PROFILE).adversarial_epochs,
)
print("loss:", " ".join(f"{value:.3f}" for value in robust_losses))
for title, network in {"plain": plain, "robust": robust}.items():
    print(
        f"{title:7} clean {accuracy(network, probe.images, probe.labels):6.1%}"
        f"   FGSM {under_attack(network, limit, 1):6.1%}"
        f"   PGD {under_attack(network, limit, 20):6.1%}"
    )

# %% [markdown]
# The loss falls quickly, then rises for some epochs although the network gets better: the warm-up
# makes the task harder at the same time. Once epsilon stands still, it falls again. So a loss from
# the middle of a warm-up says little.
#
# One epsilon is one point. Here is the whole curve, with Wilson's 95 % intervals.

# %%
grid = [step * limit / 2 for step in range(5)]
curves = {
    "plain training": [under_attack(plain, each, 20) for each in grid],
    "adversarial training": [under_attack(robust, each, 20) for each in grid],
}
bands = {}
for title, line in curves.items():
    ends = [wilson_interval(round(each * len(probe)), len(probe)) for each in line]
    bands[title] = ([low for low, _ in ends], [high for _, high in ends])
figure = plots.robustness_curve(grid, curves, intervals=bands, chance=1 / data.num_classes)
print(plots.alt_text(figure))
figure

# %% [markdown]
# The defence reaches as far as it was trained to, and some way beyond, and then gives in. A claim
# of robustness without an epsilon is not a claim.

# %% [markdown]
# ## Two of the decisions, measured
#
# Does mixing in clean images help, and what is the warm-up good for? `fit`, the course's own
# training loop, has a seam for such questions: `perturb` changes each batch before the network
# learns from it. It may return several versions of a batch, such as clean and attacked; the loss is
# then the mean over both. First the same budget as above. Guess which column differs.


# %%
def attacked_with(
    epsilon: float,
    steps: int,
    *,
    part: float = 0.5,
    random_start: bool = True,
    warm_up: float = 0.5,
    mixed: bool = False,
) -> Callable[[nn.Module, Tensor, Tensor, float], Tensor]:
    """Attack each training batch with steps of `part` of epsilon, which grows over the warm-up."""

    def perturb(model: nn.Module, batch: Tensor, targets: Tensor, fraction_done: float) -> Tensor:
        now = epsilon * min(1.0, fraction_done / warm_up) if warm_up else epsilon
        moved = pgd(
            model,
            batch,
            targets,
            now,
            step_size=part * now,
            steps=steps,
            random_start=random_start,
        )
        return torch.cat([batch, moved]) if mixed else moved

    return perturb


histories: dict[str, History] = {}


def trained(
    title: str,
    perturb: Callable[[nn.Module, Tensor, Tensor, float], Tensor] | None,
    epsilon: float,
    epochs: int,
) -> nn.Module:
    """A fresh network, trained on what `perturb` makes of each batch; prints how it fares."""
    network = fresh_network()
    recipe = Recipe(epochs, 64, "adam", 0.002, "constant")
    histories[title] = fit(network, data.train.images, data.train.labels, recipe, perturb=perturb)
    print(
        f"{title:20} clean {accuracy(network, probe.images, probe.labels):6.1%}"
        f"   FGSM {under_attack(network, epsilon, 1):6.1%}"
        f"   PGD {under_attack(network, epsilon, 20):6.1%}"
    )
    return network


epochs = budget(PROFILE).adversarial_epochs
alone = trained("attacked only", attacked_with(limit, 4), limit, epochs)
half = trained("half and half", attacked_with(limit, 4, mixed=True), limit, epochs)

# %%
figure = plots.robustness_curve(
    grid,
    {
        "plain training": curves["plain training"],
        "attacked only": [under_attack(alone, each, 20) for each in grid],
        "half and half": [under_attack(half, each, 20) for each in grid],
    },
    chance=1 / data.num_classes,
    title="Attacked images only, and half and half",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# Both are far from plain training, and close to each other. Before you name a winner, count: with
# this many images, how many does a difference of one per cent stand for? Wilson's interval in the
# figure above was several per cent wide. In the literature the choice matters more where clean
# accuracy is hard to get: Goodfellow, Shlens and Szegedy (2015) mixed, Madry and others (2018) did
# not, and since then most do not.
#
# >> To think about: half and half takes the mean of two losses. Why not simply a smaller epsilon?
# They answer different questions. A smaller epsilon protects *every* image, less far. Mixing keeps
# the far protection, and allows the network to give it up for an image where that costs much on the
# clean one. The extension on TRADES makes the exchange rate a number that you choose.
#
# Now the warm-up, with a budget that is hard for the network. Look at the losses of both.

# %%
hard = max(0.3, 2 * limit)
for title, part_of_training in {"no warm-up": 0.0, "warm-up": 0.5}.items():
    trained(title, attacked_with(hard, 4, warm_up=part_of_training), hard, epochs)
figure = plots.training_curves(
    {title: histories[title] for title in ("no warm-up", "warm-up")},
    title="A large budget at once, and step by step",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# The cold start ends where it began. Its loss stays near $\log 10$, its accuracy is that of one
# class, and it is the same clean, under FGSM and under PGD: no attack can change an answer that
# does not depend on the image. The warm start first learns to read, and then to defend what it has
# learned. Its loss *rises* on the way, since the task gets harder, and that is no fault.
#
# >> To think about: the cold network loses nothing under attack. Is it robust?
# Perfectly, and useless. That is why a robust accuracy is always read beside the clean one, and why
# the grader asks for both. "The accuracy did not drop under attack" is true of every network that
# ignores its input.

# %% [markdown]
# ## When it only looks like a defence
#
# The inner attack is most of the cost. Why not FGSM, one step instead of four? Train with the large
# budget and more epochs, and watch both accuracies *while* the network learns: the one under FGSM,
# which is the attack it trains on, and the one under PGD. A third network learns from FGSM with a
# random start and a step a little larger than epsilon, which Wong, Rice and Kolter (*Fast is better
# than free*, 2020) propose as the cheap way out.

# %%
strong = max(0.2, 1.5 * limit)
long = 2 * epochs
watched: dict[str, list[float]] = {}


def watching(
    title: str, perturb: Callable[[nn.Module, Tensor, Tensor, float], Tensor]
) -> Callable[[nn.Module, Tensor, Tensor, float], Tensor]:
    """The same, but note the accuracies in every second epoch."""
    lines = {attack: watched.setdefault(f"{title}, {attack}", []) for attack in ("FGSM", "PGD")}

    def perturb_and_look(
        model: nn.Module, batch: Tensor, targets: Tensor, fraction_done: float
    ) -> Tensor:
        if fraction_done >= len(lines["PGD"]) * 2 / long:
            lines["FGSM"].append(100 * under_attack(model, strong, 1))
            lines["PGD"].append(100 * under_attack(model, strong, 20))
        return perturb(model, batch, targets, fraction_done)

    return perturb_and_look


one_step = attacked_with(strong, 1, part=1.0, random_start=False)
one_random = attacked_with(strong, 1, part=1.25)
rivals = {
    "FGSM": trained("FGSM", watching("FGSM-trained", one_step), strong, long),
    "FGSM, random start": trained("FGSM, random start", one_random, strong, long),
}

# %%
figure = attack_plots.convergence(
    watched,
    x_label="Every second epoch",
    y_label="Accuracy (%)",
    title="Trained on FGSM: what a test with FGSM sees, and what PGD sees",
)
print(plots.alt_text(figure))
figure

# %%
rivals["PGD"] = trained("PGD", attacked_with(strong, 4), strong, long)

# %% [markdown]
# Whoever tests with FGSM alone would hand out the first network, and be pleased: it was cheaper and
# seems as good. Under PGD it falls apart, and the figure shows it coming: one line climbs on, the
# other does not follow.
#
# It has not learned to be right around each image. It has learned to be right at the corner where
# *FGSM arrives*, and to bend its loss so that the gradient at the clean image points to harmless
# corners. This is **catastrophic overfitting**. Its sign is always the same: accuracy under the
# training attack stays or rises while accuracy under a stronger attack falls.
#
# Two remedies, both measured above. The random start moves the corner that FGSM arrives at, so that
# there is no single one to make harmless; it costs nothing, and goes a part of the way. Several
# steps find the corners wherever they are, at several times the price. Here are all three over a
# range of epsilons. The gap between the first two lines is what a test with FGSM alone hides.

# %%
far = [step * strong / 4 for step in range(6)]
lines = {"trained on FGSM, under FGSM": [under_attack(rivals["FGSM"], each, 1) for each in far]}
for title, network in rivals.items():
    lines[f"trained on {title}, under PGD"] = [under_attack(network, each, 20) for each in far]
figure = plots.robustness_curve(far, lines, chance=1 / data.num_classes)
print(plots.alt_text(figure))
figure

# %% [markdown]
# >> To think about: PGD found what FGSM missed. Does PGD miss something too?
# It may. Every attack gives an upper bound on robust accuracy: the truth is at most what the best
# attack leaves. Hence the habits of careful reports: more steps and restarts until the number stops
# falling, a second loss function (the margin of assignment 4), an attack without gradients, an
# attack designed against this very defence, and the worst case over all of them for each image. A
# guarantee takes another kind of argument, a certificate, which says that *no* change within the
# budget can matter.

# %% [markdown]
# ## What it costs
#
# Robustness has a price, in time and often in clean accuracy. First the time: each step of the
# inner attack is a forward and a backward pass, like the training step itself. So one step should
# cost about twice the time of plain training, and four steps about five times. Does it?

# %%
histories["plain training"] = plain_run
seconds = {title: each.seconds / len(each.loss) for title, each in histories.items()}
for title, each in sorted(seconds.items(), key=lambda item: item[1]):
    print(f"{title:20} {each:6.2f} s an epoch, {each / seconds['plain training']:4.1f} times plain")

# %% [markdown]
# Somewhat less, since the inner attack needs no gradient of the weights; and the times above
# contain whatever else your machine was doing. "FGSM" contains the looks at its accuracy, too.
#
# Now the clean accuracy. The budget you train for decides how much is paid. Train for several
# budgets (two of the networks are there already), and look at the clean accuracy and at the one
# under PGD, at the budget that matters to you.

# %%
candidates = {0.0: plain, limit / 2: fresh_network(), limit: robust, 2 * limit: fresh_network()}
for trained_for in (limit / 2, 2 * limit):
    adversarial_train(
        candidates[trained_for],
        data.train.images,
        data.train.labels,
        epsilon=trained_for,
        epochs=epochs,
    )
budgets = list(candidates)
clean_line, robust_line = [], []
for trained_for, candidate in candidates.items():
    clean_line.append(accuracy(candidate, probe.images, probe.labels))
    robust_line.append(under_attack(candidate, limit, 20))
    print(f"for {trained_for:.3f}: clean {clean_line[-1]:.1%}, under PGD {robust_line[-1]:.1%}")

# %%
figure = plots.robustness_curve(
    budgets,
    {"clean images": clean_line, f"under PGD at {limit}": robust_line},
    x_label="epsilon trained for (pixel units)",
    title="More robust, up to a point, and less accurate",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# To the left, robustness is cheap: it rises steeply, and the clean accuracy hardly notices. To the
# right, it levels off while the clean accuracy goes on falling. Where to stop is not a question of
# mathematics. It depends on what a wrong answer costs, how often anybody attacks, and what they may
# do. Differences of a few images between neighbouring points are within the noise of one training
# run; whoever wants to claim them trains several times.

# %% [markdown]
# ## What you can now do
#
# - Write training against an attacker as a minimum of maxima, and say why a step at the worst
#   images is the right step.
# - Train a network that withstands PGD up to a stated budget, and notice when a run has collapsed
#   to one class.
# - Tell a defence from something that has only learned its own training attack.
# - Draw the trade-off, and leave the choice to those who bear the cost.
