"""Compares the wrong way round: NaN slips through.

loses: epsilon_refuses_what_is_no_unit
cause: does not refuse NaN
earns: 2
"""

def to_pixel_epsilon(epsilon, std):
    stds = list(std) if isinstance(std, Sequence) else [std]
    if epsilon < 0 or any(each <= 0 or each == math.inf for each in stds):
        raise ValueError("no unit")
    return epsilon * max(stds)
