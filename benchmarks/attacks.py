"""Compares the speed of the course's attacks with other libraries' on the same network and images.

    python benchmarks/attacks.py --set-up
    python benchmarks/attacks.py [--data digits] [--rounds 5] [--images 256] [--device cpu] [--keep]

The first makes an environment for each library (peers.py), the only time that anything is
installed. Results are compared before anything is timed, and a difference ends the run. Then the
contestants take turns; tables show medians and ratios. They are also written to
build/benchmarks/attacks.json, with --keep to benchmarks/results/attacks.json, from which `speed.py`
writes the site's page. The thread count is PyTorch's: OMP_NUM_THREADS.

Where the speed comes from:

- PGD. The arithmetic is the same 40 gradients. In one batch of 256, a layer's output of
  simple-cnn is tens of megabytes, written to memory and read back at every step;
  `attack_in_batches` uses batches of 64, and the channels-last layout, in which the convolution
  kernels need not rearrange what they read. "course, one batch" shows the attack without either,
  and "Foolbox, batches of 64" what the batches alone give.
- FGSM curve. The gradient is taken at the clean images and does not depend on epsilon: one for
  the whole curve, then a forward pass for each point. Other libraries take a gradient and a forward
  pass for each epsilon. Counting a backward pass as two forward passes, that is 3 + 8 against
  8 * 4. `curve_in_batches` adds the same batches and layout as above.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from limit import keep_best_rates, layer_costs, operations, share_of_limit
from machine import kept_or_built, machine, wait_for, write
from peers import FOLDER, HOW, PEERS, PeerProcess, installed, set_up
from torch import Tensor, nn
from turns import Seconds, Turn, fastest, median, ratio, take_turns

from course.batches import channels_last_copy
from course.cli import add_device, run_command, whole_number
from course.data import Dataset, load
from course.errors import CourseError
from course.inputs import chosen_device
from course.metrics import accuracy, predict
from course.models import build
from course.training import fit, plain_recipe
from solutions.evaluation import attack_in_batches, curve_in_batches
from solutions.fgsm import loss_gradient, robustness_curve
from solutions.pgd import pgd

MODEL = "simple-cnn"
EPSILON, STEP_SIZE, STEPS = 0.1, 0.01, 40
EPSILONS = [k / 255 for k in (2, 4, 8, 16, 26, 38, 51, 77)]
BATCH = 64
TITLES = {"pgd": f"PGD with {STEPS} steps", "curve": f"FGSM curve of {len(EPSILONS)} epsilons"}
TURNS = {"pgd": 1, "curve": 3}  # in each of --rounds: a curve takes a tenth of the time
COURSE, ONE_BATCH = "course", "course, one batch"
FIRST_STEPS, EQUAL_PIXELS = 10, 0.999

Attacked = tuple[nn.Module, Tensor, Tensor]
"""What every attack takes: the model, images and labels."""


def main() -> int:
    parser = argparse.ArgumentParser("attacks.py", description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="digits", help="profile (default: %(default)s)")
    parser.add_argument("--rounds", type=whole_number(1), default=5, help="default: %(default)s")
    parser.add_argument("--images", type=whole_number(1), default=256, help="default: %(default)s")
    parser.add_argument("--keep", action="store_true", help="write the result for the site")
    parser.add_argument("--set-up", action="store_true", help="install the other libraries, only")
    add_device(parser)
    parser.set_defaults(run=run)
    return run_command(parser, None)


def run(args: argparse.Namespace) -> int:
    if args.set_up:
        for name in PEERS:
            print(f"installing {PEERS[name].title}", flush=True)
            set_up(name)
        return 0
    device = chosen_device(args.device)
    dataset = load(args.data, train=1_200, test=args.images).to(device)
    for name in PEERS:
        if name not in installed():
            print(f"{PEERS[name].title} is left out: it is not in {FOLDER / name}; run `{HOW}`")
    if not installed():
        raise CourseError(f"there is no library to compare with; run `{HOW}`")
    report = measured(dataset, device, args.rounds) | {"data": args.data}
    print_report(report)
    out = write(report, kept_or_built("attacks", keep=args.keep))
    print(f"\nwritten to {out}")
    return 0


def measured(dataset: Dataset, device: torch.device, rounds: int) -> dict[str, Any]:
    """Everything that is measured, as the JSON file holds it."""
    model = build(MODEL, seed=0).to(device)
    fit(model, dataset.train.images, dataset.train.labels, plain_recipe(3), progress=False)
    model.eval()
    images, labels = dataset.test.images, dataset.test.labels
    attacked = (model, images, labels)
    report: dict[str, Any] = {"device": str(device), "model": MODEL, "images": len(images)}
    rates: dict[str, float] = {}
    between = partial(keep_best_rates, rates, device)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="attacks-")))
        peers = start_peers(stack, folder, attacked)
        report["machine"] = ", ".join([machine(device=device), *(p.version for p in peers)])
        jobs = {}
        for job, title in TITLES.items():
            turns = contestants(job, attacked, peers)
            agreement = agreement_of(job, attacked, peers, folder)
            seconds = take_turns(turns, rounds * TURNS[job], between)
            jobs[job] = {"title": title, "agreement": agreement, "seconds": seconds}
            jobs[job]["operations"] = operations_of(job, attacked)
    report |= {"jobs": jobs, "rates": rates}
    quick = channels_last_copy(model, images[:1])
    costs = layer_costs(quick, images[:BATCH], training=False)
    report["layers"] = {name: asdict(cost) for name, cost in costs.items()}
    return report


def start_peers(stack: ExitStack, folder: Path, attacked: Attacked) -> list[PeerProcess]:
    """A process for each library that is there, closed with the stack."""
    model, images, labels = attacked
    task = {"model": model, "images": images, "labels": labels, "device": images.device}
    task |= {"epsilon": EPSILON, "step_size": STEP_SIZE, "steps": STEPS}
    task |= {"first_steps": FIRST_STEPS, "epsilons": EPSILONS}
    task["classes"] = model(images[:1]).shape[1]
    torch.save(task, folder / "task.pt")
    peers = []
    for name in installed():
        peers.append(PeerProcess(name, folder / "task.pt"))
        stack.callback(peers[-1].close)
    return peers


def contestants(job: str, attacked: Attacked, peers: list[PeerProcess]) -> dict[str, Turn]:
    """A turn for each way of doing the job, by the name of that way."""
    device = attacked[1].device
    turns: dict[str, Turn] = {
        name: partial(timed, action, device) for name, action in own_runs(job, attacked).items()
    }
    for peer in peers:
        for batch in (0, BATCH):
            turns[named(peer, batch)] = partial(peer.run, job, batch)
    return turns


def named(peer: PeerProcess, batch: int) -> str:
    return PEERS[peer.name].title + (f", batches of {batch}" if batch else "")


def own_runs(job: str, attacked: Attacked) -> Mapping[str, Callable[[], Tensor | list[float]]]:
    """The course's attack as the assignments define it, and as figures and commands run it."""
    if job == "curve":
        return {
            ONE_BATCH: partial(robustness_curve, *attacked, EPSILONS),
            COURSE: partial(curve_in_batches, *attacked, EPSILONS, batch_size=BATCH),
        }
    steps = STEPS if job == "pgd" else FIRST_STEPS
    attack = partial(pgd, epsilon=EPSILON, step_size=STEP_SIZE, steps=steps, random_start=False)
    return {
        ONE_BATCH: partial(attack, *attacked),
        COURSE: partial(attack_in_batches, attack, *attacked, batch_size=BATCH),
    }


