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
#   `model.eval()` switch them, for the network and every layer in it. Your `CNN` has no such layer,
#   but your loop will meet networks that do: call `model.train()` before the first epoch. Whoever
#   calls your function may have put some layers in evaluation mode on purpose, so note the mode of
#   each module before, and put it back after; in a `finally`, it is put back after an error too.
# - **The mean per image.** The last batch may be smaller. Weigh each batch by its size.
#
# And three promises to whoever calls it: the images and labels that you are given stay as they are
# (`images = images - mean` makes new ones, `images -= mean` overwrites the caller's), each image is
# seen once in an epoch, and what cannot be trained on is refused with a `ValueError`. The first is
# graded. The other two are good practice: the page shows whether you keep them, without points.
#
# `fit`, the course's own training loop, is for the experiments below. While your `train` is graded
# it is switched off, and so is the course's `accuracy` while yours is.

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
    # 5. After each epoch, note the mean over all images. At the end, and after an error
    #    (`finally`), restore the modes.


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
# `modes = [(module, module.training) for module in model.modules()]` before, and afterwards
# `module.training = mode` for each pair.

# %% check: train
