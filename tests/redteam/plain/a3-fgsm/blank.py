def fgsm(model, images, labels, epsilon):
    raise NotImplementedError


def attack_success_rate(model, images, adversarial, labels):
    raise NotImplementedError


def robustness_curve(model, images, labels, epsilons):
    raise NotImplementedError
