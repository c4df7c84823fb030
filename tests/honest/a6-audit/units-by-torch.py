"""One number or several, through torch in double precision, checked channel by channel."""


def to_pixel_epsilon(epsilon, std):
    channels = torch.as_tensor(std, dtype=torch.float64).flatten()
    largest = 0.0
    for each in channels.tolist():
        if not math.isfinite(each):
            raise ValueError(f"std {each}")
        if each <= 0:
            raise ValueError(f"std {each} is not above 0")
        largest = max(largest, each)
    if math.isnan(epsilon) or math.isinf(epsilon) or epsilon < 0:
        raise ValueError(f"epsilon {epsilon}")
    return float(largest) * epsilon
