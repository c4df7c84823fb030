"""A student's errors as data: their kind, their place, and the known mistake behind them."""

from __future__ import annotations

import builtins
import difflib
import dis
import re
from collections.abc import Collection, Mapping, Sequence
from types import TracebackType
from typing import Any

from autograder.worker.absent import NotImportedError
from autograder.worker.cells import first_stub
from course.withheld import WithheldError

MESSAGE_LENGTH = 500
FILE = re.compile(
    r" \((?:unknown location|[^()]*\.(?:py|so))\)$"
)  # which Python adds to an ImportError
LIBRARIES = ("torch", "numpy")  # an error that these raise is no refusal by a student
NO_GPU = re.compile(
    r"not compiled with CUDA|No CUDA GPUs|no NVIDIA driver|CUDA driver|not linked with support for "
    r"(cuda|mps) devices|Cannot access accelerator device|MPS backend|the current backend.*cuda"
    # In a notebook with a GPU: images of the check, on the processor, meet what was moved.
    r"|on the same device.*(cuda|mps)|(Input|weight) type \([^)]*(cuda|mps)",
    re.IGNORECASE,
)
# PyTorch's commonest errors, by the word for each.
TORCH_ERRORS = {
    "no super": re.compile(r"before Module\.__init__\(\) call"),
    "layer sizes": re.compile(r"mat1 and mat2 shapes cannot be multiplied"),
    "batch sizes": re.compile(r"Expected input batch_size \(\d+\) to match target batch_size"),
    "no gradient": re.compile(r"does not require grad and does not have a grad_fn"),
}


def report(
    error: BaseException,
    namespace: Mapping[str, Any],
    titles: Collection[str],
    running: str | None = None,
    *,
    others: Collection[str] = (),
) -> dict[str, Any]:
    """An error as data: type, capped message, and the innermost place in a student's cell.

    namespace: the notebook's names. titles: what its cells are called. running: the title of the
    cell that was being run, if the error names none. others: names that cells define and that were
    left out.
    """
    cell, line, trace, own, innermost = running, None, error.__traceback__, "", False
    raised_by = ""
    while trace is not None:
        title = trace.tb_frame.f_code.co_filename
        innermost = trace.tb_frame.f_globals is namespace
        raised_by = str(trace.tb_frame.f_globals.get("__name__")).partition(".")[0]
        if innermost:
            own = title
        if title in titles:
            cell, line = title, trace.tb_lineno
        trace = trace.tb_next
    written: object = error
    if line is None and isinstance(error, SyntaxError) and error.filename in titles:
        cell, line, written = error.filename, error.lineno, error.msg  # str() has the place too
    try:
        message = str(written)[:MESSAGE_LENGTH]
        if isinstance(error, ImportError):
            message = FILE.sub("", message)
    except BaseException:  # a student's own __str__ may do anything
        message = ""
    unwritten = isinstance(error, NotImplementedError) and innermost
    stub, step = first_stub(own) if unwritten else ("", "")
    kind = "ImportError" if isinstance(error, NotImportedError) else type(error).__name__[:80]
    return {
        "type": kind,
        "message": message,
        "refusal": any(base is ValueError for base in type.mro(type(error)))
        and raised_by not in LIBRARIES,
        "cell": cell,
        "line": line,
        "stub": stub,
        "step": step,
        "unwritten": unwritten,
        "outside": not own,
        "known": known_mistake(error, message),
        "near": near_name(error, [*namespace, *others]),
        "shadows": shadowed_name(error, namespace),
    }


def known_mistake(error: BaseException, message: str) -> str:
    """The known mistake behind an error, as a word that the judge knows; empty for none."""
    if isinstance(error, NotImportedError | ModuleNotFoundError):
        return "not imported"
    if isinstance(error, WithheldError):
        return "withheld"
    if isinstance(error, EOFError) and "reading a line" in message:
        return "input"
    if isinstance(error, AssertionError | RuntimeError | ImportError) and NO_GPU.search(message):
        return "gpu"
    if isinstance(error, NotImplementedError) and "forward" in message and "missing" in message:
        return "no forward"
    return next((word for word, pattern in TORCH_ERRORS.items() if pattern.search(message)), "")


def near_name(error: BaseException, there: Sequence[str]) -> str:
    """An existing name close to the one that an error says is missing; empty for none."""
    wanted = getattr(error, "name", None)
    if isinstance(error, NotImplementedError):
        wanted, there = "forward", attributes_of_self(error.__traceback__)
    elif isinstance(error, AttributeError):
        kind = type(error.obj)
        there = [*dir(kind), *getattr(error.obj, "__dict__", ())]
    elif not isinstance(error, NameError):
        return ""
    if not isinstance(wanted, str):
        return ""
    near = difflib.get_close_matches(wanted, [name for name in there if name != wanted], 1, 0.75)
    return str(near[0])[:80] if near else ""


def shadowed_name(error: BaseException, namespace: Mapping[str, Any]) -> str:
    """A built-in name that the line with the TypeError uses and that the notebook binds to
    something else, as `from torch import *` does with `max`; empty for none."""
    if not isinstance(error, TypeError):
        return ""
    trace, own = error.__traceback__, None
    while trace is not None:
        if trace.tb_frame.f_globals is namespace:
            own = trace
        trace = trace.tb_next
    if own is None:
        return ""
    code = own.tb_frame.f_code
    starts, line = dict(dis.findlinestarts(code)), None
    for step in dis.get_instructions(code):
        line = starts.get(step.offset, line)
        if line == own.tb_lineno and step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            known = getattr(builtins, step.argval, None)
            if known is not None and namespace.get(step.argval, known) is not known:
                return str(step.argval)
    return ""


def attributes_of_self(trace: TracebackType | None) -> list[str]:
    """The methods of the class whose method raised the error."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    owner = trace.tb_frame.f_locals.get("self") if trace is not None else None
    return [name for base in type.mro(type(owner))[:2] for name in vars(base)]
