"""Copies of outputs are kept, and summarised when the block ends."""


class ActivationMonitor:
    def __init__(self, model, layers=None):
        self.model, self.layers = model, layers
        self.handles, self.kept = [], {}

    def __enter__(self):
        self.kept = {}
        for name, module in watched_modules(self.model, self.layers).items():
            self.handles.append(module.register_forward_hook(self.keep(name)))
        return self

    def keep(self, name):
        def hook(module, inputs, output):
            self.kept[name] = output.detach().clone()

        return hook

    @property
    def stats(self):
        return {name: statistics(output) for name, output in self.kept.items()}

    def __exit__(self, *error):
        while self.handles:
            self.handles.pop().remove()
