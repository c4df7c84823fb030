"""The statistics are thrown away with the hooks.

loses: monitor_records_statistics
cause: `__exit__` empties
earns: 0
"""


class ActivationMonitor:
    def __init__(self, model, layers=None):
        self.model, self.layers = model, layers
        self.stats = {}
        self.handles = []

    def __enter__(self):
        self.stats = {}
        for name, module in watched_modules(self.model, self.layers).items():
            self.handles.append(module.register_forward_hook(self.hook(name)))
        return self

    def __exit__(self, kind, error, traceback):
        for handle in self.handles:
            handle.remove()
        self.handles.clear()
        self.stats = {}

    def hook(self, name):
        def note(module, inputs, output):
            self.stats[name] = statistics(output)

        return note
