"""Hooks are registered name by name, until one is not found.

loses: monitor_leaves_no_trace
cause: before the names are checked
"""


class ActivationMonitor:
    def __init__(self, model, layers=None):
        self.model, self.layers = model, layers
        self.stats = {}
        self.handles = []

    def __enter__(self):
        self.stats = {}
        modules = dict(self.model.named_modules())
        if self.layers is not None and not self.layers:
            raise ValueError("no layers")
        for name in watched_modules(self.model, None) if self.layers is None else self.layers:
            if name not in modules:
                raise ValueError(f"no layer is called {name}")
            self.handles.append(modules[name].register_forward_hook(self.hook(name)))
        return self

    def __exit__(self, kind, error, traceback):
        for handle in self.handles:
            handle.remove()
        self.handles.clear()

    def hook(self, name):
        def note(module, inputs, output):
            self.stats[name] = statistics(output)

        return note
