"""Hands in the notebook as it was released.

loses: epsilon_becomes_a_move_of_pixels, evaluate_finds_what_is_known_exactly,
       break_returns_images, radius_is_proved
"""
