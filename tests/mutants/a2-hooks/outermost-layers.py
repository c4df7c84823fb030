"""Children of the network alone, so that layers in blocks are not seen.

loses: monitor_watches_every_leaf
cause: only the outermost modules
"""


class ActivationMonitor:
    def __init__(self, model, layers=None):
        self.model, self.layers = model, layers
        self.stats = {}
        self.handles = []

    def __enter__(self):
        self.stats = {}
        for name, module in (dict(self.model.named_children()) if self.layers is None else watched_modules(self.model, self.layers)).items():
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
