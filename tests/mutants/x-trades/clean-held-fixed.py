"""The clean answer is held fixed in the divergence.

loses: trades_loss_moves_both_answers
cause: detached in the divergence
"""


def trades_loss(clean_logits, adversarial_logits, labels, beta):
    clean = F.log_softmax(clean_logits, dim=1)
    moved = F.log_softmax(adversarial_logits, dim=1)
    return F.cross_entropy(clean_logits, labels) + beta * F.kl_div(
        moved, clean.detach(), reduction="batchmean", log_target=True
    )
