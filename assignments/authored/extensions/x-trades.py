# %% [markdown]
# # Extension · Buy robustness at a price you choose: TRADES
#
# Write a training loss with an exchange rate in it, and draw what each rate buys.
#
# Adversarial training asks one question: is the answer right at the worst point? TRADES (Zhang and
# others, *Theoretically principled trade-off between robustness and accuracy*, 2019) asks two: is
# the answer right at the image, and does it stay the same around it? How much the second counts is
# a number that you set. Extensions give no points. They have checks all the same, and you need
# assignment 5.

# %% [markdown]
# ## Set up
#
# Change `"digits"` to `"signs"` for road signs in colour, or to `"mnist"` for the real thing. MNIST
# is fetched first, once and with the internet at hand: `course data download mnist`.

# %%
import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder import check
from course import plots
from course.budget import budget
from course.data import load
from course.inputs import check_count, check_images, check_labels, check_seed, check_size
from course.metrics import accuracy, evaluating, logits_of
from course.models import build
from course.training_loop import split_batches, training_mode

PROFILE = "digits"

limit = budget(PROFILE).epsilon
data = load(PROFILE).take(budget(PROFILE).train_images, budget(PROFILE).test_images)
probe = data.test[:300]
print(f"{len(data.train)} images to train on, {len(probe)} to attack, epsilon {limit:.3g}")

# %% [markdown]
# ## Two questions, one loss
#
# Let $p = \mathrm{softmax}(f(x))$ be the answer at the image and $p'$ the one at a point $x'$
# within $\epsilon$ of it. How different are two answers? The **Kullback-Leibler divergence** says,
# in nats, how surprised somebody who expects $p'$ is by what $p$ does:
#
# $$\mathrm{KL}(p \,\|\, p') = \sum_j p_j \,(\log p_j - \log p'_j) .$$
#
# It is 0 when both are equal, and never negative. Take a small example: $p = (0.9, 0.1)$ and
# $p' = (0.6, 0.4)$ give $0.9 \log 1.5 + 0.1 \log 0.25 = 0.365 - 0.139 = 0.226$. The TRADES loss is
#
# $$
# L = \underbrace{-\log p_y}_{\text{right at the image}}
# \;+\; \beta \; \max_{x'} \underbrace{\mathrm{KL}(p \,\|\, p')}_{\text{the same around it}} .
# $$
#
# Note what is *not* in the second term: the label. It asks for steady answers, right or wrong. And
# both answers move when the weights move, so the gradient goes through $p$ **and** through $p'$.
# With $\beta = 0$ it is ordinary training; with a very large $\beta$ the cheapest answer is the
# same one to everything.

# %% [markdown] card: trades_loss
# difficulty: 2
# minutes: 20
# needs: `F.cross_entropy`, `F.log_softmax`, and the formula of the divergence.
# gets: one number with an exchange rate in it.


# %% stub: trades_loss from solutions.extensions.trades
def trades_loss(
    clean_logits: Tensor, adversarial_logits: Tensor, labels: Tensor, beta: float
) -> Tensor:
    """Return cross-entropy on clean images plus beta times how far attacked answers differ.

    Args:
        clean_logits: (n, k), of the images.
        adversarial_logits: (n, k), of the attacked images, in the same order.
        labels: (n,), the true classes, int64.
        beta: the weight of the second term, >= 0.

    Returns:
        One number, with a gradient by both logits: the mean over the images of
        -log p_y + beta * KL(p || p').

    Raises:
        ValueError: the logits differ in shape, there is not one label per row, or beta is
            negative.
    """
    # 1. Refuse what does not fit.
    # 2. The cross-entropy of the clean logits, a mean over the images.
    # 3. Both log-probabilities, the divergence of each image, and the mean of those.
    # 4. Put the two together.


# %% [markdown]
# >> Hint 1: where to begin
# Write the example from above as logits: `torch.tensor([[0.9, 0.1]]).log()` and
# `torch.tensor([[0.6, 0.4]]).log()`. The divergence should be 0.226.
#
# >> Hint 2: the idea
# `F.kl_div(input, target)` takes the arguments the other way round than the formula: the first is
# $\log p'$, the second is $p$, or $\log p$ with `log_target=True`. And its `reduction="mean"`
# divides by the number of *numbers*; what is wanted is `"batchmean"`, per image.
#
# >> Hint 3: nearly the code
# `F.kl_div(F.log_softmax(adversarial_logits, dim=1), F.log_softmax(clean_logits, dim=1),
# reduction="batchmean", log_target=True)`, times beta, plus
# `F.cross_entropy(clean_logits, labels)`.

# %% check: trades_loss

# %% [markdown]
# >> To think about: the attack inside begins at a random point. What would happen at the image?
# At $x' = x$ both answers are equal, the divergence is 0, and that is its smallest value: the
# gradient there is zero. What a program computes is what rounding leaves of it, with signs like the
# tosses of a coin. So the first step would be a random one, by accident and not by intention,
# and where rounding happens to leave nothing, no step at all. PGD on the cross-entropy has no such
# trouble, since the loss of the label is seldom at its minimum.

