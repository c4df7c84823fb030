"""Hooks stay on and look at a switch.

loses: monitor_leaves_no_trace
cause: hooks are not removed
"""


class ActivationMonitor:
    def __init__(self, model, layers=None):
        self.model, self.layers = model, layers
        self.stats = {}
        self.handles = []

    def __enter__(self):
        self.stats, self.on = {}, True
        for name, module in watched_modules(self.model, self.layers).items():
            self.handles.append(module.register_forward_hook(self.hook(name)))
        return self

    def __exit__(self, kind, error, traceback):
        self.on = False

    def hook(self, name):
        def note(module, inputs, output):
            if self.on:
                self.stats[name] = statistics(output)

        return note
