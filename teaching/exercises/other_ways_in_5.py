"""A thief who asks with noise in place of digits: how well does the copy agree?"""

import torch

from course.data import load
from course.metrics import predict
from course.models import build
from course.training import fit, plain_recipe

data = load("digits")
victim = build("strided-cnn", seed=0)
fit(victim, data.train.images[:600], data.train.labels[:600], plain_recipe(10))
generator = torch.Generator().manual_seed(0)
questions = {
    "digits": data.train.images[600:],
    "uniform noise": torch.rand(600, 1, 28, 28, generator=generator),
    "coarse noise": torch.rand(600, 1, 7, 7, generator=generator)
    .repeat_interleave(4, 2)
    .repeat_interleave(4, 3),
}
original = predict(victim, data.test.images).argmax(dim=1)
for name, asked in questions.items():
    answers = predict(victim, asked).argmax(dim=1)
    copy = build("tiny-cnn", seed=1)
    fit(copy, asked, answers, plain_recipe(10))
    agrees = 100 * (predict(copy, data.test.images).argmax(dim=1) == original).float().mean()
    print(f"{name}: {len(answers.unique())} classes among the answers, agrees on {agrees:.0f}%")
