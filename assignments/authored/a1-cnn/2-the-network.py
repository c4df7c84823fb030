# %% [markdown]
# ## The network, and every number in it
#
# The second kind of step, **max-pooling**, keeps the largest of each 2×2 square and so halves both
# sides. Two convolutions, each followed by ReLU and pooling, and one linear layer:
#
# | Step | Output | Parameters |
# |---|---|---|
# | image | 1 × 28 × 28 | |
# | convolution 5×5, 1 → 8 channels | 8 × 24 × 24 | $8 \cdot (1 \cdot 25 + 1) = 208$ |
# | ReLU | 8 × 24 × 24 | |
# | max-pool 2×2 | 8 × 12 × 12 | |
# | convolution 5×5, 8 → 16 channels | 16 × 8 × 8 | $16 \cdot (8 \cdot 25 + 1) = 3216$ |
# | ReLU | 16 × 8 × 8 | |
# | max-pool 2×2 | 16 × 4 × 4 | |
# | flatten | 256 | |
# | linear, 256 → 10 | 10 logits | $10 \cdot (256 + 1) = 2570$ |
# | together | | $208 + 3216 + 2570 = 5994$ |
#
# Images of another shape change two of the numbers, and the others follow. Road signs (`signs`)
# have 3 channels and 32 pixels a side: the first convolution has $8 \cdot (3 \cdot 25 + 1) = 608$
# parameters, the sides are 28, 14, 10 and 5, and the linear layer reads $16 \cdot 5 \cdot 5 = 400$
# numbers. So `CNN` takes `channels` and `side`, which are 1 and 28 unless somebody says otherwise.
# For digits and MNIST the judge calls `CNN()`: there the numbers of the table are enough.
#
# An output channel of the second convolution looks at all eight channels below it: $8 \cdot 25$
# weights and one bias. That is why it has the most parameters although its images are small.
#
# **This architecture is prescribed**: these layers, these sizes, no padding, stride 1, a bias
# everywhere, and nothing else that has parameters. The judge reads the six parameter tensors of
# your network, tells them apart by their shapes (all six differ), builds the network again from
# them, and compares its logits with yours. The names of your layers are free.

# %% [markdown] card: cnn
# difficulty: 2
# minutes: 25
# needs: the table above, and `nn.Conv2d`, `nn.ReLU`, `nn.MaxPool2d`, `nn.Flatten`, `nn.Linear`.
# gets: a network whose every number you can account for.


# %% stub: cnn from solutions.cnn
class CNN(nn.Module):
    """Two convolutions and one linear layer: 5,994 parameters for 28x28 grey images.

    Takes images (n, channels, side, side) in [0, 1] and returns logits (n, 10), for any n. No
    softmax at the end: the loss applies its own. No buffers, and the same logits in either mode.
    """

    def __init__(self, channels: int = 1, side: int = 28) -> None:
        """Create the layers, for images of so many channels and so many pixels a side."""
        # 1. Call super().__init__(), so that PyTorch can find the layers.
        # 2. Make each step of the table an attribute. ReLU and pooling too, as modules: in
        #    assignment 2 you will watch them, and a hook sees only modules.

    def forward(self, images: Tensor) -> Tensor:
        """Return the logits (n, 10) of images (n, channels, side, side).

        Args:
            images: float32 in [0, 1].

        Returns:
            One row of ten logits for each image: any real numbers, the largest is the answer.
        """
        # 1. Convolution, ReLU, pooling.
        # 2. Convolution, ReLU, pooling.
        # 3. Flatten everything but the batch, and the linear layer.


# %% [markdown]
# >> Hint 1: where to begin
# Write `__init__` with only the first convolution, let `forward` return its output, and look at
# `CNN(image_channels, image_side)(data.train.images[:2]).shape`. For digits it should be
# `(2, 8, 24, 24)`. Then add a step at a time.
#
# >> Hint 2: the idea
# Each layer's input channels are the output channels of the one before. When PyTorch says that
# `mat1 and mat2 shapes cannot be multiplied`, the linear layer expects another number than
# flattening gives: print the shape in front of it. 256 is 16 · 4 · 4.
#
# >> Hint 3: nearly the code
# `nn.Conv2d(1, 8, kernel_size=5)`, `nn.Conv2d(8, 16, kernel_size=5)`, `nn.MaxPool2d(2)`,
# `nn.Linear(256, 10)`; in `forward` each takes the result of the one before. `nn.Flatten()` leaves
# the batch alone. For images of any shape, write `channels` for 1, and `16 * left * left` for 256
# with `left = ((side - 4) // 2 - 4) // 2`.

# %% check: cnn

# %%
untrained = CNN(image_channels, image_side)
print("parameters:", parameter_count(untrained))
for name, weights in untrained.named_parameters():
    print(f"  {name:14} {tuple(weights.shape)!s:18} {weights.numel():5}")

# %% [markdown]
# ## What the loss says
#
# The network returns ten **logits** $z_0, \dots, z_9$: any numbers, the largest is the answer. The
# loss turns them into probabilities and asks how surprised they are by the truth $y$.
#
# 1. Make them positive and let them add up to one (*softmax*): $p_j = e^{z_j} / \sum_i e^{z_i}$.
# 2. The surprise at seeing $y$ is $-\log p_y$: nothing if $p_y = 1$, and without limit as
#    $p_y \to 0$.
# 3. Put together, the **cross-entropy** is $L = -\log p_y = \log \sum_i e^{z_i} - z_y$.
#
# The last form is why a network has no softmax at its end: `F.cross_entropy` takes logits and
# computes step 3 without ever forming a probability that rounds to zero. A network that applies
# softmax itself is trained on the softmax of a softmax. It learns slowly, and nothing complains.
#
# A network that knows nothing says $p_y = 1/10$ for everything and has the loss
# $\log 10 \approx 2.303$. That is the first number to expect.

# %%
logits_once = predict(untrained, data.train.images[:100])
truth = data.train.labels[:100]
by_steps = (logits_once.exp().sum(dim=1).log() - logits_once[torch.arange(100), truth]).mean()
print(f"step by step    {by_steps.item():.4f}")
print(f"F.cross_entropy {F.cross_entropy(logits_once, truth).item():.4f}")
print(f"log 10          {torch.tensor(10.0).log().item():.4f}")
perfect = torch.eye(10)  # the probabilities of a network that is always right and always sure
print(f"with a softmax too many, it has {F.cross_entropy(perfect, torch.arange(10)).item():.3f}")
