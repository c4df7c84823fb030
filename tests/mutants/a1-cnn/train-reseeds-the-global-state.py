"""The global random state is seeded, in place of a generator.

loses: train_leaves_the_rest_alone
cause: torch.manual_seed() sets the seed of everybody
"""

train_only = train


def train(model, images, labels, *, seed=0, **options):
    torch.manual_seed(seed)
    return train_only(model, images, labels, seed=seed, **options)
