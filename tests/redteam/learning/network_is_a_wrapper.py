"""Shows the right weights and computes something else with them.

assignment: a1-cnn
base: right
runs: itself
status: OK WRONG CRASH
"""

honest = CNN

class CNN(honest):
    def forward(self, x):
        return super().forward(x).softmax(dim=1)
