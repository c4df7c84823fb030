"""A pre-hook: the statistics are those of what goes into a layer.

loses: monitor_measures_the_output, monitor_counts_the_zeros, monitor_notes_the_shape
cause: what goes into the layer
"""


class ActivationMonitor:
    def __init__(self, model, layers=None):
        self.model, self.layers = model, layers
        self.stats = {}
        self.handles = []

    def __enter__(self):
        self.stats = {}
        for name, module in watched_modules(self.model, self.layers).items():
            self.handles.append(module.register_forward_pre_hook(self.hook(name)))
        return self

    def __exit__(self, kind, error, traceback):
        for handle in self.handles:
            handle.remove()
        self.handles.clear()

    def hook(self, name):
        def note(module, inputs):
            self.stats[name] = statistics(inputs[0])

        return note
