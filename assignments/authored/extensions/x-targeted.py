# %% [markdown]
# # Extension · Choose the wrong answer: targeted attacks
#
# Bring a network not just to any wrong answer, but to the one that you name, and find out how much
# harder that is.
#
# An untargeted attack turns a 4 into whatever lies nearest. A forger wants more: this cheque is to
# be read as a 9. You will turn one sign in your PGD, and draw a table of which digit can be made
# into which. Extensions give no points. They have checks all the same, and you need assignment 4.

# %% [markdown]
# ## Set up
#
# Change `"digits"` to `"signs"` for road signs in colour, or to `"mnist"` for the real thing. MNIST
# is fetched first, once and with the internet at hand: `course data download mnist`.

# %%
import math
from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder import check
from course import plots
from course.budget import budget
from course.data import load
from course.inputs import check_count, check_images, check_labels, check_size
from course.metrics import accuracy, confusion_matrix, evaluating, logits_of, predict
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
# ## Down instead of up
#
# The untargeted attacker climbs the loss of the *true* class $y$: away from it, wherever that
# leads. The targeted attacker has a class $t$ in mind and walks **down** the loss of $t$:
#
# $$x_{k+1} = P\big(x_k - \alpha \, \mathrm{sign}(\nabla_x L(f(x_k), t))\big) .$$
#
# The projection $P$ is the same: within $\epsilon$ of the original, and in $[0, 1]$. The attacker
# succeeds when the network's answer *is* $t$; another wrong answer does not count. So the success
# rate of a targeted attack can only be compared with that of an untargeted one if the two rules are
# said (Kurakin, Goodfellow and Bengio, *Adversarial machine learning at scale*, 2017).
#
# Below the three tools that it needs, put your `pgd` from assignment 4, or write it again.

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
    """Your PGD from assignment 4: steps of the sign up the `loss`, projected after each.

    `loss(logits, labels)` gives one number for each image. The result is detached, in [0, 1] and
    within epsilon of the images; images and model are left as they were.
    """


# %% [markdown] card: targeted_pgd
# difficulty: 2
# minutes: 15
# needs: your `pgd`, and the sign in the formula above.
# gets: an attack that chooses the answer.


# %% stub: targeted_pgd from solutions.extensions.targeted
def targeted_pgd(
    model: nn.Module,
    images: Tensor,
    targets: Tensor,
    epsilon: float,
    *,
    step_size: float,
    steps: int,
) -> Tensor:
    """Change the images so that the model takes them for their targets.

    Args:
        model: takes images, returns logits; left as it was, its `.grad` and modes too.
        images: (n, C, H, W), float32 in [0, 1]; not changed.
        targets: (n,), the class wanted for each image, int64.
        epsilon: the largest change of a pixel, >= 0, in pixel units.
        step_size: how far a pixel moves in one step, >= 0, in pixel units.
        steps: how many steps, >= 0, from the images themselves.

    Returns:
        (n, C, H, W), detached, in [0, 1], nowhere further than epsilon from the images.

    Raises:
        ValueError: as `pgd` does.
    """
    # 1. Think of a loss for `pgd` that is large where the target is likely.
    # 2. Let `pgd` climb it, without a random start.


# %% [markdown]
# >> Hint 1: where to begin
# Call your `pgd` with the targets in the place of the labels, and look at the answers. It climbs
# the loss of the targets: it runs away from them.
#
# >> Hint 2: the idea
# Climbing minus the loss is going down the loss. `pgd` takes any function of logits and labels that
# gives one number for each image.
#
# >> Hint 3: nearly the code
# Inside, define `def closeness(logits, targets): return -F.cross_entropy(logits, targets,
# reduction="none")`, and return `pgd(model, images, targets, epsilon, step_size=step_size,
# steps=steps, random_start=False, loss=closeness)`.

# %% check: targeted_pgd

# %% [markdown]
# ## Which target?
#
# "Success rate of a targeted attack" says little until the target is said. The easiest is the
# second likeliest class; at random is usual; and the hardest is the one the network finds least
# likely.

# %% [markdown] card: least_likely
# difficulty: 1
# minutes: 5
# needs: `predict(model, images)` from `course.metrics`: the logits, in evaluation mode.
# gets: the target for a worst case.


