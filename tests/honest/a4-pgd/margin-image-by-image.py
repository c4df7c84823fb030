"""The margin in a Python loop, of log-probabilities, whose differences are the logits'."""


def margin_loss(logits, labels):
    if logits.ndim != 2 or logits.shape[1] < 2 or len(labels) != len(logits):
        raise ValueError("logits must be (n, k) and labels (n,)")
    margins = []
    for row, label in zip(logits.log_softmax(dim=1), labels.tolist()):
        others = torch.cat([row[:label], row[label + 1 :]])
        margins.append(others.max() - row[label])
    return torch.stack(margins)
