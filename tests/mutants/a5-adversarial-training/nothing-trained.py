"""Nothing is trained, and falling losses are made up.

loses: training_makes_it_robust
cause: another one is trained
earns: 0
"""


def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    return [1 / (epoch + 1) for epoch in range(epochs)]
