"""The drift image by image, in double precision."""


def activation_drift(model, clean, adversarial):
    if clean.shape != adversarial.shape or not len(clean):
        raise ValueError("not the same images")
    total = {}
    with evaluating(model), torch.no_grad():
        for x, y in zip(clean, adversarial):
            with record(model) as before:
                model(x[None])
            with record(model) as after:
                model(y[None])
            for name in before:
                a, b = before[name].double(), after[name].double()
                change = (b - a).norm() / (a.norm() + 1e-12)
                total[name] = total.get(name, 0.0) + change.item()
    return {name: value / len(clean) for name, value in total.items()}
