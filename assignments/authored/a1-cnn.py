# ruff: noqa: F401  (what the inserted reference code uses)

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
# Change `"digits"` to `"mnist"` for the real thing. Fetch it first, once and with the internet at
# hand: `course data download mnist`.

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
from course.inputs import check_images, check_labels, check_logits
from course.metrics import confidence, evaluating, predict, wilson_interval
from course.models import parameter_count
from course.training import History, Recipe, fit
from course.training_loop import split_batches, training_mode

PROFILE = "digits"

data = load(PROFILE).take(budget(PROFILE).train_images, budget(PROFILE).test_images)
print(f"{len(data.train)} images to train on, {len(data.test)} to test on")
print("one image has the shape (channels, height, width) =", data.image_shape)

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
picture = data.train.images[0, 0]
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

# %% [markdown]
# ## The network, and every number in it
#
# The second kind of step, **max-pooling**, keeps the largest of each 2×2 square and so halves both
# sides. Two convolutions, each followed by ReLU and pooling, and one linear layer:
#
# | Step | Output | Parameters |
# |---|---|---|
# | image | 1 × 28 × 28 | |
# | convolution 5×5, 1 → 8 channels | 8 × 24 × 24 | $8 \cdot (1 \cdot 25 + 1) = 208$ |
# | ReLU | 8 × 24 × 24 | |
# | max-pool 2×2 | 8 × 12 × 12 | |
# | convolution 5×5, 8 → 16 channels | 16 × 8 × 8 | $16 \cdot (8 \cdot 25 + 1) = 3216$ |
# | ReLU | 16 × 8 × 8 | |
# | max-pool 2×2 | 16 × 4 × 4 | |
# | flatten | 256 | |
# | linear, 256 → 10 | 10 logits | $10 \cdot (256 + 1) = 2570$ |
# | together | | $208 + 3216 + 2570 = 5994$ |
#
# An output channel of the second convolution looks at all eight channels below it: $8 \cdot 25$
# weights and one bias. That is why it has the most parameters although its images are small.
#
# **This architecture is prescribed**: these layers, these sizes, no padding, stride 1, a bias
# everywhere, and nothing else that has parameters. The judge reads the six parameter tensors of
# your network, tells them apart by their shapes (all six differ), builds the network again from
# them, and compares its logits with yours. The names of your layers are free.

# %% [markdown] card: cnn
# difficulty: 2
# minutes: 25
# needs: the table above, and `nn.Conv2d`, `nn.ReLU`, `nn.MaxPool2d`, `nn.Flatten`, `nn.Linear`.
# gets: a network whose every number you can account for.


# %% stub: cnn from solutions.cnn
class CNN(nn.Module):
    """Two convolutions and one linear layer: 5,994 parameters for 28x28 grey images.

    Takes images (n, 1, 28, 28) in [0, 1] and returns logits (n, 10), for any n. No softmax at
    the end: the loss applies its own. No buffers, and the same logits in either mode.
    """

    def __init__(self) -> None:
        """Create the layers; no arguments."""
        # 1. Call super().__init__(), so that PyTorch can find the layers.
        # 2. Make each step of the table an attribute. ReLU and pooling too, as modules: in
        #    assignment 2 you will watch them, and a hook sees only modules.

    def forward(self, images: Tensor) -> Tensor:
        """Return the logits (n, 10) of images (n, 1, 28, 28).

        Args:
            images: float32 in [0, 1].

        Returns:
            One row of ten logits for each image: any real numbers, the largest is the answer.
        """
        # 1. Convolution, ReLU, pooling.
        # 2. Convolution, ReLU, pooling.
        # 3. Flatten everything but the batch, and the linear layer.


