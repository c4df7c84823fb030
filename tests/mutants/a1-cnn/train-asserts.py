"""What cannot be trained on is refused by `assert`.

loses: train_refuses_what_it_cannot_train_on
cause: this is another error
"""

train_checked = train


def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    assert 0 < len(images) == len(labels)
    assert epochs >= 1
    assert batch_size >= 1
    return train_checked(
        model, images, labels, epochs=epochs, batch_size=batch_size, seed=seed
    )
