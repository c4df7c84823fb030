"""One step, of three times epsilon: the network bends to that step alone and is open to others.

loses: training_makes_it_robust
cause: catastrophic overfitting to the one-step attack
"""


def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.004)
    losses = []
    for epoch in range(epochs):
        reach = 3 * epsilon * min(1, 2 * (epoch + 1) / epochs)
        total = 0.0
        for batch in torch.randperm(len(images), generator=generator).split(batch_size):
            x, y = images[batch], labels[batch]
            loss = F.cross_entropy(model(fgsm(model, x, y, reach)), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    return losses
