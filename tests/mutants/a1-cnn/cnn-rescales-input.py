"""Images are normalised inside the network, which was not asked for.

loses: cnn_computes_the_network
cause: normalised
"""

Whole = CNN


class CNN(Whole):
    def forward(self, images):
        return super().forward((images - 0.1307) / 0.3081)
