"""A DataLoader, shuffled by a generator of its own; the last batch is dropped."""
from torch.utils.data import DataLoader, TensorDataset


def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    loader = DataLoader(
        TensorDataset(images, labels),
        batch_size=batch_size,
        shuffle=True,
        drop_last=len(images) > batch_size,
        generator=torch.Generator().manual_seed(seed),
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    history = []
    model.train()
    for epoch in range(epochs):
        running, seen = 0.0, 0
        for x, y in loader:
            optimizer.zero_grad()
            loss = nn.CrossEntropyLoss()(model(x), y)
            loss.backward()
            optimizer.step()
            running += loss.item() * x.size(0)
            seen += x.size(0)
        history.append(running / seen)
    return history
