"""Images and labels are shuffled, each in an order of its own.

loses: train_learns
cause: shuffled separately
earns: 0
"""

train_in_order = train


def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    shuffled = labels[torch.randperm(len(labels), generator=generator)]
    return train_in_order(model, images, shuffled, epochs=epochs, seed=seed)
