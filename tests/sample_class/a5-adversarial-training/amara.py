"""Trains a copy of the network, and leaves the one that was handed in as it was.

loses: training_makes_it_robust
"""

# %%
import copy

# %% adversarial_train
def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    generator = torch.Generator().manual_seed(seed)
    student = copy.deepcopy(model)
    optimizer = torch.optim.Adam(student.parameters(), lr=0.002)
    losses = []
    for epoch in range(epochs):
        reach = epsilon * min(1, 2 * epoch / epochs)
        total = 0.0
        for batch in torch.randperm(len(images), generator=generator).split(batch_size):
            x, y = images[batch], labels[batch]
            worst = x.clone().requires_grad_()
            (gradient,) = torch.autograd.grad(F.cross_entropy(student(worst), y), worst)
            worst = (x + reach * gradient.sign()).clamp(0, 1)
            loss = F.cross_entropy(student(worst), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    model = student
    for module, mode in modes:
        module.training = mode
    return losses
