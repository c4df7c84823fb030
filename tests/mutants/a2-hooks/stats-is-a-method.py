"""The statistics are a method's result.

loses: monitor_records_statistics
earns: 0
"""


class ActivationMonitor:
    def __init__(self, model, layers=None):
        self.model, self.layers = model, layers
        self.found = {}
        self.handles = []

    def __enter__(self):
        self.found = {}
        for name, module in watched_modules(self.model, self.layers).items():
            self.handles.append(module.register_forward_hook(self.hook(name)))
        return self

    def __exit__(self, kind, error, traceback):
        for handle in self.handles:
            handle.remove()
        self.handles.clear()

    def hook(self, name):
        def note(module, inputs, output):
            self.found[name] = statistics(output)

        return note

    def stats(self):
        return self.found
