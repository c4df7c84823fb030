"""Outputs are kept and summarised at the end, when a ReLU in place has changed them.

loses: monitor_keeps_the_latest_output
cause: after a later layer changed it in place
"""


class ActivationMonitor:
    def __init__(self, model, layers=None):
        self.model, self.layers = model, layers
        self.stats = {}
        self.handles = []
        self.kept = {}

    def __enter__(self):
        self.stats, self.kept = {}, {}
        for name, module in watched_modules(self.model, self.layers).items():
            self.handles.append(module.register_forward_hook(self.hook(name)))
        return self

    def __exit__(self, kind, error, traceback):
        for handle in self.handles:
            handle.remove()
        self.handles.clear()
        self.stats = {name: statistics(output) for name, output in self.kept.items()}

    def hook(self, name):
        def note(module, inputs, output):
            self.kept[name] = output.detach()

        return note
