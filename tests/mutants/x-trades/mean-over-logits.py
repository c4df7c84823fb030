"""The divergence is divided by the number of logits.

loses: trades_loss_follows_the_formula
cause: reduction='batchmean'
"""


def trades_loss(clean_logits, adversarial_logits, labels, beta):
    clean = F.log_softmax(clean_logits, dim=1)
    moved = F.log_softmax(adversarial_logits, dim=1)
    return (
        F.cross_entropy(clean_logits, labels)
        + beta * F.kl_div(moved, clean, reduction="none", log_target=True).mean()
    )
