"""The smallest value is called max and the largest min.

loses: monitor_measures_the_output
cause: min and max are exchanged
"""


def statistics(output):
    values = output.detach()
    return {
        "mean": values.mean().item(),
        "std": values.std(correction=0).item(),
        "min": values.max().item(),
        "max": values.min().item(),
        "zero_fraction": (values == 0).float().mean().item(),
        "shape": tuple(values.shape),
    }
