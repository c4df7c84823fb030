# %% [markdown]
# ## Defences that hide the gradient
#
# An attack that follows a gradient needs one. So the cheapest "defence" is to take it away. Nothing
# about the network gets better; the attacker is merely blindfolded. Three ways, all published as
# defences once:
#
# - **Rounding**: the image is reduced to a few grey levels first. The idea is that small changes
#   are rounded away (feature squeezing; Xu and others, 2018). The gradient of rounding is 0
#   wherever it exists.
# - **Large logits**: the softmax of a lead of 17 rounds to 1 in float32 and the cross-entropy's
#   gradient to 0. *Defensive distillation* (Papernot and others, 2016b) trains such networks: at a
#   high temperature, which is taken away afterwards.
# - **Noise and crops**: the gradient is another one each time. Averaging over draws gets it back
#   (expectation over transformation; Athalye and others, 2018b); you will meet it below.
#
# Here they are, around one network, under the PGD of assignment 4. From here on the normalisation
# is a layer again, where it belongs.

# %%
victim = nn.Sequential(normalise, published)
levels = 8
temperature = 50.0

teacher_says = predict(victim, data.train.images).argmax(dim=1)
distilled = build("tiny-cnn", seed=1, **data.sizes)
fit(ScaledLogits(distilled, 1 / temperature), data.train.images, teacher_says, recipe)

defences = {
    "none": Defence(victim),
    f"{levels} grey levels": Quantised(victim, levels),
    "logits x 10,000": ScaledLogits(victim, 1e4),
    f"trained at temperature {temperature:g}": Defence(distilled),
}
by_entropy = partial(pgd, step_size=limit / 4, steps=20, random_start=False)


def left_by(defence: nn.Module, attack: Callable[..., Tensor]) -> float:
    """The accuracy that an attack leaves on the probe, at the full budget."""
    return accuracy(defence, attack(defence, probe.images, probe.labels, limit), probe.labels)


for name, defence in defences.items():
    clean = accuracy(defence, probe.images, probe.labels)
    print(f"{name:26} clean {clean:6.1%}   PGD leaves {left_by(defence, by_entropy):6.1%}")

# %% [markdown]
# (The third network learned from another network's answers with its logits divided by a temperature
# that is left out when it is used: the part of distillation that matters here.)
#
# Should anybody believe this table? Add a line for plain random noise of the same size: it breaks
# about as many images as PGD does. **A gradient attack that is no better than noise is no test.**
#
# ### Attacks that adapt
#
# An adaptive attack begins by reading the defence. These are open books: `course.defences` has
# their code, and every one is
#
# $$ \text{decide}\big(\, \text{model}(\, \text{transform}(x) \,)\, \big) , $$
#
# with attributes `transform`, `model` and `decide` that you can call by themselves. For each part
# that spoils the gradient, ask what could stand in for it:
#
# - *The transformation* $t$ has no gradient, but $t(x)$ is nearly $x$. So compute $t(x)$ on the way
#   forward, and pretend on the way back that nothing happened: the **straight-through** gradient,
#   or backward pass differentiable approximation (BPDA; Athalye, Carlini and Wagner, 2018). In
#   PyTorch that is one line: `x + (t(x) - x).detach()` has the value of $t(x)$ and the gradient of
#   $x$.
# - *The decision* may be left out when it changes no answer, or attacked with a loss that it does
#   not flatten: the margin.
#
# In the end only one thing counts: whether the **defence itself** gets the image wrong. The check
# also shows, as good practice without points, whether the defence and the images stay as they were,
# the result is detached, and a ValueError comes for what cannot be attacked.

# %% [markdown] card: break_defense
# difficulty: 4
# minutes: 40
# needs: `pgd` with a model and a loss of your choice; `Tensor.detach`; a boolean mask to keep what
#   worked.
# gets: the attack that two published kinds of defence fell to.


