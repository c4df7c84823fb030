"""Keeps copies of the outputs, and summarises them when somebody asks.

saved as: notebook with CRLF
"""

# %%
# %matplotlib inline
import warnings

warnings.warn("my kernel is slow today")  # goes to stderr, and to nobody


# %%
# ملاحظة: تُزال الخطافات دائمًا
def leaf_names(net):
    return [name for name, part in net.named_modules() if next(part.children(), None) is None]


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


class ActivationMonitor:
    def __init__(self, model, layers=None):
        self.model = model
        self.layers = layers
        self.kept = {}
        self.handles = []

    def __enter__(self):
        names = leaf_names(self.model) if self.layers is None else list(self.layers)
        every = dict(self.model.named_modules())
        if not names or not every.keys() >= set(names):
            raise ValueError("nothing to watch, or no such layer")
        parts = {name: every[name] for name in names}
        self.kept = {}
        for name, part in parts.items():
            self.handles.append(part.register_forward_hook(self.keeper(name)))
        return self

    def keeper(self, name):
        def keep(part, inputs, output):
            self.kept[name] = output.detach().clone()

        return keep

    def __exit__(self, *error):
        for handle in self.handles:
            handle.remove()
        self.handles.clear()

    @property
    def stats(self):
        return {name: statistics(output) for name, output in self.kept.items()}


# %% activation_drift
def activation_drift(model, clean, adversarial):
    if clean.shape != adversarial.shape or clean.numel() == 0:
        raise ValueError("not the same images")
    mode = {part: part.training for part in model.modules()}
    model.eval()
    with torch.no_grad():
        with ActivationMonitor(model) as one:
            model(clean)
        with ActivationMonitor(model) as two:
            model(adversarial)
    for part, was in mode.items():
        part.training = was
    found = {}
    for name, a in one.kept.items():
        a, b = a.flatten(1), two.kept[name].flatten(1)
        found[name] = float(((b - a).norm(dim=1) / (a.norm(dim=1) + 1e-12)).mean())
    return found
