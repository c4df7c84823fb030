"""Returns the accuracy in percent.

loses: accuracy_counts
saved as: notebook with BOM
"""

# %% cnn
class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 5)
        self.conv2 = nn.Conv2d(8, 16, 5)
        self.linear = nn.Linear(256, 10)

    def forward(self, images):
        x = F.max_pool2d(F.relu(self.conv1(images)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.linear(x.flatten(1))


# %% train
def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels) or min(epochs, batch_size) < 1:
        raise ValueError("nothing to train on")
    modes = [(module, module.training) for module in model.modules()]
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
    model.train()
    losses = []
    for _ in range(epochs):
        total = 0.0
        for batch in torch.randperm(len(images), generator=generator).split(batch_size):
            loss = F.cross_entropy(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / len(images))
    for module, mode in modes:
        module.training = mode
    return losses


# %% accuracy
def accuracy(model, images, labels):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    with evaluating(model), torch.no_grad():
        predictions = torch.cat([model(part).argmax(dim=1) for part in images.split(512)])
    correct = (predictions == labels).sum().item()
    return 100 * correct / len(labels)
