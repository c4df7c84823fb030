"""The work of `course serve`: serves the built site to this machine only."""

from __future__ import annotations

import argparse
import errno
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from course.errors import CourseError


def serve(args: argparse.Namespace) -> int:
    """Serve the built site until Ctrl-C."""
    with site_server(args.folder, args.port) as server:
        print(f"http://127.0.0.1:{server.server_port} serves {args.folder}; Ctrl-C stops it")
        sys.stdout.flush()
        server.serve_forever()
    return 0


def site_server(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server of `folder` that only this machine can reach; port 0 takes any free one.

    Raises CourseError when the site is not built or the port is taken.
    """
    if not (folder / "index.html").is_file():
        raise CourseError(f"there is no site in {folder}: build it with `make site`")
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error})"
        raise CourseError(f"port {port} {why}: choose another with --port") from error
