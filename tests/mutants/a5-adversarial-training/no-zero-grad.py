"""The gradients are never cleared and add up.

loses: training_makes_it_robust
cause: the gradients of all steps add up
"""


def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
    losses = []
    for epoch in range(epochs):
        reach = epsilon * min(1, (epoch + 1) / 6)
        total = 0.0
        for batch in torch.randperm(len(images), generator=generator).split(batch_size):
            x, y = images[batch], labels[batch]
            worst = pgd(model, x, y, reach, step_size=reach / 2, steps=4, generator=generator)
            loss = F.cross_entropy(model(worst), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    return losses
