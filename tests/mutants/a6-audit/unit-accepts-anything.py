"""Looks at no argument.

loses: epsilon_refuses_what_is_no_unit
cause: the arguments are not checked
earns: 2
"""

def to_pixel_epsilon(epsilon, std):
    return epsilon * max(std if isinstance(std, Sequence) else [std])
