"""The divergence is written out, and the training goes over index lists."""


def trades_loss(clean_logits, adversarial_logits, labels, beta):
    p = clean_logits.softmax(dim=1)
    ratio = clean_logits.log_softmax(dim=1) - adversarial_logits.log_softmax(dim=1)
    surprise = -clean_logits.log_softmax(dim=1)[torch.arange(len(labels)), labels]
    return (surprise + beta * (p * ratio).sum(dim=1)).mean()
