"""Watches the layers, and leaves the drift for another day.

loses: drift_is_the_mean_relative_change
"""

# %% activation_monitor
class ActivationMonitor:
    def __init__(self, model, layers=None):
        self.model, self.layers, self.stats, self.hooks = model, layers, {}, []

    def __enter__(self):
        wanted = self.layers
        if wanted is None:
            wanted = [n for n, part in self.model.named_modules() if not [*part.children()]]
        if not wanted:
            raise ValueError("no layer to watch")
        parts = dict(self.model.named_modules())
        for name in wanted:
            if name not in parts:
                raise ValueError(f"the model has no layer {name}")
        self.stats = {}
        for name in wanted:
            note = lambda part, _, output, name=name: self.note(name, output)
            self.hooks.append(parts[name].register_forward_hook(note))
        return self

    def __exit__(self, *error):
        while self.hooks:
            self.hooks.pop().remove()

    def note(self, name, output):
        with torch.no_grad():
            self.stats[name] = {
                "mean": float(output.mean()),
                "std": float(output.std()),
                "min": float(output.min()),
                "max": float(output.max()),
                "zero_fraction": float(output.eq(0).sum() / output.numel()),
                "shape": tuple(output.shape),
            }
