"""Handed in as a notebook with cells that train, print and plot.

saved as: notebook
"""

# %%
# %matplotlib inline
print("what a network does inside")


# %%
class ActivationMonitor(ActivationMonitor):
    """The same, with a report."""

    def report(self):
        for name, row in self.stats.items():
            print(name, row["mean"])


# %%
net = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
with ActivationMonitor(net) as watching:
    net(torch.rand(2, 1, 28, 28))
watching.report()
