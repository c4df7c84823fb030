"""SGD with Nesterov momentum and a cosine schedule; NumPy draws the batches."""
import numpy as np


def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels) or min(epochs, batch_size) < 1:
        raise ValueError("nothing to train on")
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    rng = np.random.default_rng(seed)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    losses = []
    for _ in range(epochs):
        order = rng.permutation(len(images))
        total = 0.0
        for start in range(0, len(order), batch_size):
            i = torch.from_numpy(order[start : start + batch_size])
            loss = F.cross_entropy(model(images[i]), labels[i])
            model.zero_grad()
            loss.backward()
            optimizer.step()
            total += float(loss) * len(i)
        schedule.step()
        losses.append(total / len(images))
    for module, mode in modes:
        module.training = mode
    return losses
