"""Lets an ExitStack remove the hooks, and runs clean and attacked images in one batch.

saved as: notebook with BOM
"""

# %%
from contextlib import ExitStack
from functools import partial


# %% activation_monitor
def statistics(output):
    values = output.detach()
    return {
        "mean": values.mean().item(),
        "std": values.std().item(),
        "min": values.min().item(),
        "max": values.max().item(),
        "zero_fraction": (values == 0).float().mean().item(),
        "shape": tuple(values.shape),
    }


def watched_modules(model, layers):
    modules = dict(model.named_modules())
    if layers is None:
        layers = [name for name, module in modules.items() if not list(module.children())]
    if not layers or any(name not in modules for name in layers):
        raise ValueError(f"nothing to watch, or no such layer: {layers}")
    return {name: modules[name] for name in layers}


class ActivationMonitor(ExitStack):
    def __init__(self, model: nn.Module, layers: Collection[str] | None = None):
        super().__init__()
        self.model, self.layers = model, layers
        self.stats = {}

    def __enter__(self):
        self.stats = {}
        for name, module in watched_modules(self.model, self.layers).items():
            self.callback(module.register_forward_hook(partial(self.note, name)).remove)
        return super().__enter__()

    def note(self, name, module, inputs, output):
        self.stats[name] = statistics(output)


# %% activation_drift
@torch.no_grad()
def activation_drift(model: nn.Module, clean: Tensor, adversarial: Tensor) -> dict[str, float]:
    if clean.shape != adversarial.shape or not len(clean):
        raise ValueError("clean and adversarial differ in shape, or are empty")
    with evaluating(model), record(model) as outputs:
        model(torch.cat([clean, adversarial]))
    halves = {name: output.flatten(1).chunk(2) for name, output in outputs.items()}
    return {
        name: torch.where(a.norm(dim=1) > 0, (b - a).norm(dim=1) / a.norm(dim=1), 0.0)
        .mean()
        .item()
        for name, (a, b) in halves.items()
    }
