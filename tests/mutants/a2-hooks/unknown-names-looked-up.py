"""Names are looked up before anybody asks whether they are there: a KeyError comes out.

loses: monitor_refuses_what_matches_nothing
cause: promises a ValueError
"""


def watched_modules(model, layers):
    modules = dict(model.named_modules())
    names = [n for n in modules if not list(modules[n].children())] if layers is None else layers
    chosen = {name: modules[name] for name in names}
    if not chosen:
        raise ValueError("nothing to watch")
    return chosen
