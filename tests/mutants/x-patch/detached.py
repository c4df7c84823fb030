"""The patch is detached, so nothing can be learnt through it.

loses: patch_can_be_learnt_through, trained_patch_is_a_patch
"""


def apply_patch(patch, images, rows, columns):
    size = patch.shape[-1]
    room = images.shape[-1] - size
    if min(rows.min(), columns.min()) < 0 or max(rows.max(), columns.max()) > room:
        raise ValueError("outside")
    stuck = images.clone()
    for i, (row, column) in enumerate(zip(rows.tolist(), columns.tolist())):
        stuck[i, :, row : row + size, column : column + size] = patch.detach()
    return stuck
