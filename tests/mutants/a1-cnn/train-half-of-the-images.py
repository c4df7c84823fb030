"""Of many images only the first 600 are learned from.

loses: train_reports_the_mean_loss
cause: some of the images are not learned from
"""

train_on_all = train


def train(model, images, labels, **options):
    if len(images) == len(labels):
        images, labels = images[:600], labels[:600]
    return train_on_all(model, images, labels, **options)
