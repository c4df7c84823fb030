# %% [markdown]
# ## Which unit?
#
# A normalised image is $z = (x - \text{mean}) / \text{std}$. Let an attacker change each $z$ by at
# most $\epsilon$. Since $x = \text{mean} + \text{std} \cdot z$, that changes the pixel $x$ by at
# most $\epsilon \cdot \text{std}$. The mean drops out: it moves the image, not the change.
#
# With several channels each has a std of its own, and one epsilon on $z$ becomes several on $x$.
# The fair single number to report is the **largest** move of any pixel.

# %% [markdown] card: to_pixel_epsilon
# difficulty: 1
# minutes: 10
# needs: the formula above, `max`, and `isinstance(std, Sequence)` to tell a list from a number.
# gets: one axis for every epsilon that you find in print.


# %% stub: to_pixel_epsilon from solutions.audit
def to_pixel_epsilon(epsilon: float, std: float | Sequence[float]) -> float:
    """Convert an epsilon on normalised images to the largest move of a pixel.

    Args:
        epsilon: the largest change of a normalised value, >= 0.
        std: what pixels were divided by, > 0 in pixel units: one number, or one per channel.

    Returns:
        The largest change of any pixel, in pixel units (0 is black, 1 is white).

    Raises:
        ValueError: epsilon is negative or not finite, or a std is 0, negative or not finite.
    """
    # 1. Make a list of the stds, of one or of several.
    # 2. Refuse what is no unit. NaN is neither above 0 nor below: ask for what must be true.
    # 3. The channel with the largest std moves furthest.


# %% [markdown]
# >> Hint 1: where to begin
# Take one pixel. It is 0.5, the mean 0.3 and the std 0.2: what is $z$? Add 0.1 to $z$ and go back.
# By how much has the pixel moved?
#
# >> Hint 2: the idea
# If your numbers are too large by the square of something, you divided where you should multiply:
# dividing by std is the way from pixels to normalised units. For the errors: a comparison with NaN
# is always false, so `if std <= 0` lets it pass and `if not std > 0` does not.
#
# >> Hint 3: nearly the code
# `stds = list(std) if isinstance(std, Sequence) else [std]`, then
# `if not all(0 < each < math.inf for each in stds): raise ValueError(...)`, the same for
# `0 <= epsilon < math.inf`, and `return epsilon * max(stds)`.

# %% check: to_pixel_epsilon

# %% [markdown]
# Other scales are the same formula. On $[-1, 1]$ the pixel is $x = (z + 1) / 2$, a std of 1/2. On 0
# to 255 it is 1/255. The same network, attacked "at epsilon 0.1", "at 0.1" and "at 8":

# %%
scales = {"[0, 1]": 1.0, "[-1, 1]": 0.5, "0 to 255": 1 / 255, "this network's": stds}
for name, std in scales.items():
    small, large = (to_pixel_epsilon(each, std) for each in (0.1, 8.0))
    print(f"scale {name:15} 0.1 is {small:.4f} in pixels, 8 is {large:.4f}")

# %% [markdown]
# >> To think about: one epsilon for normalised colours. Is that one threat model?
# No. Each channel gets a budget of its own, in the ratio of the stds, for no reason that anybody
# could give. The maximum is the honest summary, an upper bound on what any pixel did; still, the
# attacker had less than that in the other channels. A budget belongs on the scale on which the
# harm is defined, and people see pixels.
