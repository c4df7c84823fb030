"""Divides by 255 besides.

loses: epsilon_becomes_a_move_of_pixels
cause: divided by 255
earns: 0
"""

honest_unit = to_pixel_epsilon


def to_pixel_epsilon(epsilon, std):
    return honest_unit(epsilon, std) / 255
