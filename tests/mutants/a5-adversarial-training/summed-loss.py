"""The loss of an epoch is the sum over its images.

loses: training_reports_its_loss
cause: the sum over the images
"""

train_with_means = adversarial_train


def adversarial_train(model, images, labels, **options):
    losses = train_with_means(model, images, labels, **options)
    return [loss * len(images) for loss in losses]
