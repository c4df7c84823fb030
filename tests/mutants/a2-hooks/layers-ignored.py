"""The argument `layers` is not used.

loses: monitor_watches_chosen_layers
cause: `layers` is not used
"""


class ActivationMonitor:
    def __init__(self, model, layers=None):
        self.model, self.layers = model, layers
        self.stats = {}
        self.handles = []

    def __enter__(self):
        self.stats = {}
        for name, module in watched_modules(self.model, None).items():
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
