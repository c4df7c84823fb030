"""Describes a confusion matrix in words: rows are true classes, columns predictions."""


def commonest_error(confusion: list[list[int]], label: int) -> int:
    """The class that images of class `label` are taken for most often, other than their own."""
    wrong = [0 if k == label else count for k, count in enumerate(confusion[label])]
    return wrong.index(max(wrong))


def best_and_worst(confusion: list[list[int]]) -> str:
    """A sentence on the classes of which the largest and the smallest share is read rightly."""
    shares = {k: row[k] / sum(row) for k, row in enumerate(confusion) if sum(row)}
    best, worst = max(shares, key=shares.__getitem__), min(shares, key=shares.__getitem__)
    return (
        f"{100 * shares[best]:.1f} % of {best}s are left, {100 * shares[worst]:.1f} % of {worst}s"
    )


def most_confused(confusion: list[list[int]]) -> str:
    """A sentence on the three pairs of classes confused most often, and on the rank of 3 and 5."""
    size = len(confusion)
    pairs = sorted(
        ((confusion[i][j] + confusion[j][i], i, j) for i in range(size) for j in range(i)),
        reverse=True,
    )
    place = next(k for k, (_, i, j) in enumerate(pairs, 1) if (j, i) == (3, 5))
    first = ", ".join(f"{j} and {i}" for _, i, j in pairs[:3])
    return f"{first}; 3 and 5 is number {place} of {len(pairs)} pairs"
