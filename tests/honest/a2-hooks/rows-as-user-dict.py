"""Each row of the statistics is a UserDict, and all of them are shown as a read-only mapping."""
from collections import UserDict
from types import MappingProxyType


class ActivationMonitor:
    def __init__(self, model, layers=None):
        self.model, self.layers = model, layers
        self.rows, self.handles = {}, []

    @property
    def stats(self):
        return MappingProxyType(self.rows)

    def __enter__(self):
        self.rows = {}
        for name, module in watched_modules(self.model, self.layers).items():
            self.handles.append(module.register_forward_hook(self.noting(name)))
        return self

    def noting(self, name):
        def note(module, inputs, output):
            self.rows[name] = UserDict(statistics(output))

        return note

    def __exit__(self, *error):
        while self.handles:
            self.handles.pop().remove()
