# %% [markdown]
# ## How often it is right
#
# Accuracy is the fraction of images whose largest logit is the labelled class. It looks too simple
# to get wrong, and yet: measured in training mode it is random. See for yourself with a network
# that has dropout.

# %%
torch.manual_seed(0)
pixels = data.train.images[0].numel()
forgetful = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(pixels, 10))
fit(forgetful, data.train.images, data.train.labels, Recipe(epochs=5, batch_size=64))
few, few_labels = data.test.images[:200], data.test.labels[:200]
for mode in ("training", "training", "evaluation", "evaluation"):
    forgetful.train(mode == "training")
    with torch.no_grad():
        right = (forgetful(few).argmax(dim=1) == few_labels).float().mean().item()
    print(f"{mode:10} mode: {right:.1%}")

# %% [markdown]
# So measure in evaluation mode, and afterwards give every module back the mode it had: a whole
# network may be in training mode, or some of its layers. That is graded. The two `ValueError`s of
# the docstring are good practice: the page shows whether they are raised, without points.

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
network = CNN(image_channels, image_side)
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
    again = CNN(image_channels, image_side)
    again.load_state_dict(load_file(path))
    print(f"{path.stat().st_size:,} bytes: {parameter_count(network):,} numbers and their names")
same = torch.equal(predict(network, data.test.images), predict(again, data.test.images))
print("the loaded network gives the same logits, bit for bit:", same)

# %% [markdown]
# The format, safetensors, holds numbers and names and nothing else. The older way,
# `torch.save(model)`, writes a *pickle*, and a pickle may contain instructions that run when it is
# opened. A model file from the internet that is a pickle is a program from the internet. Where you
# must open one, `torch.load(..., weights_only=True)` refuses the instructions.
