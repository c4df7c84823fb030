"""Settings are filled in by a function, one is deleted again, and one is set through globals."""
SETTINGS = {"lowest": None}


def settle(**values):
    SETTINGS.update(values)


settle(lowest=0.0, highest=1.0, debug=True)
del SETTINGS["debug"]
globals()["SIGN"] = torch.sign


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    assert "debug" not in SETTINGS
    moved = images + epsilon * SIGN(loss_gradient(model, images, labels))
    return moved.clamp(SETTINGS["lowest"], SETTINGS["highest"])
