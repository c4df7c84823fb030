"""The loss of TRADES: clean cross-entropy and six times the divergence under attack."""


def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    modes = [(module, module.training) for module in model.modules()]
    model.train()
    torch.manual_seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.004)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for i in torch.randperm(len(images)).split(batch_size):
            x, y = images[i], labels[i]
            model.eval()
            clean = model(x).softmax(dim=1).detach()
            worst = x + 0.001 * torch.randn_like(x)
            for _ in range(4):
                worst = worst.detach().requires_grad_()
                gap = F.kl_div(model(worst).log_softmax(dim=1), clean, reduction="sum")
                (g,) = torch.autograd.grad(gap, worst)
                worst = x + (worst + epsilon / 2 * g.sign() - x).clamp(-epsilon, epsilon)
                worst = worst.clamp(0, 1)
            model.train()
            logits = model(x)
            gap = F.kl_div(
                model(worst.detach()).log_softmax(dim=1), logits.softmax(dim=1), reduction="batchmean"
            )
            loss = F.cross_entropy(logits, y) + 6 * gap
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(i)
        losses.append(total / len(images))
    for module, mode in modes:
        module.training = mode
    return losses
