"""The batch is flattened across images: each row of logits is of several of them.

loses: cnn_computes_the_network
cause: the other images of the batch
"""

Whole = CNN


class CNN(Whole):
    def forward(self, images):
        x = self.pool1(self.relu1(self.conv1(images)))
        x = self.pool2(self.relu2(self.conv2(x)))
        return self.linear(x.permute(1, 2, 3, 0).reshape(-1, 256))
