"""Runs the attacks of one other library; `attacks.py` starts it with that library's own Python.

    build/peers/NAME/bin/python -I benchmarks/peer.py NAME TASK.pt

It imports nothing of the course. TASK.pt holds the network, the images and what to do with them.
Each line on standard input asks for one run as JSON: "job" is `pgd`, `first steps` (of PGD) or
`curve`; "batch" is how many images a call gets, 0 for what the library's documentation shows (all
in one call, or ART's own batches of 32); "file", if any, is where the result goes. Each line on
standard output answers one: seconds on the clock, and of processor.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from importlib.metadata import version
from typing import Any

import torch
from torch import Tensor, nn

Runs = dict[str, Callable[[int], Any]]
"""What a library is asked for, by job, for a batch: images, or an accuracy for each epsilon."""

PACKAGES = {"art": "adversarial-robustness-toolbox"}  # where it differs from the import's name


def foolbox_runs(task: dict[str, Any]) -> Runs:
    foolbox = import_module("foolbox")
    model = foolbox.PyTorchModel(task["model"], bounds=(0, 1), device=task["images"].device)
    fgsm = foolbox.attacks.LinfFastGradientAttack()

    def pgd(batch: int, *, steps: int) -> Tensor:
        attack = foolbox.attacks.LinfPGD(
            abs_stepsize=task["step_size"], steps=steps, random_start=False
        )
        epsilon = task["epsilon"]
        return torch.cat([attack(model, x, y, epsilons=epsilon)[1] for x, y in split(task, batch)])

    def curve(batch: int) -> list[float]:
        fooled = [fgsm(model, x, y, epsilons=task["epsilons"])[2] for x, y in split(task, batch)]
        return (1 - torch.cat(fooled, dim=1).double().mean(dim=1)).tolist()

    return jobs(task, pgd, curve)


def torchattacks_runs(task: dict[str, Any]) -> Runs:
    torchattacks = import_module("torchattacks")
    model = task["model"]

    def pgd(batch: int, *, steps: int) -> Tensor:
        epsilon, step = task["epsilon"], task["step_size"]
        attack = torchattacks.PGD(model, epsilon, step, steps, random_start=False)
        return torch.cat([attack(x, y) for x, y in split(task, batch)])

    def curve(batch: int) -> list[float]:
        fgsms = [torchattacks.FGSM(model, eps=epsilon) for epsilon in task["epsilons"]]
        right = torch.zeros(len(fgsms), dtype=torch.float64)
        for x, y in split(task, batch):
            right += torch.tensor([number_right(model, fgsm(x, y), y) for fgsm in fgsms])
        return (right / len(task["labels"])).tolist()

    return jobs(task, pgd, curve)


def art_runs(task: dict[str, Any]) -> Runs:
    evasion = import_module("art.attacks.evasion")
    on = "cpu" if task["images"].device.type == "cpu" else "gpu"
    images, labels = task["images"].cpu().numpy(), task["labels"].cpu().numpy()
    estimator = import_module("art.estimators.classification").PyTorchClassifier(
        task["model"],
        loss=nn.CrossEntropyLoss(),
        input_shape=images.shape[1:],
        nb_classes=task["classes"],
        clip_values=(0, 1),
        device_type=on,
    )

    def pgd(batch: int, *, steps: int) -> Tensor:
        attack = evasion.ProjectedGradientDescent(
            estimator,
            eps=task["epsilon"],
            eps_step=task["step_size"],
            max_iter=steps,
            num_random_init=0,
            verbose=False,
            batch_size=batch or 32,
        )
        return torch.from_numpy(attack.generate(images, labels))

    def curve(batch: int) -> list[float]:
        found = []
        for epsilon in task["epsilons"]:
            fgsm = evasion.FastGradientMethod(estimator, eps=epsilon, batch_size=batch or 32)
            logits = estimator.predict(fgsm.generate(images, labels), batch_size=batch or 128)
            found.append(float((logits.argmax(axis=1) == labels).mean()))
        return found

    return jobs(task, pgd, curve)


LIBRARIES = {"foolbox": foolbox_runs, "torchattacks": torchattacks_runs, "art": art_runs}


def jobs(task: dict[str, Any], pgd: Callable[..., Any], curve: Callable[[int], Any]) -> Runs:
    """What `main` may be asked for, from a library's two functions."""
    return {
        "pgd": partial(pgd, steps=task["steps"]),
        "first steps": partial(pgd, steps=task["first_steps"]),
        "curve": curve,
    }


def split(task: dict[str, Any], batch: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Images and labels in batches, or all together for 0."""
    images, labels = task["images"], task["labels"]
    size = batch or len(labels)
    return zip(images.split(size), labels.split(size), strict=True)


def number_right(model: nn.Module, images: Tensor, labels: Tensor) -> int:
    """How many images the network still classifies correctly."""
    with torch.no_grad():
        return int((model(images).argmax(dim=1) == labels).sum())


def timed(run: Callable[[], Any], device: torch.device) -> tuple[Any, dict[str, float]]:
    """The result of one run, and its seconds."""
    wall, processor = time.perf_counter(), time.process_time()
    result = run()
    if device.type == "cuda":  # a call comes back before its work is done
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
    seconds = {
        "wall": time.perf_counter() - wall,
        "processor": time.process_time() - processor,
    }
    return result, seconds


def main(name: str, task_file: str) -> None:
    answers, sys.stdout = sys.stdout, sys.stderr  # a library may print
    task = torch.load(task_file, weights_only=False)  # attacks.py wrote it
    runs = LIBRARIES[name](task)
    hello = {"version": version(PACKAGES.get(name, name)), "torch": torch.__version__}
    print(json.dumps(hello), file=answers, flush=True)
    for line in sys.stdin:
        asked = json.loads(line)
        job = runs[asked["job"]]
        result, seconds = timed(lambda job=job, asked=asked: job(asked["batch"]), task["device"])
        if asked["file"]:
            torch.save(torch.as_tensor(result).cpu(), asked["file"])
        print(json.dumps(seconds), file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
