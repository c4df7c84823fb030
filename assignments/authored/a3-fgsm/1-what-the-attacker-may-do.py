# %% [markdown]
# # 3 · Attack it: the fast gradient sign method
#
# Write the smallest attack there is, measure honestly what it does, and learn to read other
# people's measurements.
#
# One gradient and one line of arithmetic lead a network astray that reads nearly every image. The
# line is easy, and the lecture "The fast gradient sign method" works it out by hand. Most published
# mistakes are in what surrounds it: the unit of epsilon, what is counted, and what the attack is
# compared with. So this notebook spends as much time there.

# %% [markdown]
# ## Set up
#
# Change `"digits"` to `"signs"` for road signs in colour, or to `"mnist"` for the real thing. MNIST
# is fetched first, once and with the internet at hand: `course data download mnist`. `limit` is the
# largest change of a pixel that this data set allows an attacker here.

# %%
import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder import check
from course import plots
from course.budget import budget
from course.data import load
from course.inputs import check_images, check_labels, check_size
from course.metrics import (
    accuracy,
    confidence,
    confusion_matrix,
    evaluating,
    logits_of,
    predict,
    wilson_interval,
)
from course.models import build
from course.plots import attacks as attack_plots
from course.training import fit, plain_recipe

PROFILE = "digits"

limit = budget(PROFILE).epsilon
data = load(PROFILE).take(budget(PROFILE).train_images, budget(PROFILE).test_images)
print(f"{len(data.train)} images to train on, {len(data.test)} to test on")
print(f"epsilon up to {limit:.3g}")

# %% [markdown]
# The victim is a small network with strides instead of pooling, trained in the ordinary way.

# %%
victim = build("strided-cnn", seed=0, **data.sizes)
fit(victim, data.train.images, data.train.labels, plain_recipe(budget(PROFILE).cnn_epochs))
clean_accuracy = accuracy(victim, data.test.images, data.test.labels)
print(f"right on {clean_accuracy:.1%} of the test images")

# %% [markdown]
# ## What the attacker may do
#
# "The network is vulnerable" means nothing until three things are fixed, the **threat model**:
#
# - **Goal.** Any wrong answer will do (an *untargeted* attack).
# - **Knowledge.** The attacker has the network, weights and gradients included (*white box*).
# - **Budget.** Every pixel may change, but none by more than $\epsilon$, and the result must still
#   be an image, with values from 0 (black) to 1 (white).
#
# With $x$ for the image and $\delta$ for the change, the largest change of a pixel is the
# $L_\infty$ norm:
#
# $$\|\delta\|_\infty = \max_i |\delta_i| \le \epsilon, \qquad 0 \le x_i + \delta_i \le 1 .$$
#
# It is a crude model of "a person does not notice", as the lecture "Threat models and norms" shows.
# Its merit is that it can be checked to the last digit.
