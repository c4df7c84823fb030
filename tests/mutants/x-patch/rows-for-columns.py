"""Rows and columns are exchanged.

loses: patch_is_stuck_on
cause: exchanged
"""


def apply_patch(patch, images, rows, columns):
    size = patch.shape[-1]
    room = images.shape[-1] - size
    if min(rows.min(), columns.min()) < 0 or max(rows.max(), columns.max()) > room:
        raise ValueError("outside")
    stuck = images.clone()
    for i, (row, column) in enumerate(zip(columns.tolist(), rows.tolist())):
        stuck[i, :, row : row + size, column : column + size] = patch
    return stuck
