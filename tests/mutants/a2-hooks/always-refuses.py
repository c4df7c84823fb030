"""Every name is refused, right ones too.

loses: monitor_watches_chosen_layers
"""

every_leaf = watched_modules


def watched_modules(model, layers):
    if layers is not None:
        raise ValueError("no layer matches")
    return every_leaf(model, None)
