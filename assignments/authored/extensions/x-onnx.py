# %% [markdown]
# # Extension · Ship it: export to ONNX
#
# Turn a trained network into a file that runs without PyTorch, prove that it is the same network,
# and attack it there.
#
# Networks are trained in one program and used in another: in a browser, on a telephone, inside a
# camera. ONNX is a common format for the way between. What was exported has logits and no
# gradients. Does that protect it? Extensions give no points. They have checks all the same, and you
# need assignments 1 and 3.

# %% [markdown]
# ## Set up
#
# Three more packages are needed.
#
# Change `"digits"` to `"signs"` for road signs in colour, or to `"mnist"` for the real thing. MNIST
# is fetched first, once and with the internet at hand: `course data download mnist`.

# %%
import warnings
from importlib.util import find_spec

import numpy
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from autograder import check
from course import plots
from course.budget import budget
from course.data import load
from course.errors import CourseError
from course.metrics import accuracy, evaluating, predict
from course.models import build, parameter_count
from course.training import fit, plain_recipe

if not all(find_spec(name) for name in ("onnx", "onnxscript", "onnxruntime")):
    raise CourseError("run `pip install onnx onnxscript onnxruntime`, then restart the kernel")
from onnxruntime import InferenceSession

PROFILE = "digits"

limit = budget(PROFILE).epsilon
data = load(PROFILE).take(budget(PROFILE).train_images, budget(PROFILE).test_images)
victim = build("tiny-cnn", seed=0, **data.sizes)
fit(victim, data.train.images, data.train.labels, plain_recipe(budget(PROFILE).cnn_epochs))
print(f"right on {accuracy(victim, data.test.images, data.test.labels):.1%} of the test images")

# %% [markdown]
# ## A network as a list of steps
#
# A PyTorch network is a program: `forward` may do anything. An ONNX file is a **graph**: named
# inputs, a list of steps such as `Conv`, `Relu` and `Gemm`, and the weights as constants. The
# exporter runs `forward` once on an example and writes down what it sees. Four things go wrong
# there, and none of them says so:
#
# - **Mode.** In training mode, dropout and batch normalisation are written down as they are *then*.
#   Export in evaluation mode.
# - **The number of images.** What is a number in the example becomes a constant in the file, unless
#   it is declared free. Use an example with two images: the exporter may take a 1 for a constant
#   of nature.
# - **Normalisation.** In this course it is a layer of the network, so it comes along. Elsewhere,
#   whoever runs the file has to know mean and deviation by heart.
# - **Proof.** "It ran without an error" proves nothing. Compare the logits.
#
# The names `images` and `logits` below are those by which the file's user speaks of input and
# output.

# %% [markdown] card: onnx_network
# difficulty: 3
# minutes: 30
# needs: `torch.onnx.export(..., dynamo=True)`, which returns a program whose
#   `model_proto.SerializeToString()` are the file's bytes, and
#   `InferenceSession(bytes, providers=["CPUExecutionProvider"])` with its
#   `run(None, {"images": array})`, which returns a list of NumPy arrays.
# gets: a network that needs no PyTorch, behind the interface that you know.


# %% stub: onnx_network from solutions.extensions.onnx_network
class OnnxNetwork(nn.Module):
    """A trained network, exported to ONNX and run by ONNX Runtime.

    It keeps the file's bytes as `exported` and a session that runs them as `session`; the PyTorch
    network is not kept. It has logits, no weights and no gradients.
    """

    def __init__(self, model: nn.Module, image_shape: tuple[int, int, int]) -> None:
        """Export `model`, which takes images (n, *image_shape) in [0, 1], for any n >= 1.

        The model is exported in evaluation mode, and every module of it is left in the mode it
        was in.
        """
        # 1. Call super().__init__().
        # 2. In evaluation mode, export the model with two images of zeros as the example, input
        #    and output names "images" and "logits", and a free number of images.
        # 3. Keep the bytes of the file.
        # 4. Make a session of the bytes.

    def forward(self, images: Tensor) -> Tensor:
        """Return the logits (n, k) of images (n, C, H, W), float32 in [0, 1]; no gradient."""
        # 1. The images as a NumPy array; the session's answer; that as a tensor.


