class ActivationMonitor:
    def __init__(self, model, layers=None):
        raise NotImplementedError


def activation_drift(model, clean, adversarial):
    raise NotImplementedError
