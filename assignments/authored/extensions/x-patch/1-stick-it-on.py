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
from course.inputs import check_count, check_images, check_seed, check_size
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