# %% [markdown]
# >> Hint 1: where to begin
# Outside the class, export the victim and print the length of the bytes. It should be a little more
# than four times the number of parameters.
#
# >> Hint 2: the idea
# `dynamic_shapes=({0: torch.export.Dim("batch")},)` says: of the first argument, axis 0 is free.
# `with evaluating(model):` around the export puts the modes back. The session takes arrays, not
# tensors: `images.detach().numpy()`.
#
# >> Hint 3: nearly the code
# `torch.onnx.export(model, (torch.zeros(2, *image_shape),), dynamo=True, verbose=False,
# input_names=["images"], output_names=["logits"], dynamic_shapes=...)`, then
# `program.model_proto.SerializeToString()`. `forward`:
# `(logits,) = self.session.run(None, {"images": batch})`.

# %% check: onnx_network

# %% [markdown]
# ## The same network?

# %%
shipped = OnnxNetwork(victim, data.image_shape)
here, there = predict(victim, data.test.images), predict(shipped, data.test.images)
print(f"{parameter_count(victim):,} weights, {len(shipped.exported):,} bytes")
print(f"largest difference of a logit: {(here - there).abs().max().item():.2e}")
same = (here.argmax(dim=1) == there.argmax(dim=1)).float().mean().item()
print(f"the same answer on {same:.1%} of {len(data.test)} test images")

# %% [markdown]
# The last digits differ: another library adds the same numbers in another order. That is why one
# compares with a tolerance, and why "bit for bit the same" is promised within one machine and
# version only.
#
# ## Does it protect?
#
# The file has no gradients. So compute them where they are, on the PyTorch network, and send the
# result to the file; or, without that network, train one of your own and attack *it*.


# %%
def signs(network: nn.Module) -> Tensor:
    """The signs of the loss gradient at the test images."""
    leaf = data.test.images.clone().requires_grad_()
    with evaluating(network):
        loss = F.cross_entropy(network(leaf), data.test.labels, reduction="sum")
    (gradient,) = torch.autograd.grad(loss, leaf)
    return gradient.sign()


imitation = build("tiny-cnn", seed=7, **data.sizes)
fit(imitation, data.train.images, data.train.labels, plain_recipe(budget(PROFILE).cnn_epochs))
coins = torch.randint(0, 2, data.test.images.shape, generator=torch.Generator().manual_seed(0))
directions = {
    "random signs": 2.0 * coins - 1,
    "the PyTorch original": signs(victim),
    "an imitation": signs(imitation),
}
grid = [step * limit / 4 for step in range(9)]
lines = {
    f"FGSM on {title}" if "random" not in title else title: [
        accuracy(shipped, (data.test.images + each * direction).clamp(0, 1), data.test.labels)
        for each in grid
    ]
    for title, direction in directions.items()
}
figure = plots.robustness_curve(
    grid,
    lines,
    chance=1 / data.num_classes,
    title="The exported network under images made elsewhere",
)
print(plots.alt_text(figure))
figure

# %% [markdown]
# The file falls to the original's gradient as the original does, and to the imitation's not much
# later. No gradient was ever asked of it.
#
# >> To think about: could you attack the file without any PyTorch network at all?
# Yes. Ask it: change a square of pixels, look whether the margin of the logits fell, keep what
# helped. That is the random search of assignment 4, which needs logits and nothing else. With the
# answer alone and no logits it takes more questions, and still works. And whoever has the *file*
# has the weights: they stand in it as constants, and can be put back into PyTorch.
#
# ## What you can now do
#
# - Export a network, in the right mode and for any number of images, and prove that it is the same.
# - Say why a network without gradients is not a network without attacks.
