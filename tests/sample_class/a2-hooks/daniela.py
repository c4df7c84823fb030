"""A script, not a notebook: statistics by NumPy, the drift image by image.

saved as: script
"""

# %%
#!/usr/bin/env python3
# -*- coding: utf-8 -*-
"""Práctica 2. Autora: Daniela Núñez."""

import numpy as np
import torch
import torch.nn as nn
from course.metrics import evaluating
from course.monitor import record


# %%
def statistics(output):
    values = output.detach().numpy()
    return {
        "mean": np.mean(values, dtype="float64"),
        "std": np.std(values, dtype="float64"),
        "min": float(np.min(values)),
        "max": float(np.max(values)),
        "zero_fraction": float(np.mean(values == 0)),
        "shape": values.shape,
    }


def watched_modules(model, layers):
    modules = dict(model.named_modules())
    if layers is None:
        layers = [name for name, module in modules.items() if not list(module.children())]
    if not layers or any(name not in modules for name in layers):
        raise ValueError(f"nothing to watch, or no such layer: {layers}")
    return {name: modules[name] for name in layers}


class ActivationMonitor:
    def __init__(self, model, layers=None):
        self.model = model
        self.layers = layers
        self.stats = {}
        self.handles = []

    def __enter__(self):
        self.stats = {}
        for name, module in watched_modules(self.model, self.layers).items():
            self.handles.append(module.register_forward_hook(self._hook(name)))
        return self

    def __exit__(self, kind, error, traceback):
        for handle in self.handles:
            handle.remove()
        self.handles = []

    def _hook(self, name):
        def note(module, inputs, output):
            self.stats[name] = statistics(output)

        return note


# %% activation_drift
def activation_drift(model, clean, adversarial):
    if clean.shape != adversarial.shape or not len(clean):
        raise ValueError("no son las mismas imágenes")
    suma = {}
    with evaluating(model), torch.no_grad():
        for limpia, atacada in zip(clean, adversarial, strict=True):
            with record(model) as antes:
                model(limpia.unsqueeze(0))
            with record(model) as despues:
                model(atacada.unsqueeze(0))
            for capa, salida in antes.items():
                cambio = (despues[capa] - salida).norm() / salida.norm().clamp(min=1e-12)
                suma[capa] = suma.get(capa, 0.0) + cambio.item()
    return {capa: total / len(clean) for capa, total in suma.items()}
