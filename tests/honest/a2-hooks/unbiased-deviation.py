"""The standard deviation as PyTorch gives it, divided by one less than the number."""


def statistics(output):
    return {
        "mean": float(output.mean()),
        "std": float(output.std()),
        "min": float(output.min()),
        "max": float(output.max()),
        "zero_fraction": 1 - torch.count_nonzero(output).item() / output.numel(),
        "shape": output.shape,
    }
