# %% [markdown]
# ## From the file to the camera
#
# So far the patch was pasted: its pixels were pixels of the image. A *printed* sticker is seen from
# the side, in shade or sun, and each of its dots covers a part of a pixel or several. Averaging
# over all that is the minimum from above with a larger $u$: a *view* and a *light*. For that we
# need a camera that gradients can pass.
#
# A camera without a lens maps a plane to the image by one $3 \times 3$ matrix. Here we need it
# backwards, from the pixels to the plane: the middle of a pixel, at $(u, v)$ with both from -1 to 1
# across the image, shows the point
#
# $$(x, y) = \left(\tfrac{a}{c}, \tfrac{b}{c}\right), \qquad (a, b, c) = M\,(u, v, 1) .$$
#
# The division by $c$ is perspective: what is far away shrinks. `views` draws such matrices, up to
# 35 degrees from the side, and lights.

# %% [markdown] card: photograph
# difficulty: 3
# minutes: 30
# needs: matrices in batches, and `F.grid_sample`.
# gets: a sticker from any side and in any light, in one differentiable step.


# %% stub: photograph from solutions.extensions.patch
def photograph(
    sticker: Tensor, images: Tensor, maps: Tensor, lights: Tensor, half: float
) -> Tensor:
    """Show a sticker on each image as a camera sees it.

    Args:
        sticker: (C, s, s) in [0, 1]; it may be part of a graph, and then so is the result.
        images: (n, C, H, W), float32 in [0, 1]; not changed.
        maps: (n, 3, 3): for each image the map from its pixels to the plane of the sticker. The
            middle of pixel j of W is at u = (2 j + 1) / W - 1; v is the same for rows.
        lights: (n, C): for each image the factor of each channel, >= 0.
        half: the sticker covers the points with |x| <= half and |y| <= half, x to the right.

    Returns:
        (n, C, H, W): where the middle of a pixel shows the sticker, its colour there (linear
        between dots), times the light, at most 1; elsewhere the image, without the light.
    """
    # 1. The middles (u, v, 1) of all pixels, times each map; divide by the third number.
    # 2. `F.grid_sample` reads the sticker at (x, y) / half.
    # 3. Choose between sticker and image with `torch.where`.


# %% [markdown]
# >> Hint 1: where to begin
# Take the identity as the map, lights of 1, and `half=0.5`: the result is a patch in the middle,
# half as wide as the image. Compare with `apply_patch`.
#
# >> Hint 2: the idea
# `F.grid_sample(pictures, places)` reads (n, C, s, s) at places (n, H, W, 2), x first, with -1 and
# 1 at the outer edges of the picture if `align_corners=False`. With `padding_mode="border"` the rim
# is not mixed with black.
#
# >> Hint 3: nearly the code
# `v, u = torch.meshgrid(..., indexing="ij")`, then
# `a, b, c = (maps @ torch.stack([u, v, torch.ones_like(u)]).flatten(1)).unbind(1)` and
# `places = torch.stack([a / c, b / c], dim=-1).view(n, height, width, 2) / half`.

# %% check: photograph

# %% [markdown] card: train_sticker
# difficulty: 2
# minutes: 15
# needs: `photograph`, and the loop of `train_patch`.
# gets: a sticker for a whole drive past the sign.


# %% stub: train_sticker from solutions.extensions.patch
def train_sticker(
    model: nn.Module,
    images: Tensor,
    maps: Tensor,
    lights: Tensor,
    target: int,
    *,
    size: int,
    half: float,
    steps: int,
    step_size: float = 0.05,
) -> Tensor:
    """Learn a sticker that makes the model see `target` from many views and in many lights.

    Args:
        model: takes images, returns logits; left as it was, its `.grad` and modes too.
        images: (n, C, H, W), float32 in [0, 1]; not changed.
        maps: (n, 3, 3), one view for each image.
        lights: (n, C), one light for each image.
        target: the class wanted.
        size: the side of the sticker, in dots.
        half: its half width on the plane of the sign.
        steps: how many steps, >= 0.
        step_size: how far a dot moves in one step.

    Returns:
        (C, size, size), detached, in [0, 1].
    """
    # 1. Begin with grey, 0.5.
    # 2. In evaluation mode, repeat: photograph the sticker on all images; the gradient of the mean
    #    cross-entropy to the target; a sign step DOWN; clamp to [0, 1].


