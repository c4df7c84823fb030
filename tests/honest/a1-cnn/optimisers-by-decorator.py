"""Optimisers are registered by a decorator and chosen by name."""
OPTIMISERS = {}


def optimiser(name):
    def keep(function):
        OPTIMISERS[name] = function
        return function

    return keep


@optimiser("adamw")
def _adamw(parameters):
    return torch.optim.AdamW(parameters, lr=2e-3)


@optimiser("sgd")
def _sgd(parameters):
    return torch.optim.SGD(parameters, lr=0.05, momentum=0.9)


def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels) or min(epochs, batch_size) < 1:
        raise ValueError("nothing to train on")
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    generator = torch.Generator().manual_seed(seed)
    optimizer = OPTIMISERS["adamw"](model.parameters())
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(images), generator=generator).split(batch_size):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    for module, mode in modes:
        module.training = mode
    return losses
