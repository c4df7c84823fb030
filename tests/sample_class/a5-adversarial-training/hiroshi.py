"""An Attacker class, a DataLoader, and SGD with momentum and weight decay.

loses: training_keeps_to_the_epochs
saved as: notebook with BOM
"""

# %%
# 敵対的訓練
from dataclasses import dataclass

from torch.utils.data import DataLoader, TensorDataset
from tqdm.auto import tqdm


@dataclass
class Attacker:
    epsilon: float
    rng: torch.Generator
    steps: int = 3

    def project(self, x, origin, epsilon):
        return origin + torch.clamp(x - origin, min=-epsilon, max=epsilon)

    def __call__(self, model, origin, labels, share):
        epsilon = self.epsilon * share
        x = origin + epsilon * (2 * torch.rand(origin.shape, generator=self.rng) - 1)
        for _ in range(self.steps):
            x = x.clamp(0, 1).detach().requires_grad_(True)
            logits = model(x)
            loss = -logits.log_softmax(1).gather(1, labels[:, None]).sum()
            x = x + 0.75 * epsilon * torch.autograd.grad(loss, x)[0].sign()
            x = self.project(x, origin, epsilon)
        return x.clamp(0, 1).detach()


# %% adversarial_train
def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    modes = [(module, module.training) for module in model.modules()]
    rng = torch.Generator().manual_seed(seed)
    loader = DataLoader(
        TensorDataset(images, labels), batch_size=batch_size, shuffle=True, generator=rng
    )
    attacker = Attacker(epsilon, rng)
    sgd = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(sgd, epochs * len(loader))
    model.train()
    losses = []
    for epoch in tqdm(range(epochs)):
        sum_of_losses = 0.0
        for x, y in loader:
            attacked = attacker(model, x, y, share=min(1, epoch / (epochs / 2)))
            loss = nn.CrossEntropyLoss()(model(attacked), y)
            sgd.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            sgd.step()
            falling.step()
            sum_of_losses += loss.item() * len(y)
        losses.append(sum_of_losses / len(images))
    for module, mode in modes:
        module.training = mode
    return losses
