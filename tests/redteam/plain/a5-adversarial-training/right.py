import torch
import torch.nn.functional as F


def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    losses = []
    for epoch in range(epochs):
        reach = epsilon * min(1, 2 * epoch / epochs)
        total = 0.0
        for batch in torch.randperm(len(images), generator=generator).split(batch_size):
            x, y = images[batch], labels[batch]
            attacked = x
            for _ in range(4):
                attacked = attacked.detach().requires_grad_()
                loss = F.cross_entropy(model(attacked), y, reduction="sum")
                (gradient,) = torch.autograd.grad(loss, attacked)
                moved = attacked.detach() + reach / 2 * gradient.sign()
                attacked = (x + (moved - x).clamp(-reach, reach)).clamp(0, 1)
            loss = F.cross_entropy(model(attacked), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    return losses
