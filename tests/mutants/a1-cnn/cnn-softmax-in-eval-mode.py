"""A softmax at the end, in eval mode only.

loses: cnn_computes_the_network
cause: in eval mode, a softmax
"""

with_logits = CNN


class CNN(with_logits):
    def forward(self, images):
        logits = super().forward(images)
        return logits if self.training else logits.softmax(dim=1)