# %% [markdown]
# >> Hint 1: where to begin
# Write `__init__` with only the first convolution, let `forward` return its output, and look at
# `CNN()(data.train.images[:2]).shape`. It should be `(2, 8, 24, 24)`. Then add a step at a time.
#
# >> Hint 2: the idea
# Each layer's input channels are the output channels of the one before. When PyTorch says that
# `mat1 and mat2 shapes cannot be multiplied`, the linear layer expects another number than
# flattening gives: print the shape in front of it. 256 is 16 · 4 · 4.
#
# >> Hint 3: nearly the code
# `nn.Conv2d(1, 8, kernel_size=5)`, `nn.Conv2d(8, 16, kernel_size=5)`, `nn.MaxPool2d(2)`,
# `nn.Linear(256, 10)`; in `forward` each takes the result of the one before. `nn.Flatten()` leaves
# the batch alone.

# %% check: cnn

# %%
untrained = CNN()
print("parameters:", parameter_count(untrained))
for name, weights in untrained.named_parameters():
    print(f"  {name:14} {tuple(weights.shape)!s:18} {weights.numel():5}")

# %% [markdown]
# ## What the loss says
#
# The network returns ten **logits** $z_0, \dots, z_9$: any numbers, the largest is the answer. The
# loss turns them into probabilities and asks how surprised they are by the truth $y$.
#
# 1. Make them positive and let them add up to one (*softmax*): $p_j = e^{z_j} / \sum_i e^{z_i}$.
# 2. The surprise at seeing $y$ is $-\log p_y$: nothing if $p_y = 1$, and without limit as
#    $p_y \to 0$.
# 3. Put together, the **cross-entropy** is $L = -\log p_y = \log \sum_i e^{z_i} - z_y$.
#
# The last form is why a network has no softmax at its end: `F.cross_entropy` takes logits and
# computes step 3 without ever forming a probability that rounds to zero. A network that applies
# softmax itself is trained on the softmax of a softmax. It learns slowly, and nothing complains.
#
# A network that knows nothing says $p_y = 1/10$ for everything and has the loss
# $\log 10 \approx 2.303$. That is the first number to expect.

# %%
logits_once = predict(untrained, data.train.images[:100])
truth = data.train.labels[:100]
by_steps = (logits_once.exp().sum(dim=1).log() - logits_once[torch.arange(100), truth]).mean()
print(f"step by step    {by_steps.item():.4f}")
print(f"F.cross_entropy {F.cross_entropy(logits_once, truth).item():.4f}")
print(f"log 10          {torch.tensor(10.0).log().item():.4f}")
perfect = torch.eye(10)  # the probabilities of a network that is always right and always sure
print(f"with a softmax too many, it has {F.cross_entropy(perfect, torch.arange(10)).item():.3f}")

# %% [markdown]
# ## The training loop
#
# Training is a walk downhill. For a batch of images, compute the loss; compute its gradient with
# respect to every weight; move every weight a little against its gradient; take the next batch.
# Once through all images is an **epoch**.
#
# Four details decide whether the loop is right:
#
# - **Shuffle** in every epoch, or the network learns the order. Draw the order from a generator of
#   your own, `torch.Generator().manual_seed(seed)`: the same seed then gives the same run, and
#   other people's random numbers stay as they were.
# - **Clear the gradients** before each step: PyTorch adds to `.grad`.
# - **Mode.** Some layers behave differently while they train. Dropout switches off a random part of
#   the network, and batch normalisation uses the statistics of the batch. `model.train()` and
#   `model.eval()` switch them. Your `CNN` has no such layer, but your loop will meet networks that
#   do. Note the modes and restore them yourself, or let `training_mode(model)` from the first cell
#   do it for a block, after an error too.
# - **The mean per image.** The last batch may be smaller. Weigh each batch by its size.

# %% [markdown] card: train
# difficulty: 3
# minutes: 35
# needs: `torch.randperm(n, generator=...)` and `.split(batch_size)`, an optimiser
#   (`torch.optim.Adam` with learning rate 0.002 does well), and the four details above.
# gets: the loop that every training in this course is a variation of.


