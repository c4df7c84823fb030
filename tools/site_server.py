"""Builds the site and serves it on this machine, compressed like on a real server."""

from __future__ import annotations

import contextlib
import functools
import gzip
import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
COMPRESSED = {".html", ".css", ".js", ".json", ".svg"}


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves text compressed and logs nothing."""

    def log_message(self, *args: object) -> None:
        """Log nothing."""

    def do_GET(self) -> None:
        """Answer with the file, compressed if it is text."""
        asked = Path(self.translate_path(self.path))
        path = asked / "index.html" if self.path.partition("?")[0].endswith("/") else asked
        if path.suffix not in COMPRESSED or not path.is_file():
            super().do_GET()
            return
        body = gzip.compress(path.read_bytes())
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)) + "; charset=utf-8")
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextlib.contextmanager
def served_site(folder: Path) -> Iterator[str]:
    """Build the site strictly into `folder` and yield the address that serves it."""
    handler = functools.partial(Handler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        address = f"http://127.0.0.1:{server.server_port}/"
        command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
        environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "SITE_URL": address}
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"The site cannot be built:\n{done.stderr}")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield address
        server.shutdown()
