"""Hooks are put on when the monitor is made, not when the block begins.

loses: monitor_records_in_the_block_only, monitor_leaves_others_alone
cause: in `__init__`
"""

class ActivationMonitor:
    def __init__(self, model, layers=None):
        self.stats = {}
        self.handles = [
            module.register_forward_hook(self.hook(name))
            for name, module in watched_modules(model, layers).items()
        ]

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        for handle in self.handles:
            handle.remove()

    def hook(self, name):
        def note(module, inputs, output):
            self.stats[name] = statistics(output)

        return note
