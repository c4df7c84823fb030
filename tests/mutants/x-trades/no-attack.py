"""The inner attack returns the images.

loses: trades_training_makes_it_robust
cause: does not change them
"""


def most_different(model, images, epsilon, steps, generator):
    return images.clone()
