"""Forgets to take the hooks off; the rest is right.

loses: monitor_records_in_the_block_only, monitor_leaves_others_alone, monitor_leaves_no_trace
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
        print(f"watched {len(self.stats)} layers")

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
        size = before[name].flatten(1).norm(dim=1).clamp(min=1e-12)
        drifts[name] = (change / size).mean().item()
    return drifts
