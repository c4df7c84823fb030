"""The recipe "add a sample student": one file that states its score. No test fails."""

from pathlib import Path

import pytest
from support import checkout

ASSIGNMENT = "a3-fgsm"
LIKE = "emre"  # another student who forgets the clamp; the new one must get the same findings
CELLS = """
# %% fgsm
def fgsm(model, images, labels, epsilon):
    check_attack(images, labels, epsilon)
    pictures = images.detach().clone()
    pictures.requires_grad = True
    with evaluating(model):
        nn.CrossEntropyLoss(reduction="sum")(model(pictures), labels).backward(inputs=[pictures])
    direction = torch.sign(pictures.grad)
    return pictures.detach().add(direction, alpha=epsilon)


# %% attack_success_rate
def attack_success_rate(model, images, adversarial, labels):
    hit, known = 0, 0
    for image, moved, label in zip(images.split(1), adversarial.split(1), labels):
        if int(predict(model, image).argmax()) == int(label):
            known += 1
            hit += int(predict(model, moved).argmax()) != int(label)
    return hit / known if known else 0.0


# %% robustness_curve
def robustness_curve(model, images, labels, epsilons):
    points = []
    for size in epsilons:
        moved = fgsm(model, images, labels, size)
        logits = predict(model, torch.clamp(moved, min=0.0, max=1.0))
        points.append(float((logits.argmax(dim=-1) == labels).double().mean()))
    return points
"""


THE_WHOLE_CLASS = "tests/test_sample_class.py::test_the_whole_class_gets_what_it_must"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout with one more student."""
    folder = checkout.copied(tmp_path_factory.mktemp("student") / "checkout")
    students = folder / "tests" / "sample_class" / ASSIGNMENT
    header, _, _ = (students / f"{LIKE}.py").read_text(encoding="utf-8").partition("# %%")
    _, blank, fields = header.partition("\n\n")
    title = '"""Steps along the gradient of backward(), and does not bring pixels back to [0, 1].'
    (students / "nova.py").write_text(title + blank + fields.rstrip() + "\n" + CELLS)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    "tests",
    [
        ("tests/test_sample_class.py", "-m", "not slow"),
        (f"{THE_WHOLE_CLASS}[{ASSIGNMENT}]",),
        ("tests/autograder/term/test_similarity.py",),
    ],
    ids=["well-formed", "graded", "unlike all others"],
)
def test_a_sample_student_who_is_added_leaves_nothing_red(
    copy: Path, tests: tuple[str, ...]
) -> None:
    checkout.passes(copy, *tests)
