"""A generator does the work, and the class enters and leaves it."""
from contextlib import contextmanager


@contextmanager
def hooked(modules, stats):
    handles = []
    try:
        for name, module in modules.items():
            def note(_module, _inputs, output, name=name):
                stats[name] = statistics(output)
            handles.append(module.register_forward_hook(note))
        yield
    finally:
        for handle in handles:
            handle.remove()


class ActivationMonitor:
    def __init__(self, model, layers=None):
        self.modules = watched_modules(model, layers)
        self.stats = {}

    def __enter__(self):
        self.stats = {}
        self.block = hooked(self.modules, self.stats)
        self.block.__enter__()
        return self

    def __exit__(self, *error):
        return self.block.__exit__(*error)
