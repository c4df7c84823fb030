"""An attack of its own with backward(), batches from a DataLoader, gradients zeroed in time."""
from torch.utils.data import DataLoader, TensorDataset


class Attacker:
    def __init__(self, model, epsilon, steps=4):
        self.model, self.epsilon, self.steps = model, epsilon, steps

    def perturb(self, x, y):
        delta = torch.zeros_like(x).uniform_(-self.epsilon, self.epsilon)
        for _ in range(self.steps):
            delta.requires_grad_()
            F.cross_entropy(self.model((x + delta).clamp(0, 1)), y).backward()
            step = delta.detach() + 0.6 * self.epsilon * delta.grad.sign()
            delta = step.clamp(-self.epsilon, self.epsilon)
        return (x + delta).clamp(0, 1)


def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    torch.manual_seed(seed)
    loader = DataLoader(TensorDataset(images, labels), batch_size=batch_size, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    losses = []
    for epoch in range(epochs):
        attacker = Attacker(model, epsilon * min(1, (epoch + 1) / 6))
        batches = []
        for x, y in loader:
            model.eval()
            attacked = attacker.perturb(x, y)
            model.train()
            optimizer.zero_grad()
            loss = F.cross_entropy(model(attacked), y)
            loss.backward()
            optimizer.step()
            batches.append(loss.item())
        losses.append(sum(batches) / len(batches))
    for module, mode in modes:
        module.training = mode
    return losses
