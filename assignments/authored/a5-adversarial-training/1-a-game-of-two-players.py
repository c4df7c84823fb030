# %% [markdown]
# # 5 · Defend it: adversarial training
#
# Train a network on the images an attacker would send, and find out what that costs and when it
# only looks like a defence.
#
# A network that is shown attacked images while it learns can learn to withstand them; the lecture
# "Adversarial training" has the theory. But such training can fail in ways that look like success.
# You will write it, measure it with an attack it has not seen, break it on purpose, and weigh what
# it costs.

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
# Adversarial training looks for weights $\theta$ that do well even if an attacker moves each image
# by the worst $\delta$ within the budget:
#
# $$
# \min_\theta \; \frac{1}{n} \sum_{i=1}^{n} \;
# \max_{\|\delta_i\|_\infty \le \epsilon} \; L\big(f_\theta(x_i + \delta_i), y_i\big) .
# $$
#
# The inner player moves the images to raise the loss, the outer one moves the weights to lower it
# (Madry and others, 2018). The inner problem is an attack, and you know how to write one. Call its
# answer $\delta^*$. At a maximum, small changes of $\delta$ make no difference to first order, so
# the gradient of the maximum is the gradient of the loss *at* $x + \delta^*$, with $\delta^*$ held
# fixed. That is Danskin's theorem, and it makes the outer problem an ordinary training step.
#
# So for each batch, attack the network as it is now; then take a step on what came out. The attack
# starts anew every time, since yesterday's worst images are harmless to today's network.
#
# The theorem speaks of the maximum, and an attack finds only *some* bad $\delta$. The second half
# of this notebook is about that.
