# %% [markdown]
# # 2 · Look inside: hooks and activations
#
# Write the tool that shows what every layer of a network computes, and use it to follow an attack
# from layer to layer.
#
# Between an image and the ten numbers at the end lie thousands that nobody prints. To find out why
# a network fails, you must see them. PyTorch's tool for it is the forward hook, and the lecture
# "Looking inside with hooks" explains it. It is easy to use wrongly: a published monitor that
# prints nothing at all is taken apart below.

# %% [markdown]
# ## Set up
#
# Change `"digits"` to `"signs"` for road signs in colour, or to `"mnist"` for the real thing. MNIST
# is fetched first, once and with the internet at hand: `course data download mnist`. `limit` is the
# largest change of a pixel that this data set allows an attacker here.

# %%
from collections.abc import Collection
from types import TracebackType
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from autograder import check
from course import plots
from course.budget import budget
from course.data import load
from course.inputs import check_images, fitting
from course.metrics import accuracy, evaluating, predict
from course.models import build
from course.monitor import Silence, feature_maps, layer_names, record, rows_per_image
from course.plots import activations as activation_plots
from course.training import Recipe, fit, plain_recipe

PROFILE = "digits"

limit = budget(PROFILE).epsilon
data = load(PROFILE).take(budget(PROFILE).train_images, budget(PROFILE).test_images)
print(f"{len(data.train)} images to train on, {len(data.test)} to test on")
print(f"epsilon up to {limit:.3g}")

# %% [markdown]
# The network to look into is the one of assignment 1. Printing it shows the name of each layer.

# %%
victim = build("tiny-cnn", seed=0, **data.sizes)
fit(victim, data.train.images, data.train.labels, plain_recipe(budget(PROFILE).cnn_epochs))
print(f"right on {accuracy(victim, data.test.images, data.test.labels):.1%} of the test images")
victim

# %% [markdown]
# ## What filters see
#
# A filter of the first convolution is a small picture of 5×5 weights. Where the image looks like
# it, the output is large.

# %%
figure = activation_plots.filter_grid(victim.conv1.weight)
print(plots.alt_text(figure))
figure

# %% [markdown]
# Look for filters that are light on one side and dark on the other: they answer to an edge between
# the two. Nobody told the network to look for edges; the training images did.
#
# A filter of the second convolution has a 5×5 picture *for each of the eight channels below it*,
# and cannot be shown like this. Look at what comes out instead: the **feature map** of a filter is
# its answer at every place of one image.

# %%
one_image = data.test.images[0]
layers_to_show = ["conv1", "relu1", "conv2", "relu2"]
figure = activation_plots.feature_map_grid(
    one_image, {layer: feature_maps(victim, one_image, layer) for layer in layers_to_show}
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# Each row shows the first eight maps of its layer; `conv2` and `relu2` have sixteen. Compare
# `conv1` with `relu1` below it: the ReLU keeps the light parts and paints the rest black. The maps
# of `conv2` are smaller, and no longer look like the digit.
#
# >> To think about: a ReLU paints a part of the maps black. Is that a waste?
# No. A map that is on everywhere says nothing about where its pattern is. And which units are off
# decides which linear function the image meets: that is what makes the network more than one linear
# function. A unit that is silent for *every* image is another matter; it comes up below.
