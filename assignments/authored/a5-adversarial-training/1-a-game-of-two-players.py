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
# Change `"digits"` to `"signs"` for road signs in colour, or to `"mnist"` for the real thing. MNIST
# is fetched first, once and with the internet at hand: `course data download mnist`. Every network
# in this notebook has the same architecture, `strided-cnn`, and starts from the same weights.

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
from course.metrics import accuracy, evaluating, logits_of, wilson_interval
from course.models import build
from course.plots import attacks as attack_plots
from course.training import History, Recipe, fit

PROFILE = "digits"

limit = budget(PROFILE).epsilon
data = load(PROFILE).take(budget(PROFILE).train_images, budget(PROFILE).test_images)
probe = data.test[:300]  # twenty steps on each image take time: enough to see the differences
print(f"{len(data.train)} images to train on, {len(probe)} to attack, epsilon {limit:.3g}")


def fresh_network() -> nn.Module:
    """A new strided-cnn, the same weights every time."""
    return build("strided-cnn", seed=0, **data.sizes)


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
