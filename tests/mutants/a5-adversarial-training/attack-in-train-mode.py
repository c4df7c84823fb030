"""The attack runs the network in training mode, and nothing is refused.

loses: training_keeps_to_the_epochs, training_refuses_what_it_cannot_train_on
cause: the attack runs the network in training mode
"""


def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters())
    batches, done, losses = epochs * math.ceil(len(images) / batch_size), 0, []
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(images), generator=generator).split(batch_size):
            x, y = images[batch], labels[batch]
            reach = epsilon * min(1, 2 * done / batches)
            optimizer.param_groups[0]["lr"] = 0.004 * min(1, 2 - 2 * done / batches)
            noise = torch.empty_like(x).uniform_(-reach, reach, generator=generator)
            moved = (x + noise).clamp(0, 1)
            for _ in range(4):
                moved = moved.detach().requires_grad_()
                loss = F.cross_entropy(model(moved), y, reduction="sum")
                (gradient,) = torch.autograd.grad(loss, moved)
                moved = project(x, moved.detach() + reach / 2 * gradient.sign(), reach)
            loss = F.cross_entropy(model(moved), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
            done += 1
        losses.append(total / len(images))
    for module, mode in modes:
        module.training = mode
    return losses
