"""Only layers that have weights are watched.

loses: monitor_watches_every_leaf
cause: only layers with weights
"""


class ActivationMonitor:
    def __init__(self, model, layers=None):
        self.model, self.layers = model, layers
        self.stats = {}
        self.handles = []

    def __enter__(self):
        self.stats = {}
        for name, module in watched_modules(self.model, self.layers).items():
            if self.layers is None and not list(module.parameters()):
                continue
            self.handles.append(module.register_forward_hook(self.hook(name)))
        return self

    def __exit__(self, kind, error, traceback):
        for handle in self.handles:
            handle.remove()
        self.handles.clear()

    def hook(self, name):
        def note(module, inputs, output):
            self.stats[name] = statistics(output)

        return note
