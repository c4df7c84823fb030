"""An assert stands where a ValueError is promised.

loses: epsilon_refuses_what_is_no_unit
cause: this is another error
earns: 2
"""


def to_pixel_epsilon(epsilon, std):
    stds = list(std) if isinstance(std, Sequence) else [std]
    assert 0 <= epsilon < math.inf
    assert all(0 < each < math.inf for each in stds)
    return epsilon * max(stds)
