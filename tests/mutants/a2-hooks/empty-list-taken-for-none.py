"""An empty list of layers is taken for no list, and every leaf is watched.

loses: monitor_refuses_what_matches_nothing
cause: ask `layers is None`
"""

def watched_modules(model, layers):
    modules = dict(model.named_modules())
    if not layers:
        return {name: module for name, module in modules.items() if not list(module.children())}
    if not modules.keys() >= set(layers):
        raise ValueError("no such layer")
    return {name: modules[name] for name in layers}
