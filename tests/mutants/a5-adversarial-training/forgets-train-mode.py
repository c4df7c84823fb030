"""The steps on the weights run in whatever mode the network comes in.

loses: training_keeps_to_the_epochs
cause: `model.train()` is missing
"""


def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    check_attack(images, labels, epsilon)
    check_count(len(images), "the number of images")
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters())
    batches, done, losses = epochs * math.ceil(len(images) / batch_size), 0, []
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(images), generator=generator).split(batch_size):
            x, y = images[batch], labels[batch]
            reach = epsilon * min(1, 2 * done / batches)
            optimizer.param_groups[0]["lr"] = 0.004 * min(1, 2 - 2 * done / batches)
            moved = pgd(model, x, y, reach, step_size=reach / 2, steps=4, generator=generator)
            loss = F.cross_entropy(model(moved), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
            done += 1
        losses.append(total / len(images))
    return losses
