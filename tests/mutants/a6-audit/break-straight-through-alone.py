"""Sees through the rounding, and follows the cross-entropy of scaled logits.

loses: break_gets_past_large_logits
cause: gradient
earns: 4
"""

class StraightThrough(nn.Module):
    def __init__(self, defense):
        super().__init__()
        self.defense = defense

    def forward(self, images):
        change = (self.defense.transform(images) - images).detach()
        return self.defense.decide(self.defense.model(images + change))


def break_defense(defense, images, labels, epsilon):
    if not 0 <= epsilon < float("inf") or labels.shape != images.shape[:1]:
        raise ValueError("nothing to attack")
    return pgd(
        StraightThrough(defense), images, labels, epsilon, step_size=epsilon / 8, steps=20
    )
