"""The network as one nn.Sequential, its ReLUs after the pooling: the two commute."""


class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 8, 5), nn.MaxPool2d(2), nn.ReLU(),
            nn.Conv2d(8, 16, 5), nn.MaxPool2d(2), nn.ReLU(),
            nn.Flatten(), nn.Linear(256, 10),
        )

    def forward(self, x):
        return self.layers(x)
