"""The trainings of the reports: attacks for `perturb` of `course.training.fit`, and distillation.

The attacks run during training, so if the recipe trains in bfloat16, so do they. Accuracies are
always measured in float32.
"""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from functools import partial
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from course.metrics import predict
from course.training import Perturb, Recipe, fit
from course.training_loop import split_batches, training_mode
from solutions.fgsm import fgsm
from solutions.pgd import pgd
from solutions.reproductions.lab import Lab


def few_images(lab: Lab) -> Lab:
    """The same lab, with fewer images in a quick run, for stages that train many networks."""
    return replace(lab, data=lab.data.take(256, 48)) if lab.quick else lab


def clean_and_fgsm(epsilon: float, *, bfloat16: bool = False) -> Perturb:
    """Each batch unchanged and under FGSM (Goodfellow et al. 2015, section 6, alpha .5)."""

    def perturb(model: nn.Module, x: Tensor, y: Tensor, done: float) -> Tensor:
        with torch.autocast(x.device.type, torch.bfloat16, enabled=bfloat16):
            return torch.cat([x, fgsm(model, x, y, epsilon)])

    return perturb


def only_fgsm(epsilon: float) -> Perturb:
    """FGSM in place of the batch; epsilon grows over the first half of the training."""

    def perturb(model: nn.Module, x: Tensor, y: Tensor, done: float) -> Tensor:
        return fgsm(model, x, y, epsilon * min(1.0, 2 * done))

    return perturb


def only_pgd(epsilon: float, steps: int = 5) -> Perturb:
    """PGD in place of the batch (Madry et al. 2018); epsilon grows over the first half.

    At its full size from the start, a small network can settle on one class for every image.
    """

    def perturb(model: nn.Module, x: Tensor, y: Tensor, done: float) -> Tensor:
        reach = epsilon * min(1.0, 2 * done)
        return pgd(model, x, y, reach, step_size=2.5 * reach / steps, steps=steps)

    return perturb


class AtTemperature(nn.Module):
    """A network whose logits are divided by a temperature, which makes its softmax softer."""

    def __init__(self, model: nn.Module, temperature: float) -> None:
        super().__init__()
        self.model = model
        self.temperature = temperature

    def forward(self, images: Tensor) -> Tensor:
        """(N, C, H, W) in [0,1] to softened logits (N, num_classes)."""
        logits: Tensor = self.model(images) / self.temperature
        return logits


def distil(
    student: nn.Module,
    teacher: nn.Module,
    images: Tensor,
    labels: Tensor,
    recipe: Recipe,
    *,
    temperature: float,
    epsilon: float = 0.0,
) -> list[float]:
    """Train `student` in place to answer as `teacher` does; return each epoch's mean loss.

    Defensive distillation (Papernot et al. 2016): the student learns the teacher's probabilities,
    both at `temperature`, and is then used at temperature 1, where its logits are that much
    larger. With epsilon > 0 each batch comes with its FGSM images too, made at the temperature,
    under the same targets. Adam with the recipe's rate, one-cycle; float32.
    """
    soft = predict(AtTemperature(teacher, temperature), images).softmax(dim=1)
    learner = AtTemperature(student, temperature)
    optimizer = torch.optim.Adam(student.parameters())
    steps = recipe.epochs * math.ceil(len(images) / recipe.batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, recipe.learning_rate, total_steps=steps + 1
    )
    generator = torch.Generator().manual_seed(recipe.seed)
    losses = []
    with training_mode(learner):
        for _ in range(recipe.epochs):
            total = 0.0
            order = torch.randperm(len(images), generator=generator)
            for index in split_batches(learner, order, recipe.batch_size):
                x, target = images[index], soft[index]
                if epsilon > 0:
                    x = torch.cat([x, fgsm(learner, x, labels[index], epsilon)])
                    target = target.repeat(2, 1)
                loss = F.cross_entropy(learner(x), target)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
                total += loss.item() * len(index)
            losses.append(total / len(images))
    student.eval()
    return losses


def distilled(
    lab: Lab,
    name: str,
    make: Any,
    recipe: Recipe,
    *,
    temperature: float,
    epsilon: float = 0.0,
    **inputs: Any,
) -> nn.Module:
    """`lab.network` for a student distilled from a teacher of the same architecture and recipe.

    With epsilon > 0 both learn from clean and FGSM images together.
    """
    images, labels = lab.data.train.images, lab.data.train.labels

    def train(student: nn.Module) -> list[float]:
        teacher = make()
        fit(
            AtTemperature(teacher, temperature),
            images,
            labels,
            recipe,
            perturb=clean_and_fgsm(epsilon) if epsilon > 0 else None,
            progress=lab.progress,
        )
        return distil(
            student, teacher, images, labels, recipe, temperature=temperature, epsilon=epsilon
        )

    network, _ = lab.network(
        name,
        partial(make),
        train,
        recipe=asdict(recipe),
        temperature=temperature,
        epsilon=epsilon,
        **inputs,
    )
    return network
