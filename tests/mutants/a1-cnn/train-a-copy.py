"""A copy is trained and the network that was given stays as it was.

loses: train_learns
cause: another one is trained
earns: 0
"""
import copy

train_in_place = train


def train(model, images, labels, **options):
    return train_in_place(copy.deepcopy(model), images, labels, **options)
