"""A script: only layers with weights are modules, the rest is torch.nn.functional.

saved as: script
"""

# %%
# Compito 1 — Giulia. Perché no: tutto in un file.
import sys

import torch
import torch.nn as nn
import torch.nn.functional as F

print("PyTorch", torch.__version__, file=sys.stderr)


# %% cnn
class CNN(nn.Module):
    def __init__(self):
        super(CNN, self).__init__()
        self.fc = nn.Linear(256, 10)
        self.c2 = nn.Conv2d(8, 16, (5, 5))
        self.c1 = nn.Conv2d(1, 8, (5, 5))

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.c1(x)), 2)
        x = F.max_pool2d(F.relu(self.c2(x)), 2)
        x = x.view(x.size(0), -1)
        return self.fc(x)


# %% train
def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels) or min(epochs, batch_size) < 1:
        raise ValueError("nothing to train on")
    modes = [(module, module.training) for module in model.modules()]
    dice = torch.Generator().manual_seed(seed)
    opt = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-4)
    model.train()
    losses = []
    n = len(images)
    for epoch in range(epochs):
        order = torch.randperm(n, generator=dice)
        images_e, labels_e = images[order], labels[order]
        s = 0
        for i in range(0, n, batch_size):
            x, y = images_e[i : i + batch_size], labels_e[i : i + batch_size]
            opt.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            opt.step()
            s += float(loss) * x.shape[0]
        print(f"epoch {epoch}: {s / n:.4f}", file=sys.stderr)
        losses.append(s / n)
    for module, mode in modes:
        module.training = mode
    return losses


# %% accuracy
@torch.no_grad()
def accuracy(model, images, labels):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    guesses = torch.cat([torch.max(model(x), 1).indices for x in torch.split(images, 256)])
    for module, mode in modes:
        module.training = mode
    return (guesses == labels).double().mean().item()


# %%
if __name__ == "__main__":
    from course.data import load

    digits = load("digits")
    net = CNN()
    train(net, digits.train.images, digits.train.labels, epochs=15)
    print(accuracy(net, digits.test.images, digits.test.labels))
