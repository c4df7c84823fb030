# %% [markdown]
# # 4 · Attack it better: many small steps
#
# Repeat the step, stay within the budget, and count an image as safe only if nothing you tried
# breaks it.
#
# A network that survives one gradient step may be robust, or it may only bend its loss so that the
# step goes wrong. You will write the attack that robustness claims are held against, find out when
# it fails too, and count in the way that leaves the least room for wishful thinking. The lecture
# "Iterated and stronger attacks" has the pictures, and the steps of one pixel by hand.

# %% [markdown]
# ## Set up
#
# Change `"digits"` to `"signs"` for road signs in colour, or to `"mnist"` for the real thing. MNIST
# is fetched first, once and with the internet at hand: `course data download mnist`. `probe` holds
# the images that are attacked: few, so that it is quick; differences of a few per cent are noise.

# %%
import math
from collections.abc import Callable, Sequence
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder import check
from course import plots
from course.budget import budget
from course.data import load
from course.inputs import check_count, check_images, check_labels, check_size
from course.metrics import accuracy, evaluating, logits_of, predict
from course.models import build
from course.plots import attacks as attack_plots
from course.training import Recipe, fit, plain_recipe

PROFILE = "digits"

limit = budget(PROFILE).epsilon
data = load(PROFILE).take(budget(PROFILE).train_images, budget(PROFILE).test_images)
probe = data.test[:100]
victim = build("tiny-cnn", seed=0, **data.sizes)
fit(victim, data.train.images, data.train.labels, plain_recipe(budget(PROFILE).cnn_epochs))
print(f"right on {accuracy(victim, probe.images, probe.labels):.1%} of {len(probe)} images")
print(f"epsilon {limit:.3g}")

# %% [markdown]
# ## From one step to many
#
# FGSM reads the slope at the clean image and trusts it all the way to a corner of the budget. But
# the loss bends, and after a short walk the slope points elsewhere. So walk a little, look again,
# and repeat:
#
# $$x_{t+1} = P\big(x_t + \alpha \, \mathrm{sign}(\nabla_x L(f(x_t), y))\big) .$$
#
# Two things are new.
#
# - $\alpha$, the **step size**, is smaller than $\epsilon$; the steps together should still be able
#   to cross the budget.
# - $P$, the **projection**, brings a point back to where the attacker may go: within $\epsilon$ of
#   the *original* image $x$ and within $[0, 1]$. Every pixel has its own interval, so the nearest
#   allowed point is found pixel by pixel:
#
# $$P(z) = \mathrm{clamp}\big(x + \mathrm{clamp}(z - x,\, -\epsilon,\, \epsilon),\; 0,\; 1\big) .$$
#
# Measure from $x$, not from the step before: ten harmless steps would add up to ten times what was
# allowed.
#
# ### Where to begin
#
# At the image itself, or at a random point of the budget: $x_0 = P(x + u)$, each pixel of $u$
# uniform between $-\epsilon$ and $\epsilon$. A random start leaves the clean image, around which a
# defence may have flattened the loss, and it can be repeated: another start climbs another hill.
#
# With the random start this is **projected gradient descent**, PGD (Madry and others, 2018), which
# climbs, whatever the name says. With one step of size $\epsilon$ from the image itself, PGD is
# FGSM.

# %% [markdown]
# You are given the check of arguments from assignment 3, and the loss with one number per image.
# `pgd` takes the loss as a parameter, because further down you will give it another one.
#
# Three promises of the docstrings carry no points: to raise `ValueError` for arguments that make no
# sense, to leave the network and the images as they were, and to take any loss. The checks look at
# them all the same and call them *good practice*: whoever calls your functions relies on them.

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
# Yes, here. Each pixel may lie where two intervals overlap. Cutting off at the ends of one and then
# of the other ends in the overlap, in either order. For a budget in the Euclidean norm it would be
# wrong: there the pixels share one budget, and cutting one off changes what the others may do.
