"""Sigmoids in place of the ReLUs.

loses: cnn_computes_the_network
cause: sigmoids
"""

Whole = CNN


class CNN(Whole):
    def __init__(self):
        super().__init__()
        self.relu1 = self.relu2 = nn.Sigmoid()
