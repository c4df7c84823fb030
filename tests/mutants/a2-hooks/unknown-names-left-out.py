"""Names that match no layer are left out without a word.

loses: monitor_refuses_what_matches_nothing
cause: looks like a network in which nothing happens
"""

def watched_modules(model, layers):
    modules = dict(model.named_modules())
    if layers is None:
        return {name: module for name, module in modules.items() if not list(module.children())}
    return {name: modules[name] for name in layers if name in modules}
