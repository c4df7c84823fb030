"""The cross-entropy is that of the attacked images.

loses: trades_loss_follows_the_formula
cause: that of the attacked images
"""


def trades_loss(clean_logits, adversarial_logits, labels, beta):
    clean = F.log_softmax(clean_logits, dim=1)
    moved = F.log_softmax(adversarial_logits, dim=1)
    return F.cross_entropy(adversarial_logits, labels) + beta * F.kl_div(
        moved, clean, reduction="batchmean", log_target=True
    )
