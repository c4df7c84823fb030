"""Leaves are found by going down the tree by hand."""


def leaves_of(module, path=""):
    children = dict(module.named_children())
    if not children:
        yield path, module
    for name, child in children.items():
        yield from leaves_of(child, f"{path}.{name}" if path else name)


def watched_modules(model, layers):
    if layers is None:
        return dict(leaves_of(model))
    found = {}
    for name in layers:
        module = model
        for part in name.split("."):
            if part not in module._modules:
                raise ValueError(f"no layer is called {name}")
            module = module._modules[part]
        found[name] = module
    if not found:
        raise ValueError("no layer to watch")
    return found
