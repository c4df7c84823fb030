"""Classes of her own around a cross-entropy written out, and a one-cycle learning rate.

student: zoë
saved as: notebook with CRLF
"""

# %%
# %matplotlib inline
# Größe nach jeder Stufe: 24 → 12 → 8 → 4
from tqdm import trange


class Block(nn.Module):
    """Convolution, ReLU, pooling."""

    def __init__(self, into, out):
        super().__init__()
        self.conv = nn.Conv2d(into, out, kernel_size=5, stride=1, padding=0)

    def forward(self, x):
        return nn.functional.max_pool2d(self.conv(x).clamp(min=0), kernel_size=2)


def surprise(logits, labels):
    log_probabilities = logits.log_softmax(dim=1)
    return -log_probabilities.gather(1, labels.unsqueeze(1)).squeeze(1)


class Meter:
    """A running mean."""

    def __init__(self):
        self.sum, self.count = 0.0, 0

    def add(self, values):
        self.sum += values.detach().sum().item()
        self.count += values.numel()

    @property
    def mean(self):
        return self.sum / self.count


# %% cnn
class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([Block(1, 8), Block(8, 16)])
        self.head = nn.Linear(256, 10)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x.flatten(start_dim=1))


# %% train
def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels) or min(epochs, batch_size) < 1:
        raise ValueError("nothing to train on")
    modes = [(module, module.training) for module in model.modules()]
    rng = torch.Generator()
    rng.manual_seed(seed)
    steps = epochs * -(-len(images) // batch_size)
    optimizer = torch.optim.Adam(model.parameters())
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.008, total_steps=steps)
    model.train()
    means = []
    for _ in trange(epochs, desc="Training"):
        meter = Meter()
        for index in torch.randperm(len(images), generator=rng).split(batch_size):
            losses = surprise(model(images[index]), labels[index])
            optimizer.zero_grad(set_to_none=True)
            losses.mean().backward()
            optimizer.step()
            scheduler.step()
            meter.add(losses)
        means.append(meter.mean)
    for module, mode in modes:
        module.training = mode
    return means


# %% accuracy
def accuracy(model, images, labels):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    meter = Meter()
    with evaluating(model):
        for image, label in zip(images.split(10), labels.split(10)):
            meter.add((model(image).argmax(-1) == label).float())
    return meter.mean
