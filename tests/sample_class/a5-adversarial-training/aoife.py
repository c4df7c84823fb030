"""A script: fast training, one step of 1.25 epsilon from a random start, and a one-cycle rate.

student: o'neill, aoife
saved as: script
"""

# %%
# Níos tapúla: céim amháin.  (Wong, Rice, Kolter 2020)
import torch
from torch import nn

ALPHA = 1.25
loss_of = nn.CrossEntropyLoss()


# %%
def one_step(model, x, y, epsilon):
    delta = torch.zeros_like(x).uniform_(-epsilon, epsilon)
    delta.requires_grad_()
    gradient = torch.autograd.grad(loss_of(model(x + delta), y), delta)[0]
    delta = (delta.detach() + ALPHA * epsilon * gradient.sign()).clamp(-epsilon, epsilon)
    return (x + delta).clamp(0, 1)


# %% adversarial_train
def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    modes = [(module, module.training) for module in model.modules()]
    before = torch.random.get_rng_state()
    torch.manual_seed(seed)
    per_epoch = (len(images) + batch_size - 1) // batch_size
    optimizer = torch.optim.Adam(model.parameters())
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.006, total_steps=epochs * per_epoch)
    losses = []
    for epoch in range(epochs):
        reach = epsilon * min(1, epoch / 6)
        mean = 0
        for index in torch.randperm(len(images)).split(batch_size):
            x, y = images[index], labels[index]
            model.eval()
            attacked = one_step(model, x, y, reach)
            model.train()
            loss = loss_of(model(attacked), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            cycle.step()
            mean += loss.item() * len(x) / len(images)
        losses.append(mean)
    torch.random.set_rng_state(before)
    for module, mode in modes:
        module.training = mode
    return losses


# %%
if __name__ == "__main__":
    from course.data import load
    from course.models import build

    train = load("digits").train
    print(adversarial_train(build("strided-cnn"), train.images, train.labels, epsilon=0.1, epochs=15))
