"""A small server that answers as the documentation of Canvas' API says, for one assignment."""

from __future__ import annotations

import json
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

TOKEN = "a-token"
HERE = r"/api/v1/courses/255(?:/assignments/543)?"
SUBMISSION = HERE + r"/submissions/(\d+)"


@dataclass
class Canvas:
    """What the site knows. users, and submissions by user, as in its JSON. calls: what changed.

    fails_after: how many changes are taken before every one is refused, or None.
    """

    users: list[dict]
    submissions: dict[int, dict]
    points_possible: float | None = 20.0
    fails_after: int | None = None
    calls: list[tuple[str, int, str]] = field(default_factory=list)
    files: dict[int, dict] = field(default_factory=dict)
    url: str = ""

    def comment(self, user: int, number: int) -> None:
        """Attach a file that was uploaded to a comment on a user's submission."""
        comments = self.submissions[user].setdefault("submission_comments", [])
        comments.append({"id": number, "comment": "", "attachments": [self.files[number]]})


class Handler(BaseHTTPRequestHandler):
    """One request; pages of one user or submission each, to have them read on."""

    canvas: Canvas

    def log_message(self, *_arguments) -> None:
        """Say nothing."""

    def answer(self, content, status: int = 200, **headers: str) -> None:
        """Send JSON."""
        body = json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def refused(self) -> bool:
        """Whether the token is not the right one, or no more changes are taken."""
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            self.answer({"errors": [{"message": "Invalid access token."}]}, 401,
                        **{"WWW-Authenticate": 'Bearer realm="canvas-lms"'})  # fmt: skip
            return True
        left = self.canvas.fails_after
        if self.command != "GET" and left is not None and len(self.canvas.calls) >= left:
            self.answer({"errors": [{"message": "An error occurred."}]}, 403)
            return True
        return False

    def do_GET(self) -> None:
        if self.refused():
            return
        parts = urlsplit(self.path)
        lists = {
            "/api/v1/courses/255/search_users": self.canvas.users,
            "/api/v1/courses/255/assignments/543/submissions": list(
                self.canvas.submissions.values()
            ),
        }
        if parts.path == "/api/v1/courses/255":
            self.answer({"id": 255, "name": "Robustness"})
        elif parts.path == "/api/v1/courses/255/assignments/543":
            about = {"id": 543, "course_id": 255, "name": "FGSM"}
            self.answer(about | {"points_possible": self.canvas.points_possible})
        elif parts.path in lists:
            number = int(parse_qs(parts.query).get("page", ["1"])[0])
            more = lists[parts.path][number:]
            link = f'<{self.canvas.url}{parts.path}?page={number + 1}>; rel="next"' if more else ""
            self.answer(lists[parts.path][number - 1 : number], Link=link)
        else:
            self.answer({"errors": [{"message": "The specified resource does not exist."}]}, 404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/upload":  # without the token, as documented
            self.take_file(body)
        elif not self.refused() and (
            match := re.fullmatch(SUBMISSION + "/comments/files", self.path)
        ):
            asked = parse_qs(body.decode())
            params = {"user": match[1], "name": asked["name"][0], "size": asked["size"][0]}
            self.answer({"upload_url": f"{self.canvas.url}/upload", "upload_params": params})

    def take_file(self, body: bytes) -> None:
        """The second step of an upload."""
        head = f"Content-Type: {self.headers['Content-Type']}\n\n".encode()
        parts = {
            part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
            for part in message_from_bytes(head + body).get_payload()
        }
        user, name = int(parts["user"]), parts["name"].decode()
        number = 9000 + len(self.canvas.files)
        size = len(parts["file"])
        assert size == int(parts["size"])
        self.canvas.files[number] = {"id": number, "display_name": name, "size": size}
        self.canvas.calls.append(("file", user, parts["file"].decode()))
        self.answer({"id": number, "url": f"{self.canvas.url}/files/{number}"}, 201)

    def do_PUT(self) -> None:
        asked = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if self.refused():
            return
        user = int(re.fullmatch(SUBMISSION, self.path)[1])
        submission = self.canvas.submissions[user]
        for number in asked.get("comment[file_ids][]", []):
            self.canvas.comment(user, int(number))
        if points := asked.get("submission[posted_grade]"):
            submission["score"] = float(points[0])
            self.canvas.calls.append(("grade", user, points[0]))
        self.answer(submission)


@contextmanager
def serving(canvas: Canvas):
    """The site, at an address of this machine, as long as this lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (Handler,), {"canvas": canvas}))
    canvas.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield canvas
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
