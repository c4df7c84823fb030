"""Data sets in their real formats, made here, and a check for every loaded data set."""

import struct
from pathlib import Path

import numpy as np
import torch

from course.data import Dataset
from course.data.idx import IDX_FILES


def assert_fit_for_models(dataset: Dataset) -> None:
    """float32 NCHW in [0,1], int64 labels that are indices of the classes."""
    for split in (dataset.train, dataset.test):
        assert split.images.dtype == torch.float32
        assert split.images.shape == (len(split.labels), *dataset.image_shape)
        assert split.images.is_contiguous()
        assert split.images.min() >= 0
        assert split.images.max() <= 1
        assert split.labels.dtype == torch.int64
        assert split.labels.min() >= 0
        assert split.labels.max() < dataset.num_classes


def write_idx(root: Path, dataset: str, *, label: int = 9) -> Path:
    """Files of the real size; image i is all black except its first pixel, i % 256."""
    folder = root / dataset / "raw"
    folder.mkdir(parents=True)
    for name, shape in IDX_FILES.items():
        values = np.zeros(shape, dtype=np.uint8)
        first = values[:, 0, 0] if len(shape) == 3 else values
        first[:] = np.arange(shape[0]) % (256 if len(shape) == 3 else label + 1)
        header = struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape)
        (folder / name).write_bytes(header + values.tobytes())
    return folder
