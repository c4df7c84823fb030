# %% [markdown]
# ## An attack without gradients, as a check
#
# Suppose a network rounds its input to a few grey levels. The gradient of rounding is zero wherever
# it exists, so PGD cannot climb on any loss. Is the network robust, or are we blind?
#
# Ask it without gradients. The attack below changes a random square of the image by $\pm\epsilon$,
# looks at the margin, and keeps what helped: a small relative of the Square attack in the lecture.
# Read it; there is nothing in it that you have not met.

# %% given: _signs from solutions.random_search

# %% given: _squares from solutions.random_search

# %% given: random_search from solutions.random_search


# %%
class Rounded(nn.Module):
    """A network that sees its images in a few grey levels only."""

    def __init__(self, inner: nn.Module, levels: int) -> None:
        super().__init__()
        self.inner, self.levels = inner, levels

    def forward(self, images: Tensor) -> Tensor:
        return self.inner((images * self.levels).round() / self.levels)


by_search = partial(random_search, queries=300, generator=torch.Generator().manual_seed(0))
networks = {"plain": victim, "rounded": Rounded(victim, 8)}
for title, network in networks.items():
    print(
        f"{title:8} clean {accuracy(network, probe.images, probe.labels):6.1%}"
        f"   PGD {left_by(network, by_entropy):6.1%}"
        f"   margin {left_by(network, by_margin):6.1%}"
        f"   random search {left_by(network, by_search):6.1%}"
    )

# %% [markdown]
# On the plain network the random search is the weaker attack by far, as it should be: without a
# gradient it has to feel its way. On the rounded one it breaks images that PGD leaves standing, and
# **that is an alarm**: the number that PGD reports is worth nothing. The remedy is an attack made
# for this defence; the lecture shows one, and assignment 6 has you write some.
#
# So keep the cheap search in your list of attacks. It is not strong, but nothing can be hidden from
# it except the answer.
#
# >> To think about: all attacks together leave 60 %. What is the robust accuracy?
# At most 60 %. Every attack gives an upper bound, and the worst case over attacks is the best upper
# bound you have. A better attack might leave 50 %. A *lower* bound is another matter, a proof that
# no change within the budget can turn an image; such certificates exist, and the numbers that they
# give are smaller.

# %% [markdown]
# ## What you can now do
#
# - Write PGD with a projection around the original image and a repeatable random start.
# - Choose step size and number of steps by looking at the loss, and say when an attack has not
#   converged.
# - Attack a network that is too sure of itself, with the margin.
# - Count the worst case image by image, and tell a robust network from one that fools its test.
