"""The linear layer is defined first, and functions do the rest."""
from torch.nn.functional import max_pool2d, relu


class CNN(nn.Module):
    def __init__(self):
        super(CNN, self).__init__()
        self.fc = nn.Linear(16 * 4 * 4, 10)
        self.c2 = nn.Conv2d(8, 16, (5, 5))
        self.c1 = nn.Conv2d(1, 8, (5, 5))

    def forward(self, x):
        x = max_pool2d(relu(self.c1(x)), 2, 2)
        x = max_pool2d(relu(self.c2(x)), kernel_size=2)
        x = x.view(x.size(0), -1)
        return self.fc(x)
