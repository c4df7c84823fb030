"""Dropout that is on in eval mode too.

loses: cnn_computes_the_network
cause: something in the network is random
"""

Whole = CNN


class CNN(Whole):
    def forward(self, images):
        x = self.pool1(self.relu1(self.conv1(images)))
        x = self.pool2(self.relu2(self.conv2(x)))
        return self.linear(F.dropout(x.flatten(1), 0.5))
