"""Batches of 32, and a count in Python."""


def worst_case_accuracy(model, images, labels, epsilon, attacks):
    check_attack(images, labels, epsilon)
    if len(images) == 0:
        raise ValueError("there are no images")
    count = 0
    for x, y in zip(images.split(32), labels.split(32)):
        safe = predict(model, x).argmax(dim=1).eq(y)
        for attack in attacks:
            moved = project(x, attack(model, x, y, epsilon), epsilon)
            safe = torch.logical_and(safe, predict(model, moved).argmax(dim=1).eq(y))
        count += safe.sum().item()
    return count / len(images)
