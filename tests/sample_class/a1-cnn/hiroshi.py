"""In the style of the course: layers as modules, Adam, a generator of its own."""

# %% cnn
class CNN(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, kernel_size=5)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(8, 16, kernel_size=5)
        self.relu2 = nn.ReLU()
        self.pool2 = nn.MaxPool2d(2)
        self.linear = nn.Linear(256, 10)

    def forward(self, images: Tensor) -> Tensor:
        features = self.pool1(self.relu1(self.conv1(images)))
        features = self.pool2(self.relu2(self.conv2(features)))
        return self.linear(torch.flatten(features, 1))


# %% train
def train(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    *,
    epochs: int,
    batch_size: int = 64,
    seed: int = 0,
) -> list[float]:
    if len(images) == 0 or len(images) != len(labels):
        raise ValueError("one label per image, and at least one image")
    if epochs < 1 or batch_size < 1:
        raise ValueError("epochs and batch_size start at 1")
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.002)
    modes = [(module, module.training) for module in model.modules()]
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
def accuracy(model: nn.Module, images: Tensor, labels: Tensor) -> float:
    if len(images) == 0 or len(images) != len(labels):
        raise ValueError("one label per image, and at least one image")
    correct = 0
    with evaluating(model), torch.no_grad():
        for part, targets in zip(images.split(512), labels.split(512)):
            correct += int((model(part).argmax(dim=1) == targets).sum())
    return correct / len(images)
