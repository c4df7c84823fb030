"""Subclass of ExitStack: its callbacks remove the hooks."""
from contextlib import ExitStack


class ActivationMonitor(ExitStack):
    def __init__(self, model, layers=None):
        super().__init__()
        self.model, self.layers, self.stats = model, layers, {}

    def __enter__(self):
        super().__enter__()
        self.stats = stats = {}
        for name, module in watched_modules(self.model, self.layers).items():

            def note(module, inputs, output, name=name):
                stats[name] = statistics(output)

            self.callback(module.register_forward_hook(note).remove)
        return self
