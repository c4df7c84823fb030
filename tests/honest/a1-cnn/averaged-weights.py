"""A running mean of the weights is handed back, with the buffers of its own network."""
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn


def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels) or min(epochs, batch_size) < 1:
        raise ValueError("nothing to train on")
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9))
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(images), generator=generator).split(batch_size):
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            average.update_parameters(model)
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    model.load_state_dict(average.module.state_dict())
    for module, mode in modes:
        module.training = mode
    return losses
