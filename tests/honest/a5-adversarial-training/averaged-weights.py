"""The average of the weights over the last third of the training is handed back."""
from torch.optim.swa_utils import AveragedModel


def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    average = AveragedModel(model)
    losses = []
    for epoch in range(epochs):
        reach = epsilon * min(1, (epoch + 1) / 6)
        total = 0.0
        for i in torch.randperm(len(images), generator=generator).split(batch_size):
            x, y = images[i], labels[i]
            worst = pgd(model, x, y, reach, step_size=reach / 2, steps=4, generator=generator)
            loss = F.cross_entropy(model(worst), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(i)
            if epoch >= 2 * epochs // 3:
                average.update_parameters(model)
        losses.append(total / len(images))
    model.load_state_dict(average.module.state_dict())
    for module, mode in modes:
        module.training = mode
    return losses
