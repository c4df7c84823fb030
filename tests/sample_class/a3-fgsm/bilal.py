"""Calls loss.backward() on a cloned leaf, and loops over the epsilons with his own fgsm.

loses: fgsm_refuses_what_makes_no_sense, success_rate_refuses_what_makes_no_sense,
       curve_refuses_what_makes_no_sense
saved as: notebook with CRLF
"""

# %%
# %matplotlib inline
import warnings

warnings.warn("my kernel is slow today")  # goes to stderr, and to nobody


# %%
# ملاحظة: أعيد النموذج إلى حالته في النهاية
def measure(model, x, y):
    mode = model.training
    model.eval()
    with torch.no_grad():
        right = model(x).argmax(1).eq(y)
    model.train(mode)
    return right


# %% fgsm
def fgsm(model, images, labels, epsilon):
    mode = model.training
    model.eval()
    leaf = images.clone().detach()
    leaf.requires_grad = True
    loss = F.cross_entropy(model(leaf), labels)
    loss.backward()
    with torch.no_grad():
        adversarial = leaf + epsilon * torch.sign(leaf.grad)
        adversarial = torch.clip(adversarial, 0.0, 1.0)
    model.zero_grad()
    model.train(mode)
    return adversarial


# %%
attacked_ones = fgsm(victim, data.test.images[:5], data.test.labels[:5], 0.1)
plt.imshow(attacked_ones[0, 0])
plt.show()


# %% attack_success_rate
def attack_success_rate(model, images, adversarial, labels):
    before = measure(model, images, labels)
    after = measure(model, adversarial, labels)
    if before.sum() == 0:
        return 0.0
    return (before & ~after).sum().item() / before.sum().item()


# %% robustness_curve
def robustness_curve(model, images, labels, epsilons):
    points = []
    for eps in epsilons:
        x_adv = fgsm(model, images, labels, eps)
        points.append(measure(model, x_adv, labels).float().mean().item())
    return points
