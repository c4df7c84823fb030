# %% [markdown]
# ## Experiments: what changes when you turn a knob?
#
# Not graded. The same network on the same images, and one thing differs at a time. `fit` is the
# course's own training loop: it takes a `Recipe` and keeps loss and accuracy of every epoch. The
# lecture "Training, and what accuracy hides" says what each knob does; here you turn it. Before
# you run a cell, write down what you expect.
#
# **Two numbers from one run each show nothing**, since another start gives another network. So each
# recipe is run from three starts. A difference counts only if the rows of three test accuracies do
# not overlap. The curves are those of the first start.


# %%
def runs(title: str, recipe: Recipe, network: Callable[..., nn.Module] = CNN) -> History:
    """Train from three starts; print each test accuracy, return the first run's history."""
    histories, accuracies = [], []
    for start in range(3):
        torch.manual_seed(start)
        trial = network(image_channels, image_side)
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
# "step" keeps 70 % of the rate after each epoch; "one-cycle" climbs from a small rate to the given
# one and then falls to almost nothing. All three begin with, or climb to, the same generous rate.

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
# SGD has momentum 0.9 here, and AdamW is Adam that also shrinks each weight a little at every step
# (*weight decay*, here 0.01).

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
# Larger batches give a steadier gradient and fewer steps in an epoch. Which of the two wins?

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
# Channel by channel, subtract the mean of the *batch* and divide by its standard deviation; in
# evaluation mode use running averages instead. The trial is plain SGD without momentum.


# %%
def with_batch_norm(channels: int, side: int) -> nn.Module:
    """The prescribed network with batch normalisation behind each convolution."""
    left = ((side - 4) // 2 - 4) // 2
    return nn.Sequential(
        nn.Conv2d(channels, 8, kernel_size=5),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, kernel_size=5),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(16 * left * left, 10),
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
# The lecture has all of these on MNIST, side by side, with a second column: the accuracy under
# attack. The two columns do not go together.

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
