"""Answers that need no thought, to any assignment: what each must earn is nothing.

They know only the names that an assignment asks for. A class becomes a network whose forward pass
gives the answer.
"""

from __future__ import annotations

from autograder import catalog

# What every function returns, as an expression of the positional arguments `given` and the others.
ANSWERS = {
    "nothing": "None",
    "zero": "0.0",
    "one": "1.0",
    "a list of zeros": "[0.0] * count(given, options)",
    "a list of ones": "[1.0] * count(given, options)",
    "the images": "images(given)",
    "black images": "torch.zeros_like(images(given))",
    "noise": "(images(given) + 0.1 * torch.randn_like(images(given)).sign()).clamp(0, 1)",
    "the same logits": "torch.zeros(len(images(given)), 10)",
    "random logits": "torch.randn(len(images(given)), 10)",
    "the labels": "labels(given)",
    "an empty dictionary": "{}",
    "the model": "given[0]",
}

HELP = """import torch
from torch import nn


def images(given):
    found = [each for each in given if torch.is_tensor(each) and each.dim() == 4]
    return found[0] if found else torch.zeros(1, 1, 28, 28)


def labels(given):
    found = [each for each in given if torch.is_tensor(each) and each.dim() == 1]
    return found[0] if found else torch.zeros(1)


def count(given, options):
    lists = [each for each in given if isinstance(each, list)]
    return options.get("epochs") or len(lists[-1] if lists else images(given))
"""
FUNCTION = """

def {name}(*given, **options):
    return {answer}
"""
CLASS = """

class {name}(nn.Module):
    def forward(self, *given, **options):
        return {answer}
"""


def source(assignment: str, answer: str) -> str:
    """A hand-in that answers everything that `assignment` asks for in this one way."""
    names = catalog.assignment(assignment).names
    shapes = [CLASS if name[0].isupper() else FUNCTION for name in names]
    parts = [
        shape.format(name=name, answer=ANSWERS[answer])
        for shape, name in zip(shapes, names, strict=True)
    ]
    return HELP + "".join(parts)
