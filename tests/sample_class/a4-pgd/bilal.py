"""Calls backward() on a change that is added to the images, and loops with numbered steps.

loses: pgd_refuses_what_makes_no_sense, margin_refuses_what_makes_no_sense,
       worst_case_refuses_what_makes_no_sense
saved as: notebook with CRLF
"""

# %%
# %matplotlib inline
import warnings

warnings.warn("this takes a while")  # goes to stderr, and to nobody


# %% pgd
def pgd(
    model, images, labels, epsilon, *, step_size, steps,
    random_start=True, generator=None, loss=cross_entropy
):
    # أضيف تغييرا صغيرا إلى الصور
    mode = model.training
    model.eval()
    delta = torch.zeros_like(images)
    if random_start:
        delta = delta.uniform_(-epsilon, epsilon, generator=generator)
        delta = torch.clip(images + delta, 0, 1) - images
    for step in range(1, steps + 1):
        leaf = delta.clone().detach()
        leaf.requires_grad = True
        loss(model(images + leaf), labels).sum().backward()
        with torch.no_grad():
            delta = torch.clip(leaf + step_size * torch.sign(leaf.grad), -epsilon, epsilon)
            delta = torch.clip(images + delta, 0, 1) - images
    model.zero_grad()
    model.train(mode)
    return torch.clip(images + delta, 0, 1).detach()


# %% margin_loss
def margin_loss(logits, labels):
    true = logits.gather(1, labels[:, None])
    others = logits.scatter(1, labels[:, None], float("-inf"))
    return (others.max(dim=1, keepdim=True)[0] - true).squeeze(1)


# %% worst_case_accuracy
def worst_case_accuracy(model, images, labels, epsilon, attacks):
    safe = predict(model, images).argmax(1) == labels
    for attack in attacks:
        x = attack(model, images, labels, epsilon)
        x = (images + (x - images).clamp(-epsilon, epsilon)).clamp(0, 1)
        safe = safe & (predict(model, x).argmax(1) == labels)
    return safe.double().mean().item()