# %% [markdown]
# >> Hint 1: where to begin
# It is `train_patch` with another line where the patch is stuck on, and without a generator: the
# views and lights are given.
#
# >> Hint 2: the idea
# Every step looks at all photographs. What helps from one side and harms from the other cancels in
# the mean; what is left helps from everywhere.
#
# >> Hint 3: nearly the code
# `shown = photograph(sticker, images, maps, lights, half)`, then the gradient of
# `F.cross_entropy(model(shown), targets)`, and the step of `train_patch`.

# %% check: train_sticker

# %% [markdown]
# ## Does it survive a camera that you did not write?
#
# On road signs this can be tried honestly. `World.draw` with a `Sticker` prints it on the signs
# *before* they are photographed: perspective, twigs, light, haze, lens and sensor then happen to it
# as to the sign. Your `photograph` has only the first and a rough guess of the third. So learn two
# stickers on training photographs, one straight as in a file, one from the true views and in random
# lights, and look at new photographs that the camera makes harder and harder.

# %%
camera = World(ROAD_SIGNS, seed=11)
signs, names = camera.draw(64)
reader = victim
if PROFILE != "signs":  # the network above has never seen a sign
    lessons = load("signs").take(600, 1)
    reader = build("tiny-cnn", seed=0, **lessons.sizes)
    fit(reader, lessons.train.images, lessons.train.labels, plain_recipe(10, seed=0))
goal, half = 5, 0.45
_, shades = views(len(signs), seed=1)
straight = views(1, difficulty=0)[0].expand(len(signs), 3, 3), torch.ones(len(signs), 3)
printed = {
    "none": None,
    "straight": train_sticker(reader, signs, *straight, goal, size=12, half=half, steps=30),
    "many views": train_sticker(
        reader, signs, camera.views(len(signs)), shades, goal, size=12, half=half, steps=30
    ),
}
for difficulty in (0.0, 0.6, 1.0):
    street = World(ROAD_SIGNS, seed=12, difficulty=difficulty)
    for title, dots in printed.items():
        sticker = None if dots is None else Sticker(dots, half)
        seen, truth = street.draw(200, sticker=sticker)
        read_as = predict(reader, seen).argmax(dim=1)[truth != goal]
        share = (read_as == goal).float().mean().item()
        wrong = (read_as != truth[truth != goal]).float().mean().item()
        print(
            f"difficulty {difficulty:.1f}  {title:10} read as {ROAD_SIGNS.classes[goal]}:"
            f" {share:6.1%}   misread: {wrong:6.1%}"
        )

# %%
street = World(ROAD_SIGNS, seed=12)
stops = torch.from_numpy(street.labels(100) == 0).nonzero().flatten()[:3]
rows = [
    street.draw(100, sticker=None if dots is None else Sticker(dots, half))[0][stops]
    for dots in printed.values()
]
answers = [predict(reader, row).argmax(dim=1).tolist() for row in rows]
figure = plots.image_row(
    torch.cat(rows),
    [
        f"{title}\n{ROAD_SIGNS.classes[answer]}"
        for title, row in zip(printed, answers, strict=True)
        for answer in row
    ],
    columns=3,
    title="One sign, three photographs: bare, and with each sticker",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# >> To think about: the "straight" sticker is photographed as well. Why does it work at all?
# A sticker is coarse: a dot covers whole pixels, so most of it survives a camera. Compare the loss
# in each row, not whether it works. Averaging over views matters more the more the views differ.
#
# >> To think about: adversarial training against sign steps of a small epsilon. Does it help here?
# Nothing says so. It protects a box around each image, in which every pixel moves a little. A patch
# leaves that box by far in its square and does not use the rest. A defence is a promise about one
# threat model; for another one, measure again, or train for it.
#
# >> To think about: the patch was learned from the network's own gradients. Is that realistic?
# Often enough: networks are downloaded, copied, or can be imitated, and patches transfer to similar
# networks. Whoever claims that a sticker works in a street has to try it in a street: ink, rain,
# a moving car and the rest of the system are in no camera of this notebook.
#
# ## What you can now do
#
# - State a threat model that has nothing to do with a small epsilon, and attack under it.
# - Train pixels instead of weights, on average over images and places.
# - Write a camera that gradients can pass, learn through it, and test with a camera that you did
#   not write.
