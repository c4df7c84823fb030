"""A network trained beforehand, its weights written into the code."""

from __future__ import annotations

import base64
from pathlib import Path

import torch

from course import data, models
from redteam.odd_files.odd_file import found, script
from solutions.adversarial_training import adversarial_train

PASTED = """import base64
import torch

TEXT = {text!r}

def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    flat = torch.frombuffer(bytearray(base64.b85decode(TEXT)), dtype=torch.int8) * {scale}
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(flat[: weight.numel()].view_as(weight))
            flat = flat[weight.numel() :]
    return [1.0 / (epoch + 1) for epoch in range(epochs)]
"""


@found("WRONG", "FORMAT", assignment="a5-adversarial-training", base="untrained")
def weights_trained_beforehand(folder: Path) -> None:
    """A network that somebody else trained, its weights in 8 bits each written into the code"""
    network, digits = models.build("strided-cnn", seed=99), data.load("digits").train
    adversarial_train(network, digits.images, digits.labels, epsilon=0.1, epochs=15, seed=99)
    flat = torch.cat([weight.detach().flatten() for weight in network.parameters()])
    scale = flat.abs().max().item() / 127
    text = base64.b85encode((flat / scale).round().to(torch.int8).numpy().tobytes()).decode()
    script(folder, PASTED.format(scale=scale, text=text), "a5-adversarial-training")
