"""Takes std for one number: of a list, Python cannot make a product with a fraction.

loses: epsilon_becomes_a_move_of_pixels
cause: raised an error
earns: 0
"""

def to_pixel_epsilon(epsilon, std):
    if not (0 <= epsilon < math.inf):
        raise ValueError("no unit")
    return epsilon * std
