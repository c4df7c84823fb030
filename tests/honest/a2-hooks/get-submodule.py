"""Names are looked up with get_submodule, whose error refuses the unknown as one of its own."""


class NoSuchLayer(ValueError):
    pass


def watched_modules(model, layers):
    if layers is None:
        layers = [n for n, m in model.named_modules() if next(m.children(), None) is None]
    try:
        found = {name: model.get_submodule(name) for name in layers}
    except AttributeError as error:
        raise NoSuchLayer(str(error)) from error
    if not found:
        raise NoSuchLayer("nothing to watch")
    return found
