"""The images that were given are changed.

loses: evaluate_keeps_its_promises
cause: changed in place
"""

evaluate_a_copy = evaluate


def evaluate(model, images, labels, epsilon, mean, std):
    share = evaluate_a_copy(model, images, labels, epsilon, mean, std)
    images.zero_()
    return share
