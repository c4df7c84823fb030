"""All outputs in the block are put together.

loses: monitor_keeps_the_latest_output
cause: of all outputs in the block together
"""


class ActivationMonitor:
    def __init__(self, model, layers=None):
        self.model, self.layers = model, layers
        self.stats = {}
        self.handles = []
        self.seen = {}

    def __enter__(self):
        self.stats, self.seen = {}, {}
        for name, module in watched_modules(self.model, self.layers).items():
            self.handles.append(module.register_forward_hook(self.hook(name)))
        return self

    def __exit__(self, kind, error, traceback):
        for handle in self.handles:
            handle.remove()
        self.handles.clear()

    def hook(self, name):
        def note(module, inputs, output):
            self.seen.setdefault(name, []).append(output.detach().clone().flatten())
            self.stats[name] = statistics(torch.cat(self.seen[name]))
            self.stats[name]["shape"] = tuple(output.shape)

        return note
