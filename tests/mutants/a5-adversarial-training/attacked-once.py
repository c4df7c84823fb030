"""The images are attacked once, before the training: the network learns those and is open to others.

loses: training_makes_it_robust
cause: no more robust than a plainly trained network
"""


def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters())
    adversarial = fgsm(model, images, labels, epsilon)
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(images), generator=generator).split(batch_size):
            loss = F.cross_entropy(model(adversarial[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    return losses
