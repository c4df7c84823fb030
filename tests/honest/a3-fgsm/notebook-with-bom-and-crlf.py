"""A notebook saved with a byte-order mark and Windows line ends, in its cells too.

saved as: notebook with BOM and CRLF
"""

# %%
def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    step = epsilon * loss_gradient(model, images, labels).sign()

    return (images + step).clamp(0, 1)
