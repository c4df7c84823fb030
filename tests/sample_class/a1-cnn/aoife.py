"""Gives the linear layer the wrong number of inputs, so that the network raises an error.

student: o'neill, aoife
status: CRASH
loses: cnn_returns_logits
"""

# %% cnn
class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 5)
        self.conv2 = nn.Conv2d(8, 16, 5)
        self.linear = nn.Linear(16 * 5 * 5, 10)

    def forward(self, images):
        x = F.max_pool2d(F.relu(self.conv1(images)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.linear(x.flatten(1))


# %% train
def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels) or min(epochs, batch_size) < 1:
        raise ValueError("nothing to train on")
    modes = [(module, module.training) for module in model.modules()]
    source = torch.Generator().manual_seed(seed)
    adam = torch.optim.Adam(model.parameters(), lr=2e-3)
    model.train()
    history = []
    for epoch in range(epochs):
        order = torch.randperm(len(labels), generator=source)
        seen = 0.0
        for start in range(0, len(order), batch_size):
            chosen = order[start : start + batch_size]
            adam.zero_grad()
            summed = F.cross_entropy(model(images[chosen]), labels[chosen], reduction="sum")
            (summed / len(chosen)).backward()
            adam.step()
            seen += summed.item()
        history.append(seen / len(labels))
    for module, mode in modes:
        module.training = mode
    return history


# %% accuracy
def accuracy(model, images, labels):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    with evaluating(model), torch.no_grad():
        correct = sum(
            (model(part).argmax(dim=1) == targets).sum().item()
            for part, targets in zip(images.split(512), labels.split(512))
        )
    return correct / len(images)