# %% [markdown]
# ## The training
#
# The inner player looks for the $x'$ with the most different answer: PGD on the divergence, with
# the clean answer held fixed. The outer player then takes a step on the whole loss. Everything else
# is as in assignment 5, the warm-up too.

# %% given: project from solutions.pgd

# %% [markdown] card: trades_train
# difficulty: 4
# minutes: 40
# needs: your `adversarial_train` and `pgd` from assignments 4 and 5, and `trades_loss`.
# gets: a defence with a dial.


# %% stub: trades_train from solutions.extensions.trades
def most_different(
    model: nn.Module, images: Tensor, epsilon: float, steps: int, generator: torch.Generator
) -> Tensor:
    """Find points within epsilon whose answers differ most from those for the images.

    Args:
        model: takes images, returns logits; left as it was.
        images: (n, C, H, W), float32 in [0, 1]; not changed.
        epsilon: the largest change of a pixel, >= 0, in pixel units.
        steps: how many steps of epsilon / 2, >= 0.
        generator: the source of the random start.

    Returns:
        (n, C, H, W), detached, in [0, 1], nowhere further than epsilon from the images.
    """
    # 1. Start at images + uniform noise in [-epsilon, epsilon], projected.
    # 2. In evaluation mode: the log-probabilities of the images, detached.
    # 3. Repeat: the divergence from them, summed; its gradient; a sign step; projection.


def trades_train(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    epsilon: float,
    beta: float,
    epochs: int,
    batch_size: int = 64,
    seed: int = 0,
) -> list[float]:
    """Train the model in place with the TRADES loss.

    Args:
        model: takes images, returns logits; its weights are changed, and when the function
            returns every module is in the mode (training or evaluation) it came in.
        images: (n, C, H, W), float32 in [0, 1]; not changed.
        labels: (n,), int64.
        epsilon: the attacker's budget, >= 0, in pixel units.
        beta: the weight of the divergence, >= 0.
        epochs: how often each image is seen.
        batch_size: images per step; the last batch of an epoch may be smaller.
        seed: decides the order of the images and the random starts.

    Returns:
        For each epoch the mean loss on the images trained on, as Python floats.

    Raises:
        ValueError: there are no images, or not one label per image.
    """
    # 1. As `adversarial_train`, with `most_different` in the place of `pgd`,
    # 2. and in the step `trades_loss` of the clean and of the moved batch.


# %% [markdown]
# >> Hint 1: where to begin
# Copy your `adversarial_train`. With `beta=0` and the attack left out it must train as before.
#
# >> Hint 2: the idea
# The step on the weights needs two forward passes, `model(images[batch])` and `model(moved)`, both
# with gradients. Only the attack holds the clean answer fixed, by `.detach()`.
#
# >> Hint 3: nearly the code
# `moved = most_different(model, images[batch], reach, 4, generator)`, then
# `loss = trades_loss(model(images[batch]), model(moved), labels[batch], beta)` and the three lines
# of every training step.

# %% check: trades_train

# %% [markdown]
# ## What each rate buys
#
# Three networks, three values of beta. The attack is twenty steps on the cross-entropy, which none
# of them was trained with.


# %%
def left_by_pgd(network: nn.Module) -> float:
    """The accuracy that twenty steps up the cross-entropy leave."""
    moved = probe.images.clone()
    with evaluating(network):
        for _ in range(20):
            moved.requires_grad_()
            loss = F.cross_entropy(network(moved), probe.labels, reduction="sum")
            (gradient,) = torch.autograd.grad(loss, moved)
            moved = project(probe.images, moved.detach() + limit / 4 * gradient.sign(), limit)
    return accuracy(network, moved, probe.labels)


betas = [0.0, 1.0, 6.0]
clean_line, robust_line = [], []
for rate in betas:
    network = build("strided-cnn", seed=0, **data.sizes)
    trades_train(
        network,
        data.train.images,
        data.train.labels,
        epsilon=limit,
        beta=rate,
        epochs=budget(PROFILE).adversarial_epochs,
    )
    clean_line.append(accuracy(network, probe.images, probe.labels))
    robust_line.append(left_by_pgd(network))
    print(f"beta {rate:g}: clean {clean_line[-1]:.1%}, under PGD {robust_line[-1]:.1%}")

# %%
figure = plots.robustness_curve(
    betas,
    {"clean images": clean_line, f"under PGD at {limit:.3g}": robust_line},
    x_label="beta, the weight of the divergence",
    title="What a steady answer costs, and what it buys",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# The first unit of beta buys most of the robustness, and the clean accuracy pays little. What
# follows costs more and brings less. Where to stop depends on what a wrong answer costs, and for
# whom.
#
# >> To think about: TRADES beats adversarial training by two per cent in a report. What do you ask?
# With which beta, and how was it chosen: on the test images? With the same epochs, network, warm-up
# and inner attack? Each from how many seeds? Under which attacks, the worst case over them? TRADES
# is trained on a divergence and often tested on the cross-entropy: does an attack on the *margin*
# tell the same story? Two per cent of these images are a handful.

# %% [markdown]
# ## What you can now do
#
# - Write a loss whose two parts can be weighed, and get the divergence the right way round.
# - Draw a trade-off and leave the choice to those who bear the cost.
