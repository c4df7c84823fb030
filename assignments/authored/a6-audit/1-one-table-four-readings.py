# %% [markdown]
# # 6 · Audit it: when a robustness number is a lie
#
# Find what is wrong in evaluations that look fine, measure how much it matters, break two defences
# that hide their gradients, and compute the one kind of number that no attack can take back.
#
# You can build a network, look inside it, attack it and defend it. This assignment is about what
# others tell you. A robust accuracy is easy to print and hard to get right: nearly every mistake
# that one can make in an evaluation makes the network look *better*, so nobody stumbles over it.
#
# Five questions find most errors. Put them to every number that you read:
#
# 1. **Which unit?** Pixels from 0 to 1, from 0 to 255, from -1 to 1, or normalised.
# 2. **Which range?** Where are black and white on that scale, and does the clamp know?
# 3. **Which attack?** One step, or many; which loss; from how many starts; did it converge?
# 4. **Of which images?** All of them, or those that were right before? The first thousand?
# 5. **Compared with what?** With guessing, with noise of the same size, with the same network
#    undefended, and with what interval around it?

# %% [markdown]
# ## Set up
#
# Run this cell and go on; you need not read it now. Its network is made as most published ones are:
# it takes **normalised** images, $z = (x - \text{mean}) / \text{std}$, and the normalisation is no
# part of it. In this course it has been a layer inside the model so far, and now you will see why.
# `probe` holds the images that are attacked. (Change `"digits"` to `"signs"` for road signs in
# colour, or to `"mnist"`, which is fetched first: `course data download mnist`.)

# %%
import math
from collections.abc import Callable, Sequence
from functools import partial
from statistics import NormalDist

import torch
import torch.nn.functional as F
from scipy.special import betaincinv
from torch import Tensor, nn

from autograder import check
from course import plots
from course.attacks import margin_loss, pgd, project
from course.budget import budget
from course.data import load
from course.defences import Defence, Detector, Quantised, ScaledLogits
from course.inputs import check_count, check_image, check_images, check_labels, check_size
from course.metrics import accuracy, evaluating, logits_of, predict, wilson_interval
from course.models import Normalize, build
from course.training import fit, plain_recipe

PROFILE = "digits"

limit = budget(PROFILE).epsilon
data = load(PROFILE).take(budget(PROFILE).train_images, budget(PROFILE).test_images)
probe = data.test[:60]
means = data.train.images.mean(dim=(0, 2, 3)).tolist()
stds = data.train.images.std(dim=(0, 2, 3)).tolist()
normalise = Normalize(means, stds)
recipe = plain_recipe(budget(PROFILE).cnn_epochs)
Loss = Callable[[Tensor, Tensor], Tensor]  # of logits and labels, one number for each image

whole = build("tiny-cnn", normalize=(means, stds), seed=0, **data.sizes)
fit(whole, data.train.images, data.train.labels, plain_recipe(3))  # a short training: some errors
published = whole[1:]  # without its first layer, the normalisation: that is what gets published
right = accuracy(published, normalise(probe.images), probe.labels)
print(f"mean {means[0]:.4f}, std {stds[0]:.4f}; black becomes {-means[0] / stds[0]:.2f}, ", end="")
print(f"white {(1 - means[0]) / stds[0]:.2f}")
print(f"right on {right:.1%} of {len(probe)} images, without an attack")

# %% [markdown]
# ## One table, four readings
#
# Here is a published table, from a report on FGSM against MNIST, and next to it our own networks,
# trained by its recipe and attacked at its epsilons. The report does not say in which unit its
# epsilon is, and the code that it prints applies it to normalised images, once with a clamp to
# $[0, 1]$ and once to $[-2, 2]$. So we measured all of it.

# %% data: ONE_TABLE from solutions.reproductions.printed

# %%
epsilons, *columns = ONE_TABLE.values()
readings = dict(zip(list(ONE_TABLE)[1:], columns, strict=True))
for title, accuracies in readings.items():
    print(f"{title:38}", "  ".join(f"{value:6.1%}" for value in accuracies))
figure = plots.robustness_curve(
    epsilons,
    readings,
    x_label="epsilon as printed",
    title="One table, four readings of its epsilon",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# Only one reading gives the table: epsilon in pixels. The printed code would have given the upper
# lines, and made an ordinary network look nearly invulnerable. Whoever copies the code, rather than
# the table, "improves" on the report by tens of points, without a new idea.
