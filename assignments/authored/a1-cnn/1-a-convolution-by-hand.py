# %% [markdown]
# # 1 · Build and train a convolutional network
#
# Build a small network from its parts, train it with a loop of your own, and measure it so that the
# number can be believed.
#
# This is the network that the later assignments attack. It has 5,994 numbers in it, few enough to
# account for each. By the end you will know what each layer does to the shape of an image, what the
# loss says, and which small mistakes make a network look better or worse than it is.

# %% [markdown]
# ## Set up
#
# Change `"digits"` to `"signs"` for road signs in colour, or to `"mnist"` for the real thing. MNIST
# is fetched first, once and with the internet at hand: `course data download mnist`.

# %%
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from autograder import check
from course import plots
from course.budget import budget
from course.data import load
from course.inputs import check_count, check_images, check_labels, check_logits
from course.metrics import confidence, evaluating, logits_of, predict, wilson_interval
from course.models import parameter_count
from course.training import History, Recipe, fit

PROFILE = "digits"

data = load(PROFILE).take(budget(PROFILE).train_images, budget(PROFILE).test_images)
print(f"{len(data.train)} images to train on, {len(data.test)} to test on")
print("one image has the shape (channels, height, width) =", data.image_shape)
image_channels, image_side, _ = data.image_shape

# %%
figure = plots.image_row(
    data.train.images[:8],
    [data.classes[label] for label in data.train.labels[:8].tolist()],
    title="Eight training images and their labels",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# A batch of images is one tensor of shape `(n, channels, height, width)`. The values run from 0
# (black) to 1 (white), and they stay on that scale in this whole course: whoever measures a change
# of a pixel must know what a pixel is.

# %% [markdown]
# ## A convolution, by hand
#
# A fully connected layer has a weight for every pixel. It must learn a stroke in the top left
# corner and the same stroke one pixel further right as two unrelated things. A convolution has one
# small **kernel** of weights and slides it over the image. At each place it multiplies what lies
# under the kernel with the weights, and adds. For an image $x$, a 5×5 kernel $k$ and a bias $b$:
#
# $$z_{r,c} = b + \sum_{u=0}^{4} \sum_{v=0}^{4} k_{u,v} \, x_{r+u,\,c+v} .$$
#
# Three things follow from the formula:
#
# 1. **Few weights.** $5 \cdot 5 + 1 = 26$ numbers, whatever the size of the image.
# 2. **A smaller output.** The kernel must lie inside the image, so $r$ runs from 0 to
#    $28 - 5 = 23$: a side of 28 becomes $28 - 5 + 1 = 24$.
# 3. **The same answer everywhere.** A stroke moved by one pixel gives the same output, moved by one
#    pixel.
#
# Compute one place by hand, and compare it with what PyTorch says.

# %%
picture = data.train.images[0, 0]  # its first channel
kernel = torch.tensor([[-1.0, -1, 0, 1, 1]]).repeat(5, 1) / 10  # answers to a left edge
row, column = 6, 9
patch = picture[row : row + 5, column : column + 5]
by_hand = (kernel * patch).sum()
everywhere = F.conv2d(picture[None, None], kernel[None, None])[0, 0]
print(f"by hand {by_hand.item():.6f}, PyTorch {everywhere[row, column].item():.6f}")
print("the whole output has the shape", tuple(everywhere.shape))

# %%
edges = torch.stack([F.pad(everywhere, (2, 2, 2, 2)), -F.pad(everywhere, (2, 2, 2, 2))])
responses = edges.clamp(min=0) / edges.abs().max()
figure = plots.image_row(
    torch.stack([picture, *responses])[:, None],
    ["the image", "darker to lighter", "lighter to darker"],
    title="One kernel finds left edges; its negative, right edges",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# The two pictures on the right are cut off at zero: that is what **ReLU**, $\max(0, z)$, does.
# Without a step that is not linear, two convolutions in a row would be no more than one convolution
# with a larger kernel.
