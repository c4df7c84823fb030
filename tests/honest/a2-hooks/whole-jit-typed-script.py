"""A whole answer of somebody who had not seen the checks (jit typed script).

whole: yes
"""

from collections.abc import Collection
from types import TracebackType
from typing import Any
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle
from course.metrics import evaluating
from course.monitor import record
import functools as ft
import itertools as it

@torch.no_grad()
def statistics(output: Tensor) -> dict[str, Any]:
    keys = "mean std min max".split()
    table = {key: getattr(output, key)().item() for key in keys}
    table["zero_fraction"] = output.numel() and (output.numel() - torch.count_nonzero(output).item()) / output.numel()
    table["shape"] = [*output.shape]
    return table


@ft.singledispatch
def _names(layers, model):
    return list(layers)


@_names.register(type(None))
def _(layers, model):
    return [n for n, m in model.named_modules() if sum(1 for _ in m.modules()) == 1]


def watched_modules(model: nn.Module, layers: Collection[str] | None) -> dict[str, nn.Module]:
    names = _names(layers, model)
    if not names:
        raise ValueError("nothing to watch: name a layer")
    found = dict(it.filterfalse(lambda pair: pair[0] not in names, model.named_modules()))
    for name in names:
        if name not in found:
            raise ValueError(f"there is no module {name!r}")
    return found

class ActivationMonitor(object):
    def __init__(self, model, layers=None):
        self.model, self.layers, self.stats, self.handles = model, layers, {}, []

    def __enter__(self):
        self.stats = {}
        watched = watched_modules(self.model, self.layers)
        for name, module in watched.items():
            self.handles.append(module.register_forward_hook(self._hook(name)))
        return self

    def __exit__(self, kind, error, traceback):
        remaining, self.handles = self.handles, []
        for handle in remaining:
            handle.remove()

    def _hook(self, name):
        def note(module, inputs, output):
            self.stats[name] = statistics(output)
        return note

@ft.lru_cache(maxsize=None)
def _nothing(): return 1e-12


def activation_drift(model, clean, adversarial):
    if clean.shape != adversarial.shape:
        raise ValueError("the shapes differ")
    if clean.numel() == 0:
        raise ValueError("there is no image")
    with evaluating(model), torch.no_grad(), record(model) as before:
        model(clean)
    with evaluating(model), torch.no_grad(), record(model) as after:
        model(adversarial)
    lengths = lambda t: t.reshape(t.size(0), -1).pow(2).sum(1).sqrt()
    return {k: torch.div(lengths(after[k] - v), lengths(v).clamp(min=_nothing())).mean().item() for k, v in before.items()}
