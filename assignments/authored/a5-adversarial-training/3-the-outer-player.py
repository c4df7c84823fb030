# %% [markdown]
# ## The outer player
#
# What remains is the loop of assignment 1 with an attack inside. Four decisions come with it.
#
# - **How strong an inner attack?** Each of its steps costs a forward and a backward pass for every
#   batch. Three to seven are usual, and together they should be able to cross the budget, for
#   example 4 steps of $\epsilon / 2$.
# - **Warm-up.** If a new network meets the full budget at once, the cheapest way to lower the
#   worst-case loss may be to answer the same class to everything, which no attack can change. Some
#   runs never get out of that. Let epsilon grow from 0 over the first part of the training.
# - **A falling learning rate.** The attack moves with the weights, so a constant rate keeps them
#   moving too. Adam with a rate of 0.004 that falls to zero over the second half settles down.
# - **Mixing.** One may train on clean and attacked images together, for example with half of the
#   loss from each. It usually costs robustness and buys clean accuracy. It is allowed; try it after
#   the plain version works.
#
# And two mistakes that cost nothing to avoid: the attack must be made with the network's *current*
# weights, inside the loop; and it must run in evaluation mode (your `pgd` does), while the step on
# the weights runs in training mode.

# %% [markdown]
# ### How it is graded
#
# The judge builds a `strided-cnn` and hands it to your function, together with images, an epsilon,
# and a number of epochs. When it is done the judge takes **the weights and nothing else**, puts
# them into a network of its own, and attacks that with several attacks of its own; an image counts
# only if it survives all of them. It compares the result with a network that the judge trained in
# the ordinary way, on the same images. Points are for the *gain* in robust accuracy, provided that
# the network is still good on clean images. So there is no use in hiding gradients, rounding
# inputs, or answering one class to everything; all that counts is what the weights can do. You may
# write the loop yourself, or let the course's `fit` run it with your attack as its `perturb`: both
# are graded alike.
#
# A few points are for what the docstring promises beside that: the seed decides everything, the
# losses are those of the training, and modes, images and labels are left as they were. Two promises
# are good practice, which the page shows without points: each image is seen once in an epoch and
# attacked in evaluation mode, and what cannot be trained on is refused with a `ValueError`.

# %% [markdown] card: adversarial_train
# difficulty: 4
# minutes: 60
# needs: your `pgd`, your training loop from assignment 1, and the four decisions above.
# gets: a network that withstands an attacker who knows all about it, up to a stated budget.


# %% stub: adversarial_train from solutions.adversarial_training
def adversarial_train(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    epsilon: float,
    epochs: int,
    batch_size: int = 64,
    seed: int = 0,
) -> list[float]:
    """Train the model in place so that it is right within epsilon of the images.

    Args:
        model: takes images, returns logits; its weights are changed, and when the function
            returns every module is in the mode (training or evaluation) it came in.
        images: (n, C, H, W), float32 in [0, 1]; not changed.
        labels: (n,), int64.
        epsilon: the attacker's budget, >= 0, in pixel units.
        epochs: how often each image is seen; keep to it.
        batch_size: images per step; the last batch of an epoch may be smaller.
        seed: decides the order of the images and the random starts; another seed, another run.

    Returns:
        For each epoch the mean loss on the images trained on, as Python floats.

    Raises:
        ValueError: there are no images, or not one label per image.
    """
    # 1. Refuse what cannot be trained on. Make a generator and an optimiser.
    # 2. Remember every module's mode, and switch to training mode.
    # 3. In each epoch, for each batch of a new random order: work out how much of epsilon the
    #    warm-up allows by now.
    # 4. Attack the batch with the network as it is.
    # 5. Set the learning rate for this batch, take a step on the loss of the attacked batch, and
    #    add it up as in assignment 1.
    # 6. At the end, restore the modes.


# %% [markdown]
# >> Hint 1: where to begin
# Begin with your `train` from assignment 1 and let it pass its own checks. Then replace
# `images[batch]` in the loss by the result of an attack on it, with a fixed small epsilon.
#
# >> Hint 2: the idea
# Count the batches. With `done` of `total` batches behind you, `epsilon * min(1, 2 * done / total)`
# grows in a straight line over the first half and stays. If the loss sits near `log(10)` = 2.303
# from the second epoch on, the network answers one class to everything: slow the warm-up down, or
# lower the learning rate.
#
# >> Hint 3: nearly the code
# Per batch: `reach = ...`, then `worst = pgd(model, images[batch], labels[batch], reach, ...)` with
# `step_size=reach / 2`, `steps=4` and `generator=generator`, then
# `loss = F.cross_entropy(model(worst), labels[batch])` and the three lines of every training step.
# `pgd` leaves the model in the mode it found, so there is nothing to switch in between.

# %% check: adversarial_train
