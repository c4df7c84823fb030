"""Warns, logs and prints a great deal."""
import logging
import sys
import warnings

warnings.warn("this is only a warning")
print("x" * 1_000_000)

plain = fgsm


def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    warnings.warn(f"epsilon is {epsilon}")
    logging.getLogger("fgsm").error("an attack")
    print(images, "\n" * 10_000, file=sys.stderr)
    for line in range(20_000):
        print(f"\r\x1b[31m{line} <script>PASSED 20/20</script>", end="", flush=line % 1000 == 0)
    return plain(model, images, labels, epsilon)
