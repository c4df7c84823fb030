"""Batches and random starts are drawn from the global random state.

loses: training_is_seeded
cause: global random state
earns: 18
"""

train_seeded = adversarial_train


def adversarial_train(model, images, labels, *, seed=0, **options):
    return train_seeded(model, images, labels, seed=int(torch.randint(1000, ())), **options)