# %% stub: least_likely from solutions.extensions.targeted
def least_likely(model: nn.Module, images: Tensor) -> Tensor:
    """Name for each image the class that the model finds least likely.

    Args:
        model: takes images, returns logits; left as it was.
        images: (n, C, H, W), float32 in [0, 1].

    Returns:
        (n,), int64: the class with the smallest logit.
    """
    # 1. Get the logits. 2. Find the place of the smallest in each row.


# %% [markdown]
# >> Hint 1: where to begin
# Print the ten logits of one image. Which place has the smallest number?
#
# >> Hint 2: the idea
# A softmax keeps the order of the logits, so there is no need for probabilities.
#
# >> Hint 3: nearly the code
# `predict(model, images).argmin(dim=1)`.

# %% check: least_likely

# %%
grid = [step * limit / 2 for step in range(7)]
logits = predict(victim, probe.images)
wanted = {
    "second likeliest": logits.topk(2).indices[:, 1],
    "at random": (probe.labels + torch.arange(len(probe)) % 9 + 1) % data.num_classes,
    "least likely": least_likely(victim, probe.images),
}


def reached(targets: Tensor, epsilon: float) -> float:
    """The share of the images that are taken for their targets."""
    moved = targeted_pgd(victim, probe.images, targets, epsilon, step_size=epsilon / 4, steps=20)
    return (predict(victim, moved).argmax(dim=1) == targets).float().mean().item()


curves = {title: [reached(targets, each) for each in grid] for title, targets in wanted.items()}
turned = []
for each in grid:
    moved = pgd(
        victim,
        probe.images,
        probe.labels,
        each,
        step_size=each / 4,
        steps=20,
        random_start=False,
    )
    turned.append(1 - accuracy(victim, moved, probe.labels))
curves["any wrong answer"] = turned
for title, line in curves.items():
    print(f"{title:18}", " ".join(f"{share:6.1%}" for share in line))

# %%
figure = plots.robustness_curve(
    grid, curves, title="The attacker's success, by what counts as success"
)
figure.axes[0].set_ylabel("Images that end at the target (%)")
print(plots.alt_text(figure))
figure

# %% [markdown]
# The same images, the same network, the same budget, four very different numbers. At the budget
# that this data set allows in the assignments, any wrong answer is easy and the hardest target out
# of reach.
#
# ## From which to which?
#
# Now every class to every other, at a budget where some of it works. Rows are true classes, columns
# the targets; each cell counts the images of the row that reached the column.

# %%
far = 1.5 * limit
hits = torch.zeros(data.num_classes, data.num_classes, dtype=torch.int64)
for target in range(data.num_classes):
    others = probe.labels != target
    goal = torch.full((int(others.sum()),), target)
    moved = targeted_pgd(victim, probe.images[others], goal, far, step_size=far / 4, steps=20)
    right = predict(victim, moved).argmax(dim=1) == target
    hits[:, target] = torch.bincount(probe.labels[others][right], minlength=data.num_classes)
clean = confusion_matrix(
    probe.labels, predict(victim, probe.images).argmax(dim=1), data.num_classes
)
figure = plots.confusion_matrices(
    clean,
    hits + torch.diag(torch.bincount(probe.labels, minlength=data.num_classes)),
    data.classes,
    title=f"Left the answers, right the targets reached at epsilon {far:g}",
)
for axes, words in zip(figure.axes, ("clean answers", "targets reached"), strict=True):
    axes.set_title(words, fontsize=11)
figure.axes[1].set_xlabel("target")
easiest = [data.classes[target] for target in hits.sum(dim=0).argsort(descending=True).tolist()]
figure.course_alt = (
    "Two tables, true class against clean answer and against the target reached. Targets from the "
    f"easiest to the hardest: {', '.join(easiest)}."
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# (The diagonal on the right is the number of images of each class: nothing to reach there.)
#
# The table is not symmetric. Some classes are easy to reach from nearly everywhere, others from
# hardly anywhere, and a way from *a* to *b* says little about the way back.
#
# >> To think about: a network withstands every targeted attack you try. Is it robust?
# Not by that. It may be turned to *some* wrong answer by the same budget, and usually is: the
# untargeted attacker may take the nearest exit. The other way round it holds: what no untargeted
# attack turns, no targeted one turns either. That is why robustness is reported for untargeted
# attacks. Targeted ones tell what an attacker can *do* with the network.

# %% [markdown]
# ## What you can now do
#
# - Aim an attack, and say why the aim has to be in the report.
# - Name the easiest and the hardest target, and read a table of who can be turned into whom.
