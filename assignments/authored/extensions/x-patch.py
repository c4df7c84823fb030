# %% [markdown]
# # Extension · Few pixels, any value: adversarial patches
#
# Learn a sticker that turns *every* image it is put on into the class of your choice.
#
# A sign step changes every pixel a little, and must be computed anew for every image. Somebody with
# a printer can do neither: they stick something on the thing, cannot choose the angle, and do not
# know the rest of the picture. That is another threat model, and the attack for it is a training
# loop that trains pixels. Extensions give no points. They have checks all the same, and you need
# assignments 1 and 3.

# %% [markdown]
# ## Set up
#
# Change `"digits"` to `"signs"` for road signs in colour, or to `"mnist"` for the real thing. MNIST
# is fetched first, once and with the internet at hand: `course data download mnist`.

# %%
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder import check
from course import plots
from course.budget import budget
from course.data import load
from course.inputs import check_images, check_size
from course.metrics import accuracy, evaluating, logits_of, predict
from course.models import build
from course.signs.alphabet import ROAD_SIGNS
from course.signs.sampling import World
from course.signs.sticker import Sticker, views
from course.training import fit, plain_recipe

PROFILE = "digits"

data = load(PROFILE).take(budget(PROFILE).train_images, budget(PROFILE).test_images)
victim = build("tiny-cnn", seed=0, **data.sizes)
fit(victim, data.train.images, data.train.labels, plain_recipe(budget(PROFILE).cnn_epochs))
print(f"right on {accuracy(victim, data.test.images, data.test.labels):.1%} of the test images")

# %% [markdown]
# ## What the attacker may do
#
# - **Budget.** A square of $s \times s$ pixels, any values in $[0, 1]$; outside it nothing changes.
#   Counting changed pixels is the $L_0$ "norm".
# - **Knowledge.** The network and *some* images of the kind it will see, not the very ones.
# - **Goal.** One class $t$, for whatever image the patch is on.
#
# So the patch $q$ has to lower the loss of $t$ *on average*, over images $x$ and over the places
# $u$ where it may land:
#
# $$\min_q \; \mathbb{E}_{x,\,u} \; L\big(f(\mathrm{stick}(q, x, u)),\, t\big) .$$
#
# (Brown and others, *Adversarial patch*, 2017.) An average is lowered like the loss of a network:
# draw images and places, take the gradient, make a step, repeat. Only that what is trained is not
# the weights but $s \cdot s$ pixels. Averaging over the places is what makes the patch work where
# it happens to land; the idea is called *expectation over transformation*.

# %% [markdown] card: apply_patch
# difficulty: 2
# minutes: 15
# needs: `clone()` and assigning to a slice.
# gets: the step between patch and image that gradients can pass.


