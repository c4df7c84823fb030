"""Cuts the transformed image off, but not the image that is taken from it: the gradient is 0.

loses: break_does_more_than_noise
cause: most images come back unchanged
earns: 0
"""

class StraightThrough(nn.Module):
    def __init__(self, defense):
        super().__init__()
        self.defense = defense

    def forward(self, images):
        change = (self.defense.transform(images).detach() - images)
        return self.defense.model(images + change)
