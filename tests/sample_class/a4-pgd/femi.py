"""Writes the margin and the worst case first, and leaves PGD for another day.

loses: pgd_returns_images, margin_refuses_what_makes_no_sense,
       worst_case_refuses_what_makes_no_sense
"""

# %% margin_loss
def margin_loss(logits: Tensor, labels: Tensor) -> Tensor:
    is_true = F.one_hot(labels, logits.shape[1]).bool()
    return logits.masked_fill(is_true, float("-inf")).amax(dim=1) - logits[is_true]

# %% worst_case_accuracy
def worst_case_accuracy(model, images, labels, epsilon, attacks):
    safe = predict(model, images).argmax(1) == labels
    for attack in attacks:
        x = attack(model, images, labels, epsilon)
        x = (images + (x - images).clamp(-epsilon, epsilon)).clamp(0, 1)
        safe = safe & (predict(model, x).argmax(1) == labels)
    return safe.double().mean().item()