# %% stub: train from solutions.cnn
def train(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    epochs: int,
    batch_size: int = 64,
    seed: int = 0,
) -> list[float]:
    """Train the model in place; return the mean loss of each epoch.

    Args:
        model: takes images, returns logits; its weights are changed, and when the function
            returns every module is in the mode (training or evaluation) it came in.
        images: (n, C, H, W), float32 in [0, 1]; not changed.
        labels: (n,), int64.
        epochs: how often each image is seen, >= 1.
        batch_size: images per step, >= 1; the last batch of an epoch may be smaller.
        seed: it alone decides the order of the images, another one in each epoch.

    Returns:
        For each epoch the cross-entropy, averaged over its images, as a Python float: each batch's
        is the one its step begins with, in training mode.

    Raises:
        ValueError: no images, not one label per image, or epochs or batch_size below 1.
    """
    # 1. Refuse what cannot be trained on.
    # 2. Make a generator with the seed, and an optimiser for the model's parameters.
    # 3. Remember every module's mode, and switch to training mode.
    # 4. In each epoch, for each batch of a new random order: loss, clear gradients, backward, step.
    #    Add the loss times the number of images.
    # 5. After each epoch, note the mean over all images. At the end, restore the modes.


# %% [markdown]
# >> Hint 1: where to begin
# Write the loop for a single batch and call it twice on the same 64 images. The second loss should
# be below the first. If it stays exactly the same, nobody called `step()`; if it is `nan`, the
# steps are too large.
#
# >> Hint 2: the idea
# `torch.randperm(len(images), generator=generator).split(batch_size)` is a list of index tensors,
# and `images[index]` is a batch. A generator made *inside* the loop over epochs would give the same
# order every time.
#
# >> Hint 3: nearly the code
# For each `batch`: `loss = F.cross_entropy(model(images[batch]), labels[batch])`,
# `optimizer.zero_grad()`, `loss.backward()`, `optimizer.step()`,
# `total += loss.item() * len(batch)`. The modes:
# `[(module, module.training) for module in model.modules()]` before, and `module.training = mode`
# for each pair after.

# %% check: train

# %% [markdown]
# ## How often it is right
#
# Accuracy is the fraction of images whose largest logit is the labelled class. It looks too simple
# to get wrong, and yet: measured in training mode it is random. See for yourself with a network
# that has dropout.

# %%
torch.manual_seed(0)
forgetful = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(784, 10))
fit(forgetful, data.train.images, data.train.labels, Recipe(epochs=5, batch_size=64))
few, few_labels = data.test.images[:200], data.test.labels[:200]
for mode in ("training", "training", "evaluation", "evaluation"):
    forgetful.train(mode == "training")
    with torch.no_grad():
        right = (forgetful(few).argmax(dim=1) == few_labels).float().mean().item()
    print(f"{mode:10} mode: {right:.1%}")

# %% [markdown] card: accuracy
# difficulty: 1
# minutes: 15
# needs: `argmax(dim=1)`, `torch.no_grad()`, and `evaluating(model)` from the first cell, which puts
#   a model in evaluation mode for a block and gives every module its own mode back afterwards.
# gets: the number that everything else in this course is compared with.


