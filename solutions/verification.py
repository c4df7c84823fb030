"""Complete verification of a small network: the exact answer, as a mixed-integer linear program.

A network of ReLUs is linear wherever it is known which of them are open. One binary variable for
each ReLU that could be either turns "is there an image within epsilon that is misread?" into a
program that a solver decides without a gap (Tjeng et al. 2019), at a price that can double with
each such ReLU.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy import optimize, sparse
from torch import Tensor, nn

from course.inputs import check_count, check_image
from solutions.certificates import (
    Bounds,
    bias_of,
    box,
    linear_margins,
    relu_bounds,
    without_last,
)


@dataclass(frozen=True)
class Verdict:
    """The result for one image.

    answer: "robust" (proved), "broken" (an image that is misread was found) or "unknown" (the
    solver was stopped). unstable: ReLUs that could be open or closed. nodes: of the search tree.
    """

    answer: str
    unstable: int
    nodes: int


def verify(
    model: nn.Sequential, image: Tensor, label: int, epsilon: float, *, most_nodes: int = 1000
) -> Verdict:
    """Decide whether any image within epsilon is misread.

    Classes that the linear bounds already exclude are left out. For each other class the smallest
    lead of the true logit over it is computed; the search ends at the first image that is misread.

    image (C, H, W) in [0, 1]; epsilon >= 0 in pixel units; most_nodes bounds each search. Raises
    TypeError for a layer that `linear_margins` does not take, ValueError for an image, a label or
    an epsilon out of range.
    """
    check_image(image)
    check_count(most_nodes, "most_nodes")
    image = image.detach()
    x, y = image.unsqueeze(0), torch.tensor([label])
    before = relu_bounds(model, x, epsilon)
    unstable = sum(int(((low < 0) & (high > 0)).sum()) for low, high in before)
    margins = linear_margins(model, x, y, epsilon)[0]
    constraints = _constraints(model, x, before, epsilon)
    _, last = without_last(model)
    weight, bias = (value.detach().double().numpy() for value in (last.weight, bias_of(last)))
    # Linear layers behind the last ReLU are one with the last layer.
    weight, bias = weight @ constraints["weight"], weight @ constraints["bias"] + bias
    nodes, answer = 0, "robust"
    for other in margins.argsort()[: int((margins <= 0).sum())].tolist():
        cost = np.zeros(len(constraints["integrality"]))
        cost[constraints["outputs"]] = weight[label] - weight[other]
        limit = {"node_limit": most_nodes}
        program = {key: constraints[key] for key in ("integrality", "bounds", "constraints")}
        found = optimize.milp(cost, **program, options=limit)
        nodes += int(found.mip_node_count or 0)
        if found.x is not None and _misread(model, found.x, x, label):
            return Verdict("broken", unstable, nodes)
        proved = -np.inf if found.mip_dual_bound is None else found.mip_dual_bound
        if proved + bias[label] - bias[other] <= 0:
            answer = "unknown"
    return Verdict(answer, unstable, nodes)


def _misread(model: nn.Module, solution: np.ndarray, image: Tensor, label: int) -> bool:
    """Whether the network itself misreads the image that the solver found."""
    pixels = torch.tensor(solution[: image.numel()], dtype=image.dtype).view_as(image)
    with torch.no_grad():
        return int(model(pixels.clamp(0, 1)).argmax()) != label


def _constraints(
    model: nn.Sequential, image: Tensor, before: list[Bounds], epsilon: float
) -> dict[str, Any]:
    """The constraints between pixels and inputs of the last layer, for `scipy.optimize.milp`.

    The variables are the pixels, then for each ReLU layer its outputs and its switches. "outputs"
    says where the outputs of the last ReLU stand among them (or the pixels), "weight" and "bias"
    how the inputs of the last layer follow from those.
    """
    low, high = (end.flatten().double().numpy() for end in box(image, epsilon))
    lows, highs, whole = [low], [high], [np.zeros(len(low))]
    rows: list[Any] = []
    at, total, shape, waiting = 0, len(low), image.shape, list(before)
    weight, bias = sparse.identity(total, format="csr"), np.zeros(total)
    *layers, _ = model
    for layer in layers:
        if isinstance(layer, nn.Linear | nn.Conv2d):
            matrix, constant = _matrix(layer, image.new_zeros(shape))
            weight, bias = matrix @ weight, matrix @ bias + constant
        elif isinstance(layer, nn.ReLU):
            down, up = (end.flatten().double().numpy() for end in waiting.pop(0))
            rows += _relu_rows(weight, bias, down, up, at, total)
            count = len(bias)
            lows += [np.zeros(count), (down >= 0).astype(float)]
            highs += [np.maximum(up, 0), (up > 0).astype(float)]
            whole += [np.zeros(count), np.ones(count)]
            at, total = total, total + 2 * count
            weight, bias = sparse.identity(count, format="csr"), np.zeros(count)
        shape = layer(image.new_zeros(shape)).shape
    for block, _, _ in rows:
        block.resize(block.shape[0], total)
    return {
        "outputs": slice(at, at + weight.shape[1]),
        "weight": weight,
        "bias": bias,
        "integrality": np.concatenate(whole),
        "bounds": optimize.Bounds(np.concatenate(lows), np.concatenate(highs)),
        "constraints": [
            optimize.LinearConstraint(
                sparse.vstack([block for block, _, _ in rows], format="csr"),
                np.concatenate([least for _, least, _ in rows]),
                np.concatenate([most for _, _, most in rows]),
            )
        ]
        if rows
        else [],
    }


def _relu_rows(  # noqa: PLR0917  a layer, its bounds, and where its variables stand
    weight: sparse.csr_matrix,
    bias: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    at: int,
    total: int,
) -> list[tuple[sparse.csr_matrix, np.ndarray, np.ndarray]]:
    """Rows that tie a ReLU's outputs a and switches s to its inputs z = W x + b, from low to high.

    With l = min(low, 0) and u = max(high, 0):  a >= z,  a <= z - l (1 - s),  a <= u s. The inputs x
    begin at variable `at`, the outputs at `total`.
    """
    count = len(bias)
    none = sparse.csr_matrix((count, count))
    inputs = sparse.csr_matrix((weight.data, weight.indices + at, weight.indptr), (count, total))
    one = sparse.identity(count, format="csr")
    down, up = np.minimum(low, 0), np.maximum(high, 0)
    always, never = np.full(count, np.inf), np.full(count, -np.inf)
    return [
        (sparse.hstack([-inputs, one, none], format="csr"), bias, always),
        (sparse.hstack([-inputs, one, sparse.diags(-down)], format="csr"), never, bias - down),
        (
            sparse.hstack(
                [sparse.csr_matrix((count, total)), one, sparse.diags(-up)], format="csr"
            ),
            never,
            np.zeros(count),
        ),
    ]


def _matrix(layer: nn.Module, zeros: Tensor) -> tuple[sparse.csr_matrix, np.ndarray]:
    """A linear layer on inputs (1, ...) like `zeros` as a matrix and a constant."""
    size = zeros.numel()
    with torch.no_grad():
        constant = layer(zeros).flatten()
        units = torch.eye(size, dtype=zeros.dtype).view(size, *zeros.shape[1:])
        columns = layer(units).flatten(1) - constant
    return sparse.csr_matrix(columns.T.double().numpy()), constant.double().numpy()