# %% stub: apply_patch from solutions.extensions.patch
def apply_patch(patch: Tensor, images: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Stick the patch on each image, at a place of its own.

    Args:
        patch: (C, s, s) in [0, 1]; it may be part of a graph, and then so is the result.
        images: (n, C, H, W), float32 in [0, 1]; not changed.
        rows: (n,), int64: the row of the patch's top left corner in each image.
        columns: (n,), int64: its column.

    Returns:
        (n, C, H, W): the images with the patch in the place of what was there.

    Raises:
        ValueError: a patch would not lie inside its image.
    """
    # 1. Refuse places outside 0 to H - s and 0 to W - s.
    # 2. Clone the images. Assign the patch to its square in each.


# %% [markdown]
# >> Hint 1: where to begin
# Write it for one image: `image[:, 3:8, 10:15] = patch` puts a patch of side 5 at row 3, column 10.
#
# >> Hint 2: the idea
# Assigning into a clone is an operation that autograd records: the gradient of the result flows
# back into the patch. A slice that reaches beyond the edge is cut off without a word, so look at
# the places yourself first.
#
# >> Hint 3: nearly the code
# `for i, (row, column) in enumerate(zip(rows.tolist(), columns.tolist())):` and in it
# `stuck[i, :, row : row + size, column : column + size] = patch`.

# %% check: apply_patch

# %% [markdown] card: train_patch
# difficulty: 3
# minutes: 25
# needs: your training loop from assignment 1, your sign step from assignment 3, and the minimum
#   above.
# gets: one sticker for all images.


# %% stub: train_patch from solutions.extensions.patch
def train_patch(
    model: nn.Module,
    images: Tensor,
    target: int,
    size: int,
    *,
    steps: int,
    wobble: int = 2,
    step_size: float = 0.05,
    seed: int = 0,
) -> Tensor:
    """Learn a patch that makes the model see `target`, near the middle of any image.

    Args:
        model: takes images, returns logits; left as it was, its `.grad` and modes too.
        images: (n, C, H, W), float32 in [0, 1]; not changed.
        target: the class wanted.
        size: the side of the patch, in pixels.
        steps: how many steps, >= 0.
        wobble: the patch may lie up to so many pixels off the middle, in both directions.
        step_size: how far a pixel of the patch moves in one step.
        seed: decides the places, and nothing else does.

    Returns:
        (C, size, size), detached, in [0, 1].

    Raises:
        ValueError: the patch, wobbling, would leave the images.
    """
    # 1. The middle is at row (H - size) // 2 and column (W - size) // 2. Refuse what leaves.
    # 2. A generator with the seed; a grey patch; the target once for each image.
    # 3. In evaluation mode, repeat: new places for all images; stick, and take the gradient of the
    #    mean cross-entropy with respect to the patch; a sign step DOWN; clamp to [0, 1].


# %% [markdown]
# >> Hint 1: where to begin
# Leave the wobble at 0 first: one place, a few steps, and print the loss after each. It must fall.
#
# >> Hint 2: the idea
# `requires_grad_()` goes on the patch, not on the images. Detach it after each step, as PGD does
# with its point. The places come from
# `torch.randint(-wobble, wobble + 1, (2, len(images)), generator=generator)`.
#
# >> Hint 3: nearly the code
# `logits = model(apply_patch(patch, images, rows, columns))`, then
# `torch.autograd.grad(F.cross_entropy(logits, targets), patch)` and
# `patch = (patch.detach() - step_size * gradient.sign()).clamp(0, 1)`.

# %% check: train_patch

# %% [markdown]
# ## Does it work on images it never saw?
#
# The patch learns from training images and is tried on test images of *other* classes, at new
# places. The controls are patches that nobody learned: white, black, and a random mosaic.

# %%
target, size, wobble = 3, 10, 2
patch = train_patch(victim, data.train.images[:256], target, size, steps=60, wobble=wobble)
strangers = data.test.images[data.test.labels != target]
places = (data.image_shape[1] - size) // 2 + torch.randint(
    -wobble, wobble + 1, (2, len(strangers)), generator=torch.Generator().manual_seed(9)
)
mosaic = torch.rand(patch.shape, generator=torch.Generator().manual_seed(9)).round()
patches = {
    "learned": patch,
    "white": torch.ones_like(patch),
    "black": torch.zeros_like(patch),
    "mosaic": mosaic,
}
for title, each in patches.items():
    read_as = predict(victim, apply_patch(each, strangers, *places)).argmax(dim=1)
    share = (read_as == target).float().mean().item()
    print(f"{title:8} {share:6.1%} of {len(strangers)} images that are no {target} are read as one")

# %%
examples = torch.arange(0, 60, 10)
shown = apply_patch(patch, strangers[examples], *places[:, examples])
read_as = predict(victim, shown).argmax(dim=1)
room = (data.image_shape[1] - size) // 2
padded = F.pad(patch, (room, data.image_shape[1] - size - room) * 2)
figure = plots.image_row(
    torch.cat([padded[None], shown]),
    ["the patch", *(f"read as {data.classes[answer]}" for answer in read_as.tolist())],
    title=f"One patch, made for the class {data.classes[target]}, on six images",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# Would you have read them otherwise? Nobody could overlook the patch. It need not be overlooked: it
# only has to look like nothing that anybody worries about.
#
# Is every class as easy to paint? And how large must the patch be?

# %%
sides = [4, 6, 8, 10, 12]
lines = {}
for wanted in (3, 5, 8):
    others = data.test.images[data.test.labels != wanted]
    lines[f"target {wanted}"] = []
    for side in sides:
        learned = train_patch(victim, data.train.images[:128], wanted, side, steps=30)
        spots = (data.image_shape[1] - side) // 2 + torch.randint(
            -2, 3, (2, len(others)), generator=torch.Generator().manual_seed(1)
        )
        answers = predict(victim, apply_patch(learned, others, *spots)).argmax(dim=1)
        lines[f"target {wanted}"].append((answers == wanted).float().mean().item())
figure = plots.robustness_curve(
    sides,
    lines,
    x_label="side of the patch (pixels)",
    title="The larger the patch, the more images it turns",
)
figure.axes[0].set_ylabel("Images read as the target (%)")
print(plots.alt_text(figure))
figure

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
