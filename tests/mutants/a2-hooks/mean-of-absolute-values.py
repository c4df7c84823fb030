"""The mean is that of the absolute values.

loses: monitor_measures_the_output
cause: of the absolute values
"""


def statistics(output):
    values = output.detach()
    return {
        "mean": values.abs().mean().item(),
        "std": values.std(correction=0).item(),
        "min": values.min().item(),
        "max": values.max().item(),
        "zero_fraction": (values == 0).float().mean().item(),
        "shape": tuple(values.shape),
    }
