"""Hands in the notebook as it was released.

loses: pgd_returns_images, margin_is_the_best_other_minus_the_true,
       worst_case_counts_the_survivors_of_all
"""
