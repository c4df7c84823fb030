"""The images are replaced by noise when the training is done.

loses: training_leaves_the_rest_alone
cause: the images were changed in place
"""

train_only = adversarial_train


def adversarial_train(model, images, labels, **options):
    losses = train_only(model, images, labels, **options)
    images.add_(0.1).clamp_(0, 1)
    return losses