def results(
    job: str, attacked: Attacked, peers: list[PeerProcess], folder: Path
) -> dict[str, Tensor]:
    """What each contestant finds; this warms it up too."""
    found = {
        name: torch.as_tensor(action()).cpu() for name, action in own_runs(job, attacked).items()
    }
    for peer in peers:
        for batch in (0, BATCH):
            peer.run(job, batch, folder / "result.pt")
            found[named(peer, batch)] = torch.load(folder / "result.pt")
    return found


def agreement_of(
    job: str, attacked: Attacked, peers: list[PeerProcess], folder: Path
) -> dict[str, Any]:
    """How far the contestants' results agree. Raises CourseError where they do not."""
    model, _, labels = attacked
    found = results(job, attacked, peers, folder)
    if job == "curve":
        return require_equal_curves(found, len(labels))
    return {
        "first steps": require_equal_pixels(results("first steps", attacked, peers, folder)),
        **require_equal_strength(found, model, labels),
        "pixels": {name: equal_pixels(images, found[ONE_BATCH]) for name, images in found.items()},
    }


def timed(action: Callable[[], object], device: torch.device) -> dict[str, float]:
    """Seconds on the clock and of processor; the second is steadier on a busy machine."""
    wall, processor = time.perf_counter(), time.process_time()
    action()
    wait_for(device)
    return {"wall": time.perf_counter() - wall, "processor": time.process_time() - processor}


