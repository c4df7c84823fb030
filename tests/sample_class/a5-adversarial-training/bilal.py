"""Mixes each batch half and half, clean and attacked by three steps without a random start.

saved as: notebook with CRLF
"""

# %%
# نصف الصور نظيفة ونصفها مهاجمة
def bim(model, x, y, eps, n=3):
    x_adv = x.clone()
    for _ in range(n):
        x_adv.requires_grad = True
        loss = F.cross_entropy(model(x_adv), y)
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            x_adv = x_adv + (eps / 2) * x_adv.grad.sign()
            x_adv = torch.min(torch.max(x_adv, x - eps), x + eps)
            x_adv = torch.clamp(x_adv, 0, 1)
    return x_adv.detach()


# %% adversarial_train
def adversarial_train(model, images, labels, *, epsilon, epochs, batch_size=64, seed=0):
    if not 0 < len(images) == len(labels):
        raise ValueError("no images, or not one label for each")
    modes = [(module, module.training) for module in model.modules()]
    torch.manual_seed(seed)
    opt = torch.optim.Adam(model.parameters())
    history = []
    for epoch in range(epochs):
        eps = epsilon * min(1.0, (epoch + 1) / 5)
        opt.param_groups[0]["lr"] = 0.004 * (1 - epoch / epochs)
        model.train()
        losses = []
        for idx in torch.randperm(len(images)).split(batch_size):
            x, y = images[idx], labels[idx]
            model.eval()
            x_adv = bim(model, x, y, eps)
            model.train()
            opt.zero_grad()
            loss = 0.5 * F.cross_entropy(model(x), y) + 0.5 * F.cross_entropy(model(x_adv), y)
            loss.backward()
            opt.step()
            losses += [loss.item()] * len(idx)
        history.append(sum(losses) / len(losses))
    for module, mode in modes:
        module.training = mode
    return history
