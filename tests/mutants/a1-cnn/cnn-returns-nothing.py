"""forward ends without return.

loses: cnn_returns_logits
cause: without `return`
earns: 0
"""

Logits = CNN


class CNN(Logits):
    def forward(self, images):
        logits = super().forward(images)
