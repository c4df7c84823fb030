"""The standard deviation is taken within each image, then averaged.

loses: monitor_measures_the_output
cause: the mean over the images of each image's own
"""


def statistics(output):
    values = output.detach()
    return {
        "mean": values.mean().item(),
        "std": values.flatten(1).std(dim=1).mean().item(),
        "min": values.min().item(),
        "max": values.max().item(),
        "zero_fraction": (values == 0).float().mean().item(),
        "shape": tuple(values.shape),
    }
