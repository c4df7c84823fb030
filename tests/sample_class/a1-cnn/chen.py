"""Pads the convolutions, so that the linear layer reads 784 numbers in place of 256.

loses: cnn_has_the_layers
"""

# %% cnn
class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, kernel_size=5, padding=2)
        self.conv2 = nn.Conv2d(8, 16, kernel_size=5, padding=2)
        self.fc = nn.Linear(16 * 7 * 7, 10)

    def forward(self, images):
        x = F.max_pool2d(F.relu(self.conv1(images)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc(x.reshape(len(x), -1))


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
        correct = sum(
            (model(part).argmax(dim=1) == targets).sum().item()
            for part, targets in zip(images.split(512), labels.split(512))
        )
    return correct / len(images)
