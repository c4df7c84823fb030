"""Gradients are off in the block, and on again after it.

loses: monitor_leaves_others_alone
cause: switches gradients off
"""


class ActivationMonitor:
    def __init__(self, model, layers=None):
        self.model, self.layers = model, layers
        self.stats = {}
        self.handles = []

    def __enter__(self):
        self.stats = {}
        torch.set_grad_enabled(False)
        for name, module in watched_modules(self.model, self.layers).items():
            self.handles.append(module.register_forward_hook(self.hook(name)))
        return self

    def __exit__(self, kind, error, traceback):
        for handle in self.handles:
            handle.remove()
        self.handles.clear()
        torch.set_grad_enabled(True)

    def hook(self, name):
        def note(module, inputs, output):
            self.stats[name] = statistics(output)

        return note
