"""Reaching a dask scheduler: why it cannot be, in one line, and dask's own lines kept quiet.

`cluster.py` calls these when it connects; nothing is judged yet.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
from collections.abc import Iterator

from distributed import Security

from course.errors import CourseError


def refuse_unreachable(address: str, seconds: float) -> None:
    """Raise CourseError where no dask scheduler answers at an address in its way, with TLS or not.

    A scheduler speaks first. Without this look, dask waits for ever for something else that listens
    there, and has no word for a port that is closed.
    """
    host, _, port = address[len("tcp://") :].rpartition(":")
    context = certificates(address)
    try:
        line = socket.create_connection((host.strip("[]"), int(port)), seconds)
    except (OSError, OverflowError) as error:
        raise CourseError(
            f"no scheduler answers at {address} ({said(error)}): start `dask scheduler` there"
        ) from None
    with contextlib.suppress(OSError), contextlib.ExitStack() as open_ones:  # SSLError is one
        spoken = open_ones.enter_context(line)
        if context is not None:
            spoken = open_ones.enter_context(context.wrap_socket(line))
        if spoken.recv(1):
            return
    if context is None:
        raise CourseError(
            f"what listens at {address} does not answer as a dask scheduler: where it requires "
            "TLS, write tls:// and give the certificates in dask's settings"
        )
    raise CourseError(
        f"what listens at {address} does not take the certificates in dask's settings: one "
        "authority signs them and the scheduler's; where it runs without TLS, write tcp://"
    )


def certificates(address: str) -> ssl.SSLContext | None:
    """What dask's settings say of TLS, or None for an address without.

    Raises CourseError where settings and address cannot go together.
    """
    try:
        security = Security()
        context: ssl.SSLContext | None = security.get_connection_args("client").get("ssl_context")
    except (OSError, ValueError, TypeError) as error:
        raise CourseError(
            f"the certificates in dask's settings cannot be used: {said(error)}"
        ) from None
    if address.startswith("tcp:"):
        if security.require_encryption:
            raise CourseError(f"dask's settings require TLS: write tls:// in place of {address}")
        return None
    if context is None:
        raise CourseError(
            f"{address} needs certificates: name ca-file, and the client's cert and key, in dask's "
            "settings, as in ~/.config/dask/tls.yaml"
        )
    return context


@contextlib.contextmanager
def silent_loggers() -> Iterator[None]:
    """Keep dask's own lines from the terminal: what goes wrong is reported here, in our words.

    Dask gives its loggers their levels when it is imported, so its configuration comes too late.
    """
    known = logging.root.manager.loggerDict
    names = [name for name in known if name.partition(".")[0] in ("distributed", "tornado")]
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


def said(error: object) -> str:
    """The error in one line."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
