"""Refuses an epsilon of 0, which is not negative.

loses: epsilon_refuses_what_is_no_unit
cause: an epsilon of 0 is refused
earns: 2
"""


def to_pixel_epsilon(epsilon, std):
    stds = list(std) if isinstance(std, Sequence) else [std]
    if not (0 < epsilon < math.inf) or not all(0 < each < math.inf for each in stds):
        raise ValueError("no unit")
    return epsilon * max(stds)
