"""The patch is added to what is there.

loses: patch_is_stuck_on
cause: added
"""


def apply_patch(patch, images, rows, columns):
    size = patch.shape[-1]
    room = images.shape[-1] - size
    if min(rows.min(), columns.min()) < 0 or max(rows.max(), columns.max()) > room:
        raise ValueError("outside")
    stuck = images.clone()
    for i, (row, column) in enumerate(zip(rows.tolist(), columns.tolist())):
        stuck[i, :, row : row + size, column : column + size] += patch
    return stuck