def operations_of(job: str, attacked: Attacked) -> int:
    """Operations that the job cannot do without: its gradients, and a forward pass a point."""
    model, images, _ = attacked
    gradient = operations(partial(loss_gradient, *attacked))
    if job == "pgd":
        return STEPS * gradient
    with torch.no_grad():
        return gradient + len(EPSILONS) * operations(partial(model, images))


def equal_pixels(images: Tensor, others: Tensor) -> float:
    """The share of pixels that are equal but for rounding."""
    return ((images - others).abs() <= 1e-6).double().mean().item()


def require_equal_pixels(found: Mapping[str, Tensor]) -> dict[str, float]:
    """The share of pixels equal to those of the course's attack in one batch.

    Kernels that add up in another order give a gradient within rounding of zero another sign, and
    each step makes more of the difference: after 40 steps in float32, a pixel in forty differs
    from the same attack in float64. So this is asked after the first steps, where one pixel in a
    thousand may differ. Raises CourseError for more.
    """
    shares = {name: equal_pixels(images, found[ONE_BATCH]) for name, images in found.items()}
    for name, share in shares.items():
        if not share >= EQUAL_PIXELS:
            raise CourseError(
                f"{name} finds other images: after {FIRST_STEPS} steps, {share:.3%} of the pixels "
                f"are those of the course's attack in one batch, which is not {EQUAL_PIXELS:.1%}"
            )
    return shares


def require_equal_strength(
    found: Mapping[str, Tensor], model: nn.Module, labels: Tensor
) -> dict[str, dict[str, float]]:
    """The accuracy left, where one image may differ, and the mean loss, to one in a thousand.

    Raises CourseError for a larger difference.
    """
    left, loss = {}, {}
    for name, images in found.items():
        left[name] = accuracy(model, images.to(labels.device), labels)
        logits = predict(model, images.to(labels.device))
        loss[name] = F.cross_entropy(logits, labels).item()
        same_verdicts = abs(left[name] - left[ONE_BATCH]) <= 1 / len(labels) + 1e-9
        if not (same_verdicts and abs(loss[name] - loss[ONE_BATCH]) <= 1e-3 * loss[ONE_BATCH]):
            raise CourseError(
                f"{name} attacks with another strength: accuracy {left[name]:.2%} and mean loss "
                f"{loss[name]:.4f}, in one batch of the course {left[ONE_BATCH]:.2%} and "
                f"{loss[ONE_BATCH]:.4f}"
            )
    return {"accuracy": left, "mean loss": loss}


def require_equal_curves(found: Mapping[str, Tensor], images: int) -> dict[str, Any]:
    """The accuracies at each epsilon, where the verdict on one image may differ.

    Raises CourseError for more.
    """
    for name, curve in found.items():
        apart = (curve - found[ONE_BATCH]).abs().max().item() * images
        if not apart <= 1 + 1e-6:
            raise CourseError(
                f"{name} finds another curve, up to {apart:.0f} images from the course's in one "
                f"batch: {curve.tolist()} and {found[ONE_BATCH].tolist()}"
            )
    return {"accuracies": {name: curve.tolist() for name, curve in found.items()}}


def print_report(report: Mapping[str, Any]) -> None:
    print(report["machine"])
    for name, rate in report["rates"].items():
        print(f"a product of large matrices in {name}: {rate / 1e9:.0f} thousand million a second")
    for job in report["jobs"].values():
        print(f"\n{job['title']}, {report['images']} images of {report['data']}, {report['model']}")
        print_table(job["seconds"])
        seconds = median(job["seconds"], COURSE)
        share = share_of_limit(job["operations"], report["rates"]["float32"], seconds)
        print(f"of the machine's limit: {share:.0%}")


def print_table(seconds: Seconds) -> None:
    print(f"{'':<32}{'wall s':>8}{'processor s':>14}{'wall / course':>16}")
    for name in seconds:
        wall, processor = median(seconds, name), median(seconds, name, "processor")
        print(f"{name:<32}{wall:8.3f}{processor:14.3f}{ratio(seconds, name, COURSE):16.2f}")
    peers = [name for name in seconds if name in {peer.title for peer in PEERS.values()}]
    best = fastest(seconds, peers)
    print(f"the fastest other library, {best}: {ratio(seconds, best, COURSE):.2f} times the course")


if __name__ == "__main__":
    sys.exit(main())
