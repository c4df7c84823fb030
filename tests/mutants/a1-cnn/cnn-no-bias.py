"""The convolutions have no bias.

loses: cnn_has_the_layers
cause: no bias
"""

Whole = CNN


class CNN(Whole):
    def __init__(self):
        super().__init__()
        self.conv1.bias = self.conv2.bias = None
