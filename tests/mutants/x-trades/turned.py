"""The divergence is taken the other way round.

loses: trades_loss_follows_the_formula
cause: the other way round
"""


def trades_loss(clean_logits, adversarial_logits, labels, beta):
    clean = F.log_softmax(clean_logits, dim=1)
    moved = F.log_softmax(adversarial_logits, dim=1)
    return F.cross_entropy(clean_logits, labels) + beta * F.kl_div(
        clean, moved, reduction="batchmean", log_target=True
    )
