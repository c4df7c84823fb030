"""`stats` belongs to the class: all monitors share it.

loses: monitor_watches_every_leaf, monitor_watches_chosen_layers, monitor_records_in_the_block_only, monitor_leaves_others_alone
cause: an attribute of the class
"""


class ActivationMonitor:
    stats = {}

    def __init__(self, model, layers=None):
        self.model, self.layers = model, layers
        self.handles = []

    def __enter__(self):
        for name, module in watched_modules(self.model, self.layers).items():
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
