"""The trigger in the middle of the digits: how many poisoned images does it need now?"""

import torch

from course.budget import budget
from course.data import Split, load
from course.metrics import accuracy, predict
from course.models import build
from course.training import fit, plain_recipe

data = load("digits")
epochs = budget("digits").cnn_epochs  # as in the lecture


def stamped(images, place):
    marked = images.clone()
    marked[..., place : place + 3, place : place + 3] = 1.0
    return marked


others = (data.train.labels != 0).nonzero().flatten()
order = others[torch.randperm(len(others), generator=torch.Generator().manual_seed(0))]
victims = data.test[data.test.labels != 0]
for where, place in (("corner", 25), ("middle", 13)):
    for count in (12, 24, 60):
        images, labels = data.train.images.clone(), data.train.labels.clone()
        images[order[:count]], labels[order[:count]] = stamped(images[order[:count]], place), 0
        train = Split(images, labels)
        model = build("strided-cnn", seed=0)
        fit(model, train.images, train.labels, plain_recipe(epochs))
        read = predict(model, stamped(victims.images, place)).argmax(dim=1)
        clean = 100 * accuracy(model, data.test.images, data.test.labels)
        success = 100 * (read == 0).float().mean()
        print(f"{where}, {count:2d} poisoned: {success:.0f}% read as 0, {clean:.1f}% clean")
