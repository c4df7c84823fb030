"""The loss of an epoch is the sum over its images.

loses: train_reports_the_mean_loss
cause: the sum over the images
"""

train_with_means = train


def train(model, images, labels, **options):
    return [loss * len(images) for loss in train_with_means(model, images, labels, **options)]
