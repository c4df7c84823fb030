"""The second ReLU is missing.

loses: cnn_computes_the_network
cause: the ReLU after the second convolution is missing
"""

Whole = CNN


class CNN(Whole):
    def __init__(self):
        super().__init__()
        self.relu2 = nn.Identity()
