"""The number of values is called the shape.

loses: monitor_notes_the_shape
cause: tuple(output.shape)
"""


def statistics(output):
    values = output.detach()
    return {
        "mean": values.mean().item(),
        "std": values.std(correction=0).item(),
        "min": values.min().item(),
        "max": values.max().item(),
        "zero_fraction": (values == 0).float().mean().item(),
        "shape": values.numel(),
    }
