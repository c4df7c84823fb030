"""Modules that contain others are watched too.

loses: monitor_watches_every_leaf
cause: modules that contain others
"""

def watched_modules(model, layers):
    modules = dict(model.named_modules())
    if layers is not None and (not layers or set(layers) - set(modules)):
        raise ValueError("no such layer")
    return modules if layers is None else {name: modules[name] for name in layers}
