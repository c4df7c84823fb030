"""A ReLU after the last layer.

loses: cnn_computes_the_network
cause: a ReLU after the last layer
"""

Logits = CNN


class CNN(Logits):
    def forward(self, images):
        return super().forward(images).relu()
