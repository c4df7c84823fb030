"""The layers are attributes, and a Sequential of the same layers is another: two names for each."""


class CNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 8, 5)
        self.conv2 = nn.Conv2d(8, 16, 5)
        self.linear = nn.Linear(256, 10)
        first = (self.conv1, nn.ReLU(), nn.MaxPool2d(2))
        second = (self.conv2, nn.ReLU(), nn.MaxPool2d(2))
        self.net = nn.Sequential(*first, *second, nn.Flatten(), self.linear)

    def forward(self, images):
        return self.net(images)
