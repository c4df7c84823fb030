"""The shape leaves the number of images out.

loses: monitor_notes_the_shape
cause: the size of the batch is missing
"""


def statistics(output):
    values = output.detach()
    return {
        "mean": values.mean().item(),
        "std": values.std(correction=0).item(),
        "min": values.min().item(),
        "max": values.max().item(),
        "zero_fraction": (values == 0).float().mean().item(),
        "shape": tuple(values.shape[1:]),
    }
