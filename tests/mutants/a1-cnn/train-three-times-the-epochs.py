"""Three times as many epochs as were asked for, where there are many images.

loses: train_keeps_to_the_epochs
cause: more epochs are trained
"""

train_for = train


def train(model, images, labels, *, epochs, **options):
    turns = epochs * (3 if len(images) > 600 else 1)
    return train_for(model, images, labels, epochs=turns, **options)[:epochs]
