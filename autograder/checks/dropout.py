"""Networks with dropout, to find out whether an answer evaluates in evaluation mode."""

from __future__ import annotations

import copy
from functools import partial

import torch
from torch import Tensor

from autograder.checks.shares import drawn_half
from autograder.judge.checking import Network, Setting, metrics

SEEN = 100  # images on which networks are compared


def dropout_network(setting: Setting) -> Network:
    """An untrained network with dropout, whose answers are random in train mode.

    It is made once for everybody: of a few networks, the one whose answers dropout changes most. A
    network that gives nearly all images the same class would show nothing.
    """
    whole = setting.shared
    return whole.remember("network with dropout", partial(most_changeable, whole))


def most_changeable(setting: Setting) -> Network:
    """The network of a few whose classes dropout changes for the most images."""
    images = setting.test_images(SEEN).images
    drawn = [setting.network("simple-cnn", f"network {each} with dropout") for each in range(4)]

    def changed(network: Network) -> float:
        in_train_mode = copy.deepcopy(network.module).train()
        with torch.no_grad(), torch.random.fork_rng():
            torch.manual_seed(setting.seed("dropout"))
            classes = in_train_mode(images).argmax(dim=1)
        changes = classes != metrics.predict(network.module, images).argmax(dim=1)
        return changes.double().mean().item()

    return max(drawn, key=changed)


def right_in_eval_mode(handin: Setting, network: Network, images: Tensor) -> Tensor:
    """Labels (n,) of images: the classes that the network gives in evaluation mode, or, for a drawn
    half, the class that it gives last. In train mode fewer are right, whatever dropout does."""
    logits = metrics.predict(network.module, images)
    wrong = drawn_half(handin, len(images))
    return torch.where(wrong, logits.argmin(dim=1), logits.argmax(dim=1))
