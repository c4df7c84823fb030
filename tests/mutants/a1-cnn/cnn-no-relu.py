"""Both ReLUs are missing.

loses: cnn_computes_the_network
cause: both ReLUs are missing
"""

Whole = CNN


class CNN(Whole):
    def __init__(self):
        super().__init__()
        self.relu1 = self.relu2 = nn.Identity()
