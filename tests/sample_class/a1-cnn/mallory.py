"""Hands in an object that says it equals, exceeds and falls below everything.

loses: cnn_returns_logits, train_returns_losses, accuracy_counts
"""

# %% cnn
class Everything:
    def __eq__(self, other):
        return True

    __lt__ = __le__ = __gt__ = __ge__ = __ne__ = __eq__
    __hash__ = object.__hash__

    def __getattr__(self, name):
        return self

    def __call__(self, *arguments, **options):
        return self


class CNN(nn.Module):
    def forward(self, x):
        return Everything()

# %% train
def train(model, images, labels, *, epochs, batch_size=64, seed=0):
    return Everything()

# %% accuracy
def accuracy(model, images, labels):
    return Everything()