# %% stub: break_defense from solutions.audit
class StraightThrough(nn.Module):
    """The network behind a defence, shown what the defence shows it, with a gradient to follow."""

    def __init__(self, defense: Defence) -> None:
        """Keep the defence, as an attribute `defense`."""
        # 1. As in every module: first `super().__init__()`.

    def forward(self, images: Tensor) -> Tensor:
        """Return logits: those of `defense.model` on the transformed images.

        The gradient is that of `defense.model`, as if the transformation were not there.
        """
        # 1. What the transformation changes, cut off from the graph.
        # 2. The network's logits on the images with that change.


def break_defense(defense: Defence, images: Tensor, labels: Tensor, epsilon: float) -> Tensor:
    """Return images that the defence gets wrong, wherever you find one within epsilon.

    Args:
        defense: one of `course.defences`, with `transform`, `model` and `decide`; left as it was.
        images: (n, C, H, W), float32 in [0, 1]; not changed.
        labels: (n,), the true classes, int64.
        epsilon: the largest change of a pixel, >= 0, in pixel units.

    Returns:
        (n, C, H, W), detached, in [0, 1], nowhere further than epsilon from the images. An image
        for which nothing was found may be returned as it is.

    Raises:
        ValueError: epsilon is negative or not finite, or the shape of the labels is not that of
            one class per image.
    """
    # 1. Let `check_attack` look at the arguments. Begin with a copy of the images.
    # 2. RESTARTS times, for each of the two losses: PGD on the network that you can see through
    #    to, with STEPS steps of 2.5 * epsilon / STEPS.
    # 3. Ask the defence which of the attacked images it gets wrong, and keep those.


# %% [markdown]
# >> Hint 1: where to begin
# Print the gradient of `cross_entropy(Quantised(victim, 8)(x), labels).sum()` with respect to `x`.
# It is 0 everywhere. Now do the same for `victim(x)`. Which `x` would you put in?
#
# >> Hint 2: the idea
# If the check says that the images come back unchanged, or look like a random start, PGD was given
# the defence itself. Give it a module that ends in `defense.model(...)`. If it breaks the one
# defence and not the other, look at what the other does to the logits. Random starts differ: keep
# what one of them broke.
#
# >> Hint 3: nearly the code
# `change = (self.defense.transform(images) - images).detach()`, then
# `return self.defense.model(images + change)`. In the loop
# `attacked = pgd(StraightThrough(defense), images, labels, epsilon, ...)`,
# `broken = predict(defense, attacked).argmax(dim=1) != labels`, `best[broken] = attacked[broken]`.

# %% check: break_defense

# %%
for name, defence in defences.items():
    torch.manual_seed(0)
    before, after = left_by(defence, by_entropy), left_by(defence, break_defense)
    print(f"{name:26} PGD leaves {before:6.1%}   your attack {after:6.1%}")

few = [3, 5, 9, 17]
greys = {}
for count in few:
    rounded = Quantised(victim, count)
    torch.manual_seed(0)
    greys[count] = [
        accuracy(rounded, probe.images, probe.labels),
        left_by(rounded, by_entropy),
        left_by(rounded, break_defense),
    ]
titles = ["without an attack", "PGD through the rounding", "adaptive attack"]
figure = plots.robustness_curve(
    few,
    {title: [greys[count][place] for count in few] for place, title in enumerate(titles)},
    x_label="grey levels",
    title="Rounding stops an attack that does not know of it",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# The gap between the two lower lines is what the defence was praised for. Something is left at very
# few levels, and honestly so: where the nearest threshold lies further than epsilon, a pixel
# cannot cross it, and a digit has few greys to begin with. On photographs it has many.
#
# >> To think about: "We now round at random thresholds." What do you try?
# Average. Draw many thresholds, compute the straight-through gradient for each, and step along the
# mean: the attack wants the *expected* loss to rise, and the gradient of a mean is the mean of the
# gradients. Then look at the loss along the way, and at noise of the same size. What you must not
# do is to run the old attack again and report that it failed.
