"""A script saved on Windows, with umlauts: für größere ε.

saved as: script with BOM and CRLF
"""

ε_größte = 1.0


def fgsm(model, images, labels, epsilon):
	check_attack(images, labels, epsilon)
	ε = min(epsilon, ε_größte)
	return (images + ε * loss_gradient(model, images, labels).sign()).clamp(0, 1)
