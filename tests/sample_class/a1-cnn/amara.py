"""One nn.Sequential, a DataLoader, and SGD with momentum in place of Adam."""

# %%
from torch.utils.data import DataLoader, TensorDataset

# %% cnn
class CNN(nn.Module):
    """Everything in one row."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 8, 5),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2, 2),
            nn.Conv2d(8, 16, 5),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2, 2),
            nn.Flatten(),
            nn.Linear(16 * 4 * 4, 10),
        )

    def forward(self, images):
        return self.layers(images)


# %% train
def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels) or min(epochs, batch_size) < 1:
        raise ValueError("nothing to train on")
    modes = [(module, module.training) for module in model.modules()]
    loader = DataLoader(
        TensorDataset(images, labels),
        batch_size=batch_size,
        shuffle=True,
        generator=torch.Generator().manual_seed(seed),
    )
    criterion = nn.CrossEntropyLoss()
    sgd = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)
    history = []
    for _ in range(epochs):
        model.train()
        running, seen = 0.0, 0
        for x, y in loader:
            sgd.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            sgd.step()
            running += loss.item() * x.size(0)
            seen += x.size(0)
        history.append(running / seen)
    for module, mode in modes:
        module.training = mode
    return history


# %% accuracy
def accuracy(model, images, labels):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    loader = DataLoader(TensorDataset(images, labels), batch_size=100)
    with torch.inference_mode():
        right = sum((model(x).argmax(1) == y).sum().item() for x, y in loader)
    for module, mode in modes:
        module.training = mode
    return right / len(labels)
