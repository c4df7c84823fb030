"""Complete verification of a small network: the exact answer, as a mixed-integer linear program.

A network of ReLUs is linear wherever it is known which of them are open. One binary variable for
each ReLU that could be either turns "is there an image within epsilon that is misread?" into a
program that a solver decides without a gap (Tjeng et al. 2019), at a price that can double with
each such ReLU.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy import optimize, sparse
from torch import Tensor, nn

from solutions.certificates import Bounds, box, linear_margins, relu_bounds

SOLVED, STOPPED = 0, 1  # status of scipy.optimize.milp


@dataclass(frozen=True)
class Verdict:
    """What is known of one image.

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
    lead of the true logit over it is computed; the search ends at the first that is negative.

    image (C, H, W) in [0, 1]; epsilon >= 0 in pixel units; most_nodes bounds each search. Raises
    TypeError for a layer that `linear_margins` does not take.
    """
    x, y = image.unsqueeze(0), torch.tensor([label])
    before = relu_bounds(model, x, epsilon)
    unstable = sum(int(((low < 0) & (high > 0)).sum()) for low, high in before)
    margins = linear_margins(model, x, y, epsilon)[0]
    nodes, answer = 0, "robust"
    for other in margins.argsort()[: int((margins <= 0).sum())].tolist():
        program = _program(model, x, before, epsilon, label, other)
        found = optimize.milp(**program, options={"node_limit": most_nodes})
        nodes += int(found.mip_node_count or 0)
        smallest = found.fun if found.status == SOLVED else None
        if found.x is not None and _misread(model, found.x, x, label):
            return Verdict("broken", unstable, nodes)
        if smallest is None and not (found.mip_dual_bound or -np.inf) > 0:
            answer = "unknown"
    return Verdict(answer, unstable, nodes)


def _misread(model: nn.Module, solution: np.ndarray, image: Tensor, label: int) -> bool:
    """Whether the network itself misreads the image that the solver found."""
    pixels = torch.tensor(solution[: image.numel()], dtype=image.dtype).view_as(image)
    with torch.no_grad():
        return int(model(pixels.clamp(0, 1)).argmax()) != label


def _program(
    model: nn.Sequential,
    image: Tensor,
    before: list[Bounds],
    epsilon: float,
    label: int,
    other: int,
) -> dict[str, object]:
    """The arguments of `scipy.optimize.milp`: minimise the true logit's lead over another.

    Variables: the pixels, then for each ReLU layer its outputs a and the switches s. With z the
    ReLU's input, between l and u,  a >= z,  a <= z - l (1 - s),  a <= u s,  a >= 0.
    """
    low, high = (end.flatten().double().numpy() for end in box(image, epsilon))
    lows, highs, whole = [low], [high], [np.zeros_like(low)]
    rows, least, most = [], [], []
    total, start = len(low), 0  # variables so far; where the layer's input begins
    shape, waiting, linear = image.shape, list(before), None
    layers = list(model)
    for layer in layers[:-1]:
        if isinstance(layer, nn.Linear | nn.Conv2d):
            linear = _matrix(layer, shape)
        elif isinstance(layer, nn.ReLU):
            assert linear is not None
            weight, bias = linear
            l, u = (end.flatten().double().numpy() for end in waiting.pop(0))
            m = len(l)
            wide = sparse.hstack(
                [sparse.csr_matrix((m, start)), weight, sparse.csr_matrix((m, total - start - weight.shape[1]))]
            )
            one, none = sparse.identity(m, format="csr"), sparse.csr_matrix((m, m))
            down, up = np.minimum(l, 0), np.maximum(u, 0)
            rows = [sparse.hstack([row, sparse.csr_matrix((row.shape[0], 2 * m))]) for row in rows]
            rows += [
                sparse.hstack([-wide, one, none]),
                sparse.hstack([-wide, one, sparse.diags(-down)]),
                sparse.hstack([sparse.csr_matrix((m, total)), one, sparse.diags(-up)]),
            ]
            least += [bias, np.full(m, -np.inf), np.full(m, -np.inf)]
            most += [np.full(m, np.inf), bias - down, np.zeros(m)]
            lows += [np.zeros(m), (l >= 0).astype(float)]
            highs += [up, (u > 0).astype(float)]
            whole += [np.zeros(m), np.ones(m)]
            start, total = total, total + 2 * m
        shape = layer(torch.zeros(shape)).shape
    last = layers[-1]
    lead = (last.weight[label] - last.weight[other]).detach().double().numpy()
    cost = np.zeros(total)
    cost[start : start + len(lead)] = lead
    constant = (last.bias[label] - last.bias[other]).item()
    # A constant cannot stand in the cost, so one variable that is always 1 carries it.
    rows = [sparse.hstack([row, sparse.csr_matrix((row.shape[0], 1))]) for row in rows]
    return {
        "c": np.append(cost, constant),
        "integrality": np.append(np.concatenate(whole), 0),
        "bounds": optimize.Bounds(
            np.append(np.concatenate(lows), 1), np.append(np.concatenate(highs), 1)
        ),
        "constraints": optimize.LinearConstraint(
            sparse.vstack(rows, format="csr"), np.concatenate(least), np.concatenate(most)
        ),
    }


def _matrix(layer: nn.Module, shape: torch.Size) -> tuple[sparse.csr_matrix, np.ndarray]:
    """A linear layer on inputs (1, ...) of that shape as a matrix and a constant."""
    size = int(np.prod(shape))
    with torch.no_grad():
        constant = layer(torch.zeros(shape)).flatten()
        columns = layer(torch.eye(size).view(size, *shape[1:])).flatten(1) - constant
    return sparse.csr_matrix(columns.T.double().numpy()), constant.double().numpy()
