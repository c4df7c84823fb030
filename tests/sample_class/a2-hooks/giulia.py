"""Hooks modules of the class nn.ReLU alone, as a tutorial does, and divides by nothing.

loses: monitor_watches_every_leaf, drift_is_the_mean_relative_change
"""

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
        layers = [name for name, module in modules.items() if isinstance(module, nn.ReLU)]
    elif not layers:
        raise ValueError("an empty list")
    if any(name not in modules for name in layers):
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
    if clean.shape != adversarial.shape or len(clean) == 0:
        raise ValueError("the same images are needed, at least one")
    with evaluating(model), torch.no_grad():
        with record(model) as before:
            model(clean)
        with record(model) as after:
            model(adversarial)
    drifts = {}
    for name in before:
        change = (after[name] - before[name]).flatten(1).norm(dim=1)
        drifts[name] = change.mean().item()
    return drifts
