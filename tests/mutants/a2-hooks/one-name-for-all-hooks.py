"""Hooks made in a loop share its variable: all note under the last name.

loses: monitor_watches_every_leaf, monitor_watches_chosen_layers
cause: only the last layer is in it
"""


class ActivationMonitor:
    def __init__(self, model, layers=None):
        self.model, self.layers = model, layers
        self.stats = {}
        self.handles = []

    def __enter__(self):
        self.stats = {}
        for name, module in watched_modules(self.model, self.layers).items():
            self.handles.append(
                module.register_forward_hook(
                    lambda module, inputs, output: self.stats.update({name: statistics(output)})
                )
            )
        return self

    def __exit__(self, kind, error, traceback):
        for handle in self.handles:
            handle.remove()
        self.handles.clear()
