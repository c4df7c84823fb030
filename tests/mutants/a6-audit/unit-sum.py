"""Adds the stds up.

loses: epsilon_becomes_a_move_of_pixels
cause: all channels together
earns: 0
"""

def to_pixel_epsilon(epsilon, std):
    stds = list(std) if isinstance(std, Sequence) else [std]
    if not (0 <= epsilon < math.inf) or not all(0 < each < math.inf for each in stds):
        raise ValueError("no unit")
    return epsilon * sum(stds)
