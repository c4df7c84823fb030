"""`__exit__` returns True, and the error in the block is gone.

loses: monitor_records_in_the_block_only
cause: suppresses the error
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
        return True

    def hook(self, name):
        def note(module, inputs, output):
            self.stats[name] = statistics(output)

        return note
