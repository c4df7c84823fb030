"""Divides by std: the way from pixels to normalised units.

loses: epsilon_becomes_a_move_of_pixels
cause: divided by the std
earns: 0
"""

def to_pixel_epsilon(epsilon, std):
    stds = list(std) if isinstance(std, Sequence) else [std]
    if not (0 <= epsilon < math.inf) or not all(0 < each < math.inf for each in stds):
        raise ValueError("no unit")
    return epsilon / max(stds)
