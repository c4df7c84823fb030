"""Hooks are taken off only where no error ends the block.

loses: monitor_records_in_the_block_only, monitor_leaves_no_trace
cause: the hooks are still on the network
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
        for handle in [] if kind else self.handles:
            handle.remove()
        self.handles.clear()

    def hook(self, name):
        def note(module, inputs, output):
            self.stats[name] = statistics(output)

        return note
