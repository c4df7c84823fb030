# %% [markdown]
# # Extension · Another budget: attacks in the Euclidean norm
#
# Give the attacker one budget for the whole image instead of one for each pixel, and see where it
# is spent.
#
# "No pixel moves by more than epsilon" is one way to say that a change is small. "The change as a
# whole is no longer than epsilon" is another. It leads to other attacks, other pictures and other
# numbers, and a defence against the one need not help against the other. Extensions give no points.
# They have checks all the same, and you need assignment 4.

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
from course.inputs import check_count, check_images, check_labels, check_size
from course.metrics import accuracy, evaluating, logits_of, predict
from course.models import build
from course.training import fit, plain_recipe

PROFILE = "digits"

limit = budget(PROFILE).epsilon
data = load(PROFILE).take(budget(PROFILE).train_images, budget(PROFILE).test_images)
probe = data.test[:200]
victim = build("tiny-cnn", seed=0, **data.sizes)
fit(victim, data.train.images, data.train.labels, plain_recipe(budget(PROFILE).cnn_epochs))
print(f"right on {accuracy(victim, probe.images, probe.labels):.1%} of {len(probe)} images")

# %% [markdown]
# ## A ball instead of a box
#
# The Euclidean length of a change $\delta$ adds up all pixels:
#
# $$\|\delta\|_2 = \sqrt{\textstyle\sum_i \delta_i^2} \;\le\; \epsilon .$$
#
# In $L_\infty$ the allowed changes form a box: each pixel has an interval of its own, whatever the
# others do. In $L_2$ they form a ball: the pixels share one budget, and whoever spends much on one
# has less for the others. So an epsilon of one norm means nothing in the other. A change of $a$ in
# all of 784 pixels has $\|\delta\|_\infty = a$ and $\|\delta\|_2 = \sqrt{784}\, a = 28\, a$.
#
# Two formulas change.
#
# - **The step.** Which direction of length 1 raises the loss fastest? For a gradient $g$, the loss
#   changes by about $g \cdot \delta$, and by the inequality of Cauchy and Schwarz that is largest
#   for $\delta = g / \|g\|_2$. No sign any more: a pixel with a larger gradient moves
#   further.
# - **The projection.** A change that is too long is shortened, its direction kept:
#
# $$P(z) = x + \min\Big(1, \frac{\epsilon}{\|z - x\|_2}\Big) \, (z - x) .$$
#
# Each image has its own length: everything happens image by image. And in the end the pixels must
# lie in $[0, 1]$ again. Cutting them off only shortens the change, because $x$ is in $[0, 1]$
# itself.

# %% [markdown] card: project_l2
# difficulty: 2
# minutes: 20
# needs: the second formula, `flatten(1)`, `norm(dim=1)`, and `view(-1, 1, 1, 1)`, which brings one
#   number for each image into a shape that multiplies images.
# gets: the projection, which is all that the norm decides besides the step.


# %% stub: project_l2 from solutions.extensions.l2
def lengths(changes: Tensor) -> Tensor:
    """Measure each image's change.

    Args:
        changes: (n, C, H, W), any numbers.

    Returns:
        (n, 1, 1, 1): the Euclidean length of each.
    """
    # 1. One row for each image, its length, and the shape that multiplies images.


def project_l2(images: Tensor, moved: Tensor, epsilon: float) -> Tensor:
    """Bring points back to where the attacker may go.

    Args:
        images: (n, C, H, W), the originals, in [0, 1].
        moved: the same shape, anywhere.
        epsilon: the largest length of an image's change, >= 0, in pixel units.

    Returns:
        (n, C, H, W): in [0, 1], each within epsilon of its original. A change of nothing stays
        nothing, and one inside the ball stays as it is.
    """
    # 1. The change, and for each image the factor epsilon / length, at most 1.
    # 2. Mind a length of 0: divide by at least 1e-12.
    # 3. Add the shortened change, and cut the pixels off at 0 and 1.


# %% [markdown]
# >> Hint 1: where to begin
# Take `change = torch.ones(2, 1, 28, 28)`. Its lengths should be 28 and 28, in the shape
# `(2, 1, 1, 1)`.
#
# >> Hint 2: the idea
# The factor must never be more than 1, or short changes are pulled out to the edge of the ball.
# `clamp(max=1.0)` takes the smaller of the two for each image.
#
# >> Hint 3: nearly the code
# `factor = (epsilon / lengths(change).clamp(min=1e-12)).clamp(max=1.0)`, then
# `(images + factor * change).clamp(0, 1)`.

# %% check: project_l2

# %% [markdown]
# >> To think about: ball first, then [0, 1]. Is the result the nearest point that is in both?
# It is in both, since the second step only shortens. But it need not be the nearest: a pixel that
# is cut off frees a part of the shared budget, and the nearest point would give that to the others.
# In the box of $L_\infty$ the pixels share nothing, so there the order does not matter and the
# result is the nearest. For an attack, a point that is in both is good enough.

# %% [markdown]
# You are given the check of arguments from assignment 3. It refuses sizes that are in another unit,
# because more than `largest` means nothing: 1 for the change of one pixel, and for a length the
# distance from a black image to a white one, $\sqrt{784} = 28$ for 784 pixels.

# %% given: check_attack from solutions.fgsm

# %% [markdown] card: l2_pgd
# difficulty: 3
# minutes: 25
# needs: your `pgd` from assignment 4, and the first formula.
# gets: the second attack that every evaluation asks for.