# %% stub: accuracy from solutions.cnn
def accuracy(model: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Return the fraction of images whose largest logit is the labelled class.

    Args:
        model: takes images, returns logits; measured in evaluation mode, left as it was.
        images: (n, C, H, W), float32 in [0, 1], n may be large: take them in portions.
        labels: (n,), int64.

    Returns:
        A Python float in [0, 1].

    Raises:
        ValueError: no images (0 of 0 is no accuracy), or not one label per image.
    """
    # 1. Refuse an empty set, and labels that do not fit.
    # 2. In evaluation mode and without gradients, a few hundred images at a time:
    #    count where the largest logit is at the label.
    # 3. Divide the count by the number of images.


# %% [markdown]
# >> Hint 1: where to begin
# For ten images, print `model(images).argmax(dim=1)` and the labels below each other. What do you
# count?
#
# >> Hint 2: the idea
# Count the right ones over all portions and divide once, at the end. The mean of the portions'
# accuracies is wrong when the last portion is smaller.
#
# >> Hint 3: nearly the code
# `for part, targets in zip(images.split(512), labels.split(512)):` and inside
# `correct += int((model(part).argmax(dim=1) == targets).sum())`, all of it in
# `with evaluating(model), torch.no_grad():`.

# %% check: accuracy

# %% [markdown]
# ## Train it and look
#
# Now everything is yours: network, loop, and measure. A percentage of a few hundred images is a
# sample; Wilson's interval says which true accuracies would not be surprised by it.

# %%
torch.manual_seed(0)
network = CNN()
epoch_losses = train(
    network, data.train.images, data.train.labels, epochs=budget(PROFILE).cnn_epochs
)
print("loss:", " ".join(f"{value:.3f}" for value in epoch_losses))
hits = round(accuracy(network, data.test.images, data.test.labels) * len(data.test))
low, high = wilson_interval(hits, len(data.test))
print(f"training images {accuracy(network, data.train.images, data.train.labels):.1%} right")
print(f"test images     {hits / len(data.test):.1%} right, 95 % interval {low:.1%} to {high:.1%}")

# %% [markdown]
# The mistakes are worth more than the percentage. These are the test images it is most wrong about,
# at most six, and how sure it was.

# %%
answers = predict(network, data.test.images).argmax(dim=1)
sure = confidence(network, data.test.images)
mistakes = (answers != data.test.labels).nonzero().flatten()
worst = mistakes[sure[mistakes].argsort(descending=True)][:6]
figure = plots.image_row(
    data.test.images[worst],
    [
        f"{data.classes[data.test.labels[i]]} read as\n{data.classes[answers[i]]}, {sure[i]:.0%}"
        for i in worst.tolist()
    ],
    title=f"The surest of {len(mistakes)} mistakes on {len(data.test)} test images",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# >> To think about: why quote the accuracy on the test images and not the other, higher one?
# The weights were chosen to be right on the training images; a network with enough weights can know
# them by heart. The test images had no part in the choice, so they stand for images not seen yet.
# They do so only as long as nobody chooses by them: whoever tries twenty learning rates and keeps
# the one with the best test accuracy has made the test images part of the training.

# %% [markdown]
# ## Keep it
#
# A trained network is its weights. Save them by name and put them into a new network of the same
# class:

# %%
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "cnn.safetensors"
    save_file(network.state_dict(), path)
    again = CNN()
    again.load_state_dict(load_file(path))
    print(f"{path.stat().st_size:,} bytes: {parameter_count(network):,} numbers and their names")
same = torch.equal(predict(network, data.test.images), predict(again, data.test.images))
print("the loaded network gives the same logits, bit for bit:", same)

# %% [markdown]
# The format, safetensors, holds numbers and names and nothing else. The older way,
# `torch.save(model)`, writes a *pickle*, and a pickle may contain instructions that run when it is
# opened. A model file from the internet that is a pickle is a program from the internet. Where you
# must open one, `torch.load(..., weights_only=True)` refuses the instructions.

# %% [markdown]
# ## Experiments: what changes when you turn a knob?
#
# Not graded. Everything from here on is the same network on the same images; one thing differs at a
# time. `fit` is the course's own training loop. It takes a `Recipe` and keeps loss and accuracy of
# every epoch. Before you run a cell, write down what you expect.
#
# One rule for all of them: **two numbers from one run each show nothing.** Another start gives
# another network. So each recipe is run from three starts, and you see all three test accuracies.
# A difference counts only if the rows do not overlap. The curves are those of the first start.


# %%
def runs(title: str, recipe: Recipe, network: Callable[[], nn.Module] = CNN) -> History:
    """Train from three starts; print each test accuracy, return the first run's history."""
    histories, accuracies = [], []
    for start in range(3):
        torch.manual_seed(start)
        trial = network()
        histories.append(
            fit(trial, data.train.images, data.train.labels, replace(recipe, seed=start))
        )
        accuracies.append(accuracy(trial, data.test.images, data.test.labels))
    seconds = sum(history.seconds for history in histories) / 3
    told = "  ".join(f"{share:6.1%}" for share in accuracies)
    print(f"{title:20} test accuracy {told}   {seconds:4.1f} s a run")
    return histories[0]


short = min(10, budget(PROFILE).cnn_epochs)
base = Recipe(short, 64, "adam", 0.002, "constant")

# %% [markdown]
# ### How large a step?
#
# The learning rate is how far a weight moves for its gradient. Guess the order of these four.

# %%
rates = {
    "SGD, rate 0.001": replace(base, optimizer="sgd", learning_rate=0.001),
    "SGD, rate 0.05": replace(base, optimizer="sgd", learning_rate=0.05),
    "Adam, rate 0.002": base,
    "Adam, rate 0.1": replace(base, learning_rate=0.1),
}
figure = plots.training_curves(
    {title: runs(title, recipe) for title, recipe in rates.items()},
    title="Too small a rate, two that fit, and one too large",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# Too small a step gets nowhere in the time it has. Too large a step jumps out of every valley: a
# start may end at $\log 10$, where a network that knows nothing stands, and the next one gets by
# with luck. Between them lies a wide range that works.
#
# >> To think about: one start of "Adam, rate 0.1" may end well. Is the rate then all right?
# No. A recipe is what it does from any start, and this one fails from some. Whoever tries it once,
# and is lucky, reports a number that nobody else will get. It is also the reason to look at losses
# and not at the last accuracy alone: a curve that jumps up and down says that the steps are too
# large, even where it ends low.

# %% [markdown]
# ### A rate that falls
#
# A large rate gets near quickly, a small one settles. A **schedule** has both. "step" keeps 70 % of
# the rate after each epoch; "one-cycle" climbs from a small rate to the given one and then falls to
# almost nothing (Smith, *A disciplined approach to neural network hyper-parameters*, 2018). All
# three begin with, or climb to, the same generous rate.

# %%
generous = replace(base, learning_rate=0.02)
falling = {
    "constant": generous,
    "step": replace(generous, schedule="step"),
    "one-cycle": replace(generous, schedule="one-cycle"),
}
figure = plots.training_curves(
    {title: runs(title, recipe) for title, recipe in falling.items()},
    title="One rate, kept, falling in steps, and in one cycle",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# Look at the loss: "one-cycle" begins slowest, since it begins with a small rate, and ends lowest,
# since its last steps are the smallest. The test accuracies lie closer together; apply the rule
# from above before you call one of them better.
#
# >> To think about: with "step", how much of the rate is left after ten epochs, and after fifty?
# $0.7^{10} \approx 0.03$ after ten; after fifty, $0.7^{50} \approx 0.00000002$: the network stopped
# moving long before. A schedule belongs to a number of epochs. Whoever doubles the epochs and keeps
# the factor has only bought epochs in which nothing happens.

# %% [markdown]
# ### SGD, Adam, AdamW
#
# **SGD** with momentum 0.9 steps along a running sum of the gradients. **Adam** divides each
# weight's step by the usual size of its gradient, so that all weights move by similar amounts.
# **AdamW** is Adam that also shrinks each weight a little at every step (*weight decay*, here
# 0.01).

# %%
optimisers = {
    "SGD, rate 0.05": replace(base, optimizer="sgd", learning_rate=0.05),
    "Adam, rate 0.002": base,
    "AdamW, rate 0.002": replace(base, optimizer="adamw", weight_decay=0.01),
}
figure = plots.training_curves(
    {title: runs(title, recipe) for title, recipe in optimisers.items()},
    title="Three optimisers, each at a rate that suits it",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# Three rows that overlap: on this network the choice of optimiser matters less than its reputation,
# once each has a rate that suits it. That is the catch. The same rate for all three would have been
# unfair to two of them; and a rate tuned for one's own favourite only, against another's default,
# is how many comparisons in print were won.
#
# >> To think about: Adam and AdamW are hard to tell apart here. When would weight decay matter?
# When training goes on for long. Once all training images are right, cross-entropy still falls if
# every logit grows, so weights grow without end; decay holds them back. You will meet the other
# side of it in assignment 4: a network with very large logits looks robust to an attack that uses
# cross-entropy, and is not.

# %% [markdown]
# ### How many images at once?
#
# A batch of $B$ images gives a gradient that is an average over $B$. Larger batches give a steadier
# gradient and fewer steps in an epoch.

# %%
batches = {f"batches of {size}": replace(base, batch_size=size) for size in (16, 64, 256, 1024)}
figure = plots.training_curves(
    {title: runs(title, recipe) for title, recipe in batches.items()},
    title="As many epochs, fewer steps: large batches learn less",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# The number of epochs is the same, the number of steps is not: batches of 16 take dozens of times
# as many steps as batches of 1,024. The large batches are not worse at learning, they have hardly
# begun.
#
# >> To think about: what would be a fairer comparison, and what would you expect of it?
# Give each the same number of *steps*, or the same time, and raise the rate along with the batch
# (a steadier gradient bears a larger step). Then most of the difference goes away. Which of the
# comparisons is the right one depends on what is scarce: images, time, or your patience.

# %% [markdown]
# ### Batch normalisation
#
# A layer behind a convolution works best if its inputs have about mean 0 and standard deviation 1,
# and as the weights below it change, they do not keep to that. **Batch normalisation** (Ioffe and
# Szegedy, 2015) puts it right at every step: it subtracts the mean of the *batch* and divides by
# its standard deviation, channel by channel, then multiplies and shifts by two learned numbers. In
# evaluation mode it uses running averages instead. The trial is plain SGD without momentum.


# %%
def with_batch_norm() -> nn.Module:
    """The prescribed network with batch normalisation behind each convolution."""
    return nn.Sequential(
        nn.Conv2d(1, 8, kernel_size=5),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, kernel_size=5),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(256, 10),
    )


slow = replace(base, optimizer="sgd", momentum=0.0, learning_rate=0.05)
figure = plots.training_curves(
    {
        "without": runs("without", slow),
        "with": runs("with batch norm", slow, with_batch_norm),
    },
    title="Batch normalisation makes plain SGD quick",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# It learns in an epoch or two what the other needs many for, and the three starts agree. It costs
# 48 more numbers, and one more way to measure wrongly: its answer for an image depends, in training
# mode, on the *other images of the batch*.
#
# >> To think about: somebody measures accuracy one image at a time, in training mode. What happens?
# Each channel is normalised by the mean and the deviation over the places of that one image. A
# channel that says "bright here" by its mean loses what it had to say, and the running averages
# move towards the last image with every call, so measuring changes the network. The same mistake
# turns an attack into a riddle: in training mode the gradient of one image's loss reaches into its
# neighbours. That is why every function of this course that looks at a network does so in
# evaluation mode.
#
# The lecture "Training, and what accuracy hides" has all of these on MNIST, side by side, with a
# second column: the accuracy under attack. The two columns do not go together.

# %% [markdown]
# ## What you can now do
#
# - Say for each layer what shape comes out and how many numbers it holds.
# - Read a loss: 2.303 is ignorance of ten classes, and a loss that sticks there has a reason.
# - Write a training loop that gives the same result twice and leaves no traces.
# - Measure an accuracy in the right mode, and say how far it can be trusted.
# - Compare rates, schedules, optimisers and batch sizes so that the comparison could have failed.
#
# The network is right nearly always, on images that nobody has tampered with. Assignment 3 tampers
# with them.
