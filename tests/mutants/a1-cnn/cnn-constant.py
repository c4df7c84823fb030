"""The same logits for every image, and no layers.

loses: cnn_has_the_layers
cause: no parameters
earns: 0
"""


class CNN(nn.Module):
    def forward(self, images):
        return torch.zeros(len(images), 10)
