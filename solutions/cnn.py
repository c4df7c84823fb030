"""Assignment 1: a small convolutional network, its training loop, and how often it is right.

The first hand-in of a student, and the network that later assignments attack.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course.inputs import check_count, check_images, check_labels
from course.metrics import evaluating, logits_of


class CNN(nn.Module):
    """Two convolutions and one linear layer: 5,994 parameters for 28x28 grey images.

    A scaled-down LeNet (LeCun et al. 1998, "Gradient-based learning applied to document
    recognition"). The sizes follow from two rules: a 5x5 convolution without padding takes 4 off
    each side's length, a 2x2 max-pool halves it.

        1x28x28 -conv-> 8x24x24 -pool-> 8x12x12
                -conv-> 16x8x8 -pool-> 16x4x4 = 256 -linear-> 10

    Takes images (n, channels, side, side) in [0, 1] and returns logits (n, 10): no softmax, because
    cross-entropy applies its own. Each ReLU is a module, so that a forward hook can see it.
    """

    def __init__(self, channels: int = 1, side: int = 28) -> None:
        super().__init__()
        left = ((side - 4) // 2 - 4) // 2  # pixels a side in front of the linear layer
        self.conv1 = nn.Conv2d(channels, 8, kernel_size=5)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(8, 16, kernel_size=5)
        self.relu2 = nn.ReLU()
        self.pool2 = nn.MaxPool2d(2)
        self.flatten = nn.Flatten()
        self.linear = nn.Linear(16 * left * left, 10)

    def forward(self, images: Tensor) -> Tensor:
        """Return the logits (n, 10) of images (n, channels, side, side)."""
        features = self.pool1(self.relu1(self.conv1(images)))
        features = self.pool2(self.relu2(self.conv2(features)))
        return self.linear(self.flatten(features))


@torch.inference_mode(False)  # gradients are on, even where the caller has switched them off
def train(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    epochs: int,
    batch_size: int = 64,
    seed: int = 0,
) -> list[float]:
    """Train the model in place by minimising the mean cross-entropy; return each epoch's loss.

    Adam (Kingma & Ba 2015) with learning rate 0.002. Every epoch visits each image once, in an
    order drawn from a generator of its own, so that the same seed gives the same batches; only
    dropout draws from the global random state. An epoch's loss is the mean over images, each taken
    before the step of its batch, so a short last batch counts for as many images as it holds.

    images (n, C, H, W) in [0, 1]; labels (n,), integers. The model is in training mode while it
    trains; afterwards, after an error too, every module is back in the mode it came in. A last
    batch of one image joins the one before it: batch normalisation cannot learn from one alone.
    Raises ValueError when there is nothing to train on, no epoch or batch to do it in, and for
    images or labels out of range; CourseError where the model answers NaN.
    """
    if len(images) == 0 or len(images) != len(labels):
        raise ValueError(f"need one label per image, got {len(images)} and {len(labels)}")
    check_count(epochs, "epochs")
    batch_size = check_count(batch_size, "batch_size")
    check_images(images)
    check_labels(images, labels)
    images = images.detach()  # or the caller's images would get gradients too
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
    modes = [(module, module.training) for module in model.modules()]
    losses = []
    try:
        model.train()
        for _ in range(epochs):
            total = 0.0
            batches = torch.randperm(len(images), generator=generator).split(batch_size)
            if len(batches) > 1 and len(batches[-1]) == 1 < batch_size:
                batches = (*batches[:-2], torch.cat(batches[-2:]))
            for batch in batches:
                logits = logits_of(model, images[batch], labels[batch])
                loss = F.cross_entropy(logits, labels[batch].long())
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                total += loss.item() * len(batch)
            losses.append(total / len(images))
    finally:
        for module, mode in modes:
            module.training = mode
    return losses


def accuracy(model: nn.Module, images: Tensor, labels: Tensor) -> float:
    """Return the fraction of images whose largest logit is the labelled class, in [0, 1].

    The model is evaluated in eval mode, without gradients, 512 images at a time so that memory
    does not grow with the data set; each module's mode is restored.

    images (n, C, H, W) in [0, 1]; labels (n,). Raises ValueError for an empty set: 0/0 is no
    accuracy, and for labels that are no classes of the network. Raises CourseError where the
    network answers NaN, which is no class.
    """
    if len(images) == 0:
        raise ValueError("no images: 0/0 is no accuracy")
    check_labels(images, labels)
    correct = 0
    with evaluating(model), torch.no_grad():
        for batch, targets in zip(images.split(512), labels.split(512), strict=True):
            logits = logits_of(model, batch, targets)
            correct += int((logits.argmax(dim=1) == targets).sum())
    return correct / len(images)
