"""The predicted classes are returned, not the logits.

loses: cnn_returns_logits
cause: argmax
earns: 0
"""

Logits = CNN


class CNN(Logits):
    def forward(self, images):
        return super().forward(images).argmax(dim=1)
