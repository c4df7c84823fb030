"""A place outside is cut off without a word.

loses: patch_stays_inside
"""


def apply_patch(patch, images, rows, columns):
    size = patch.shape[-1]
    stuck = images.clone()
    for i, (row, column) in enumerate(zip(rows.tolist(), columns.tolist())):
        under = stuck[i, :, row : row + size, column : column + size]
        under[:] = patch[:, : under.shape[1], : under.shape[2]]
    return stuck
