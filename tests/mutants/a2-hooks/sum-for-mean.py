"""The sum of all values is called their mean.

loses: monitor_measures_the_output
cause: `mean` is the sum
"""


def statistics(output):
    values = output.detach()
    return {
        "mean": values.sum().item(),
        "std": values.std(correction=0).item(),
        "min": values.min().item(),
        "max": values.max().item(),
        "zero_fraction": (values == 0).float().mean().item(),
        "shape": tuple(values.shape),
    }
