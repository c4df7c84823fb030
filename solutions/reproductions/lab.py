"""Runs the stages of a report and stores each one on disk, so that a stopped run can resume.

The name of a stage's file contains a digest of everything that determines its outcome, and the file
is written whole or not at all. So a changed recipe, other data or another seed never reuses an old
outcome.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from tqdm import tqdm

from course.data import Dataset
from solutions.reproductions.record import Measurement


@dataclass
class Lab:
    """One report on one profile.

    data: images to train on and to attack, on `device`, to which networks are moved. seeds: one
    network for each. quick: use a few images and steps, to show that everything runs; the numbers
    then mean nothing. cache: the folder for finished stages. source: a digest of the report's
    module.
    """

    report: str
    profile: str
    data: Dataset
    seeds: tuple[int, ...]
    quick: bool
    cache: Path
    source: str
    bar: tqdm[Any]
    device: torch.device
    progress: bool = True
    measurements: list[Measurement] = field(default_factory=list)
    curves: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)
    shortcuts: list[dict[str, Any]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def stage(self, name: str, make: Callable[[], Any], **inputs: Any) -> Any:
        """The JSON value of `make()`, computed now or stored by a run with the same inputs."""
        path = self._path(name, "json", {**inputs, "source": self.source})
        if path.is_file():
            saved = json.loads(path.read_text(encoding="utf-8"))
        else:
            self.bar.set_postfix_str(name)
            start = time.perf_counter()
            value = make()
            saved = {"value": value, "seconds": time.perf_counter() - start}
            text = json.dumps(saved)
            saved = json.loads(text)  # as a later run would read it: lists, and keys of text
            _write(path, lambda unfinished: unfinished.write_text(text, encoding="utf-8"))
        self._done(name, saved["seconds"])
        return saved["value"]

    def network(
        self,
        name: str,
        build: Callable[[], nn.Module],
        train: Callable[[nn.Module], Any],
        **inputs: Any,
    ) -> tuple[nn.Module, Any]:
        """Return a network in evaluation mode and the JSON value that `train(model)` returned.

        inputs: the recipe, the network's name, the seed: all that determines the weights.
        """
        path = self._path(name, "safetensors", inputs)
        note = path.with_suffix(".json")
        model = build().to(self.device)
        if path.is_file() and note.is_file():
            model.load_state_dict(load_file(path))
            saved = json.loads(note.read_text(encoding="utf-8"))
        else:
            self.bar.set_postfix_str(name)
            start = time.perf_counter()
            value = train(model)
            text = json.dumps({"value": value, "seconds": time.perf_counter() - start})
            saved = json.loads(text)
            weights = {key: tensor.cpu().contiguous() for key, tensor in model.state_dict().items()}
            _write(path, lambda unfinished: save_file(weights, unfinished))
            _write(note, lambda unfinished: unfinished.write_text(text, encoding="utf-8"))
        self._done(name, saved["seconds"])
        return model.eval(), saved["value"]

    def each(
        self,
        name: str,
        look: Callable[[nn.Module], Any],
        models: Sequence[nn.Module],
        **inputs: Any,
    ) -> list[Any]:
        """Return `look(model)` for each network, in the order of the seeds, each as a stage."""
        return [
            self.stage(name, partial(look, model), seed=seed, **inputs)
            for seed, model in zip(self.seeds, models, strict=True)
        ]

    def record(self, *measured: Measurement) -> None:
        """Add measurements to the result."""
        self.measurements += measured

    def curve(
        self,
        name: str,
        *,
        network: str,
        attack: str,
        epsilons: Sequence[float],
        correct: Sequence[Sequence[int]],
        total: Sequence[int] | int,
    ) -> None:
        """Add a curve to the result: `correct[seed][epsilon]` of `total` images are right.

        epsilons in pixel units. total: one number, or one for each network.
        """
        self.curves[name] = {
            "network": network,
            "attack": attack,
            "epsilons": list(epsilons),
            "correct": [list(row) for row in correct],
            "total": [total] * len(correct) if isinstance(total, int) else list(total),
        }

    def keep(self, name: str, value: Any) -> None:
        """Add a JSON value to the result, from which a figure is drawn."""
        self.kept[name] = value

    def shortcut(self, what: str, key: str, taken: float, without: float, unit: str) -> None:
        """Add what a faster method changed: a number measured with it, and the same without it."""
        self.shortcuts.append(
            {"what": what, "key": key, "taken": taken, "without": without, "unit": unit}
        )

    def result(self) -> dict[str, Any]:
        """Return everything added to the result so far, as JSON."""
        return {
            "measurements": [_without_empty(asdict(m)) for m in self.measurements],
            "shortcuts": self.shortcuts,
            "curves": self.curves,
            "kept": self.kept,
            "seconds": {name: round(value, 1) for name, value in self.seconds.items()},
        }

    def _done(self, name: str, seconds: float) -> None:
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds
        self.bar.update()

    def _path(self, name: str, suffix: str, inputs: dict[str, Any]) -> Path:
        about = {
            "report": self.report,
            "data": self.data.sha256,
            "quick": self.quick,
            "torch": torch.__version__,
            "stage": name,
            "inputs": inputs,
        }
        if self.device.type != "cpu":  # other kernels, other numbers
            about["device"] = str(self.device)
        digest = hashlib.sha256(json.dumps(about, sort_keys=True, default=str).encode())
        plain = "".join(c if c.isalnum() else "-" for c in name)
        return self.cache / self.report / f"{plain}-{digest.hexdigest()[:16]}.{suffix}"


def _write(path: Path, write: Callable[[Path], Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    write(unfinished)
    unfinished.replace(path)


def _without_empty(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if value not in (None, "", ())} | (
        {"unit": entry["unit"], "value": entry["value"]}
    )
