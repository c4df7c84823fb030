"""The name of the error is misspelt, so that a NameError is raised.

loses: epsilon_refuses_what_is_no_unit
cause: this is another error
earns: 2
"""


def to_pixel_epsilon(epsilon, std):
    stds = list(std) if isinstance(std, Sequence) else [std]
    if not (0 <= epsilon < math.inf and all(0 < each < math.inf for each in stds)):
        raise ValeuError("no unit")  # noqa: F821
    return epsilon * max(stds)
