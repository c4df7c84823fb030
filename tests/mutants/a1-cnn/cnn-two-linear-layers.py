"""A hidden linear layer of 64 between the convolutions and the logits.

loses: cnn_has_the_layers
cause: more than one linear layer
"""

Whole = CNN


class CNN(Whole):
    def __init__(self):
        super().__init__()
        self.linear = nn.Sequential(nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, 10))
