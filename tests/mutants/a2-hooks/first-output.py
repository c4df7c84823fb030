"""The first output of a layer stays, later ones are not looked at.

loses: monitor_keeps_the_latest_output
cause: of the first output
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

    def hook(self, name):
        def note(module, inputs, output):
            if name not in self.stats:
                self.stats[name] = statistics(output)

        return note
