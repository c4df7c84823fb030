"""Average pooling in place of max pooling.

loses: cnn_computes_the_network
cause: average pooling
"""

Whole = CNN


class CNN(Whole):
    def __init__(self):
        super().__init__()
        self.pool1 = self.pool2 = nn.AvgPool2d(2)
