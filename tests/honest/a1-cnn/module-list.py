"""A ModuleList of blocks, weights initialised by hand."""


class CNN(nn.Module):
    def __init__(self, channels=(1, 8, 16), classes=10):
        super().__init__()
        pairs = zip(channels, channels[1:])
        self.convolutions = nn.ModuleList(nn.Conv2d(a, b, 5) for a, b in pairs)
        self.head = nn.Linear(256, classes)
        for layer in [*self.convolutions, self.head]:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        for convolution in self.convolutions:
            x = F.max_pool2d(F.relu_(convolution(x)), 2)
        return self.head(x.reshape(len(x), -1))
