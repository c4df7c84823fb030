"""The standard error of a worker before it runs any student's code.

It says why a worker did not start. A running worker's standard error goes nowhere (see `silence` in
`autograder/worker/serving.py`), so that nothing a student prints can reach the judge.
"""

from __future__ import annotations

import contextlib
import socket

LONGEST = 2_000  # bytes: the end of a traceback, where its cause stands
CHUNK = 1 << 16


class StandardError:
    """The judge's end of a process's standard error, to be read when the process does not start.

    `theirs` is the process's end. It is a socket because a pipe or a file could be opened by
    another process through /proc. Writing never blocks: what does not fit is lost.
    """

    def __init__(self) -> None:
        self.ours, self.theirs = socket.socketpair()
        self.ours.setblocking(False)
        self.theirs.setblocking(False)

    def read(self) -> str:
        """The last 2,000 bytes that were written since the last call, as text; empty for none."""
        content = b""
        with contextlib.suppress(OSError):  # nothing more to read, for now or for good
            while part := self.ours.recv(CHUNK):
                content = (content + part)[-LONGEST:]
        return content.decode("utf-8", errors="replace").strip()

    def close(self) -> None:
        """Close both ends."""
        self.ours.close()
        self.theirs.close()
