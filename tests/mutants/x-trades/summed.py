"""The divergence is summed over the images.

loses: trades_loss_follows_the_formula
cause: summed over the images
"""


def trades_loss(clean_logits, adversarial_logits, labels, beta):
    clean = F.log_softmax(clean_logits, dim=1)
    moved = F.log_softmax(adversarial_logits, dim=1)
    return F.cross_entropy(clean_logits, labels) + beta * F.kl_div(
        moved, clean, reduction="sum", log_target=True
    )