# %% stub: l2_pgd from solutions.extensions.l2
def l2_pgd(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    epsilon: float,
    *,
    step_size: float,
    steps: int,
    random_start: bool = True,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Raise the cross-entropy by steps along the gradient that stay within a ball.

    Args:
        model: takes images, returns logits; left as it was, its `.grad` and modes too.
        images: (n, C, H, W), float32 in [0, 1]; not changed.
        labels: (n,), int64.
        epsilon: the largest length of an image's change, >= 0, in pixel units.
        step_size: the length of one step, >= 0, in pixel units.
        steps: how many steps, >= 0; 0 returns the start.
        random_start: begin at a random point of the ball, not at the images.
        generator: the source of the random start, to make it repeatable; None takes
            PyTorch's own.

    Returns:
        (n, C, H, W), detached, in [0, 1], each within epsilon of its original.

    Raises:
        ValueError: epsilon or step_size is negative or not finite, steps is negative, or there
            is not one label per image.
    """
    # 1. Let `check_attack` look at the arguments, with the largest length there is:
    #    `largest=math.sqrt(math.prod(images.shape[1:]))`. Look at step_size and steps yourself.
    # 2. Start at the images, or in a random direction: normal noise, brought to a length between
    #    0 and epsilon, projected.
    # 3. In evaluation mode, repeat: gradient of the summed loss; a step of step_size along it,
    #    each image's gradient divided by its own length (at least 1e-12); projection.


# %% [markdown]
# >> Hint 1: where to begin
# Copy your `pgd`, drop the parameter `loss`, and replace `project` by `project_l2`. What is left to
# change is one line in the loop and the random start.
#
# >> Hint 2: the idea
# `gradient / lengths(gradient)` has length 1 in every image, because `lengths` returns one number
# for each image in a shape that divides images. If all images move by different amounts, or all
# too little, a length of the whole batch was taken.
#
# >> Hint 3: nearly the code
# `step = step_size * gradient / lengths(gradient).clamp(min=1e-12)`. For the start:
# `direction = torch.empty_like(images).normal_(generator=generator)`, a `share` for each image by
# `torch.empty(len(images), 1, 1, 1).uniform_(generator=generator)`, and
# `epsilon * share * direction / lengths(direction)`.

# %% check: l2_pgd

# %% [markdown]
# ## Where the budget goes
#
# Six images, attacked at a length that turns many of the answers.

# %%
length = 1.5
shown = data.test[:6]
long_way = l2_pgd(victim, shown.images, shown.labels, length, step_size=length / 4, steps=20)
moves = (long_way - shown.images).abs().flatten(1)
for number, row in enumerate(moves):
    few = row.sort(descending=True).values[:39].square().sum() / row.square().sum()
    print(
        f"image {number}: length {row.norm().item():.2f}, largest change of a pixel"
        f" {row.max().item():.2f}, a twentieth of the pixels has {few:.0%} of the square"
    )
figure = plots.attack_grid(
    shown.images,
    long_way,
    labels=shown.labels,
    clean_predictions=predict(victim, shown.images).argmax(dim=1),
    adversarial_predictions=predict(victim, long_way).argmax(dim=1),
    epsilon=moves.max().item(),
    magnify=1.0,
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# Compare with the pictures of assignment 3. There every pixel moved by the same amount; here most
# hardly move, and a few move far, where the network looks: on strokes, and in the gaps that would
# close a digit.
#
# ## Two curves, two axes
#
# Accuracy under the attack against epsilon, with random directions of the same length as control.

# %%
grid = [step / 2 for step in range(7)]
coin = torch.Generator().manual_seed(0)
directions = torch.empty_like(probe.images).normal_(generator=coin)
directions /= lengths(directions)
lines = {
    "random direction": [
        accuracy(victim, (probe.images + each * directions).clamp(0, 1), probe.labels)
        for each in grid
    ],
    "L2 PGD": [
        accuracy(
            victim,
            l2_pgd(
                victim,
                probe.images,
                probe.labels,
                each,
                step_size=each / 4,
                steps=20,
                random_start=False,
            ),
            probe.labels,
        )
        for each in grid
    ],
}
figure = plots.robustness_curve(
    grid,
    lines,
    chance=1 / data.num_classes,
    x_label="epsilon (Euclidean length, pixel units)",
    title="A direction that is chosen, and one that is not",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# >> To think about: a report gives "epsilon 0.5". In which norm, and how would you tell?
# From the number alone you cannot. A change of 0.5 in every pixel turns a picture to mush; a change
# of length 0.5 is hardly visible. Look for the norm in the text, for a sign in the program's step,
# or compute both lengths from a published pair of images. A robust accuracy without the norm is as
# empty as one without the epsilon.
#
# >> To think about: a network was trained against L-infinity attacks. Is it robust in L2 as well?
# Somewhat, and nobody promised it. The largest ball inside a box of half-width $\epsilon$ has the
# radius $\epsilon$, so what is safe in the box is safe in that small ball. Beyond it lie points
# outside the box that training never saw. Whoever cares for both budgets trains and tests with
# both; the worst case over attacks from assignment 4 takes them together.

# %% [markdown]
# ## What you can now do
#
# - Write a projection and a step for another norm, image by image.
# - Say what an epsilon means in each norm, and refuse one without a norm.
