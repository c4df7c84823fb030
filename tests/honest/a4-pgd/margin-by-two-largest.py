"""The largest logit, or the second where the largest is the true one's."""


def margin_loss(logits, labels):
    if logits.ndim != 2 or logits.shape[1] < 2 or len(labels) != len(logits):
        raise ValueError("logits must be (n, k) and labels (n,)")
    top, names = logits.topk(2, dim=1)
    best_other = torch.where(names[:, 0] == labels, top[:, 1], top[:, 0])
    return best_other - logits[torch.arange(len(labels)), labels]
