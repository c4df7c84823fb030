"""All hooks of the network are taken off, whosever they are.

loses: monitor_leaves_others_alone
cause: not its own
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
        for module in self.model.modules():
            module._forward_hooks.clear()

    def hook(self, name):
        def note(module, inputs, output):
            self.stats[name] = statistics(output)

        return note
