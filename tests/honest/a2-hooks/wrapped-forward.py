"""No hooks: the forward of each module is replaced for a while."""


class ActivationMonitor:
    def __init__(self, model, layers=None):
        self.model, self.layers = model, layers
        self.stats = {}

    def __enter__(self):
        self.stats, self.usual, self.changed = {}, {}, watched_modules(self.model, self.layers)
        for name, module in self.changed.items():
            self.usual[name] = module.forward
            module.forward = self.noting(name, module.forward)
        return self

    def noting(self, name, forward):
        def run(*inputs, **options):
            output = forward(*inputs, **options)
            self.stats[name] = statistics(output)
            return output

        return run

    def __exit__(self, *error):
        for name, module in self.changed.items():
            module.forward = self.usual[name]
        return False
