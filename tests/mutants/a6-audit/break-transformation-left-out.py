"""Leaves the transformation out: the network behind is shown images that are not rounded.

loses: break_gets_through_rounding
cause: not rounded
earns: 5
"""

class StraightThrough(nn.Module):
    def __init__(self, defense):
        super().__init__()
        self.defense = defense

    def forward(self, images):
        return self.defense.model(images)
