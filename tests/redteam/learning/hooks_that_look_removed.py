"""Leaves its hooks on, and hides them from whoever counts them.

assignment: a2-hooks
base: right
runs: itself
status: OK WRONG
"""


honest = ActivationMonitor

class ActivationMonitor(honest):
    def __exit__(self, *error):
        self.stats = {name: dict(row) for name, row in self.stats.items()}
        self.noted, self.stats = self.stats, {}
        for module in self.model.modules():
            module.__dict__["_forward_hooks"] = type(module._forward_hooks)(module._forward_hooks)
        self.stats = self.noted
        self.handles = []
