"""Features are flattened in another order, (row, column, channel).

loses: cnn_computes_the_network
cause: another order
"""

Whole = CNN


class CNN(Whole):
    def forward(self, images):
        x = self.pool1(self.relu1(self.conv1(images)))
        x = self.pool2(self.relu2(self.conv2(x)))
        return self.linear(x.permute(0, 2, 3, 1).flatten(1))
