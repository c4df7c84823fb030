"""Grading on other machines: the same slots, run by the workers of a dask cluster.

`autograder grade --scheduler` uses this instead of slots on its own machine. Only data is sent: the
task once, each submission's file, each result as JSON. The dask worker runs no student's code and
computes nothing. It passes a file to a slot, a separate process that works as on the instructor's
machine. A lost machine causes another attempt and never costs points.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import dask
from distributed import Client, Future, Worker, WorkerPlugin, as_completed, get_worker
from tornado.ioloop import PeriodicCallback
from tqdm import tqdm

from autograder.errors import StudentFault
from autograder.grading.jobs import Job, Task, command
from autograder.grading.scheduler import refuse_unreachable, said, silent_loggers
from autograder.grading.slot import setting_of
from autograder.grading.slots import ATTEMPTS, Slot, lost
from autograder.handin import submission
from autograder.judge.judge import Judge
from autograder.judge.made import Made
from autograder.judge.provenance import provenance
from autograder.report.results import Result
from autograder.sandbox import LEVELS, strongest_level
from course.errors import CourseError

CONNECT_SECONDS = 5
JOIN_SECONDS = 10  # how long to wait for the first worker of a cluster that is just starting
IDLE_SECONDS = 60.0  # after which an idle slot ends: its client may be gone
AHEAD = 2  # submissions sent per place that judges, so that no slot waits for the network
SILENT = {
    "distributed.comm.timeouts.connect": CONNECT_SECONDS,
    "distributed.admin.large-graph-warning-threshold": "1 GiB",  # a notebook with its pictures
}
LOOK_SECONDS = 5.0  # between two looks whether any worker is left

# --- on the instructor's machine -----------------------------------------------------------------


@contextlib.contextmanager
def connected(address: str) -> Iterator[Cluster]:
    """The cluster at `tcp://HOST:PORT` or `tls://HOST:PORT`; dask finds the certificates.

    Raises CourseError when there is no such scheduler, or no worker has joined it.
    """
    if not re.fullmatch(r"(tcp|tls)://[^/\s]+:\d{1,5}", address):
        raise CourseError(f"--scheduler is tcp://HOST:PORT or tls://HOST:PORT, not {address!r}")
    with dask.config.set(SILENT), silent_loggers():
        refuse_unreachable(address, CONNECT_SECONDS)
        try:
            client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise CourseError(
                f"the scheduler at {address} does not answer: {said(error)}"
            ) from None
        with client:
            try:
                client.wait_for_workers(1, timeout=JOIN_SECONDS)
            except TimeoutError:
                raise CourseError(
                    f"the scheduler at {address} has no workers yet: start `dask worker {address}` "
                    "where the course is installed"
                ) from None
            yield Cluster(client, address)


@dataclass(frozen=True)
class Cluster:
    """A cluster that answers, and has at least one worker."""

    client: Client
    address: str

    def level(self, task: Task) -> str:
        """The isolation that every worker offers. The level of `task` does not matter.

        Raises CourseError for a worker that would grade with other code, data or versions.
        """
        ours = provenance(setting_of(task), "", "")
        with self.answering():
            answers = self.client.run(description, as_bytes(task), on_error="return")
        levels = []
        for worker, answer in answers.items():
            if not isinstance(answer, bytes):
                raise CourseError(
                    f"{worker} cannot grade: {said(answer)}. Install the course there"
                )
            theirs = json.loads(answer)
            if "trouble" in theirs:
                raise CourseError(f"{worker} cannot grade: {theirs['trouble']}")
            levels.append(theirs["sandbox"])
            refuse_another(worker, ours, theirs | {"sandbox": ""})
        return max(levels, key=LEVELS.index)

    def judged(self, task: Task, made: Made, jobs: Sequence[Job]) -> Iterator[Result]:
        """Results as they are ready, from all workers, those that join later included.

        Raises CourseError when the scheduler is lost, or a worker grades with something else.
        """
        setting = setting_of(task)
        todo = deque((job, ATTEMPTS) for job in jobs)
        running: dict[Future[bytes], tuple[Job, int, str]] = {}
        finished = as_completed(loop=self.client.loop)
        with self.slots(task, made) as slots:
            while todo or running:
                while todo and len(running) < max(1, AHEAD * self.places()):
                    job, attempts = todo.popleft()
                    try:
                        file, content = packed(job, task.assignment)
                    except (StudentFault, OSError):  # no file to send: judged here, as FORMAT
                        yield Judge(setting, task.level).judge(job.student, Path(job.path))
                        continue
                    with self.answering():
                        future = self.client.submit(
                            judged_bytes, slots, job.student, file, content, pure=False
                        )
                    running[future] = job, attempts, hashlib.sha256(content).hexdigest()
                    finished.add(future)
                if running:
                    self.wait_for(finished)
                    future = next(finished)
                    job, attempts, digest = running.pop(future)
                    result = self.received(future, provenance(setting, digest, task.level))
                    if attempts > 1 and (result is None or result.status == "INFRA"):
                        todo.append((job, attempts - 1))
                    else:
                        yield result or lost(task, job)

    def received(self, future: Future[bytes], ours: dict[str, Any]) -> Result | None:
        """The result of a job, or None when its slot or worker was lost."""
        if future.status in ("cancelled", "lost"):
            raise self.gone()
        if future.status != "finished" or not (content := future.result()):
            return None
        result = Result.from_json(content.decode())
        if result.status != "INFRA":
            refuse_another("a worker", ours, result.provenance)
        return result

    def places(self) -> int:
        """The number of submissions that the present workers judge at once."""
        with self.answering():
            return sum(self.client.nthreads().values())

    def wait_for(self, finished: as_completed) -> None:
        """Wait until a future is done or lost; say so once when no worker is left to do it."""
        said_so, looked = False, time.monotonic()
        while not finished.has_ready():
            time.sleep(0.05)
            if time.monotonic() - looked < LOOK_SECONDS:
                continue
            looked = time.monotonic()
            if not said_so and self.client.status == "running" and not self.places():
                said_so = True
                tqdm.write(
                    f"autograder: no worker is left at {self.address}: grading waits for one; start"
                    f" `dask worker {self.address}` where the course is installed",
                    file=sys.stderr,
                )

    @contextlib.contextmanager
    def answering(self) -> Iterator[None]:
        """Raise CourseError where a call fails because the scheduler no longer answers."""
        try:
            yield
        except CourseError:
            raise
        except Exception:  # while it tries to connect again, dask fails in any way
            if self.client.status == "running" and self.client.scheduler is not None:
                raise
            raise self.gone() from None

    def gone(self) -> CourseError:
        """The error to raise when the scheduler no longer answers."""
        return CourseError(
            f"the scheduler at {self.address} is gone; the results so far are saved: start it, and "
            f"on each machine with the course `dask worker {self.address}` again, for workers end "
            "with it; then grade with --resume"
        )

    @contextlib.contextmanager
    def slots(self, task: Task, made: Made) -> Iterator[str]:
        """The name under which every worker keeps slots for `task`, as long as this lasts."""
        name = f"autograder-{uuid.uuid4().hex}"
        with self.answering():
            self.client.register_plugin(Slots(as_bytes(task), made.to_line()), name=name)
        try:
            yield name
        finally:
            with contextlib.suppress(CourseError), self.answering():
                self.client.unregister_worker_plugin(name)


def packed(job: Job, assignment: str) -> tuple[str, bytes]:
    """The name and the bytes of what a student handed in. Raises Malformed, OSError."""
    path = submission.located(Path(job.path), assignment)
    return path.name, submission.bytes_of(path)


def as_bytes(task: Task) -> bytes:
    """A task as JSON."""
    return json.dumps(asdict(task)).encode()


def refuse_another(worker: str, ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Raise CourseError where a worker's provenance differs from that of this machine."""
    for name, value in ours.items():
        if theirs.get(name) != value:
            raise CourseError(
                f"{worker} would not give the same grades: its {name} is {theirs.get(name)}, here "
                f"it is {value}. Install the same release of the course and its packages there"
            )


# --- on a worker of dask --------------------------------------------------------------------------


class Slots(WorkerPlugin):
    """The slots of one worker: one for each of its threads, started when first needed."""

    def __init__(self, task: bytes, made: str) -> None:
        self.task, self.made = task, made

    def setup(self, worker: Worker) -> None:
        """Start without any slot."""
        self.idle: deque[tuple[Slot, float]] = deque()  # idle slots, and since when
        self.ended = False
        self.looking = PeriodicCallback(self.end_idle, 1000 * IDLE_SECONDS / 4)
        self.looking.start()

    def teardown(self, worker: Worker) -> None:
        """Let idle slots end now, and busy ones after their current job."""
        self.ended = True
        self.looking.stop()
        with contextlib.suppress(IndexError):
            while True:
                self.idle.popleft()[0].close()

    def end_idle(self) -> None:
        """End slots that have been idle for long: a client that was killed cannot end them."""
        with contextlib.suppress(IndexError):  # taken meanwhile
            while self.idle and time.monotonic() - self.idle[0][1] > IDLE_SECONDS:
                threading.Thread(target=self.idle.popleft()[0].close, daemon=True).start()

    def judge(self, job: Job) -> Result | None:
        """The result of one job, or None when the slot died during it."""
        slot = None
        try:
            with contextlib.suppress(IndexError):
                slot, _ = self.idle.pop()
            if slot is None:
                task = Task(**json.loads(self.task))
                slot = Slot(task.level)
                slot.begin(task, Made.from_line(self.made))
            result = slot.judge(job)
        except (OSError, ValueError):  # it could not be started, or died within a line
            result = None
        if slot is not None:
            if result is None:
                slot.kill()
            elif self.ended:
                slot.close()
            else:
                self.idle.append((slot, time.monotonic()))
        return result


def judged_bytes(slots: str, student: str, file: str, content: bytes) -> bytes:
    """The result of a submission as JSON; nothing when the slot died during it."""
    with tempfile.TemporaryDirectory(prefix="autograder-") as folder:
        path = Path(folder) / file
        path.write_bytes(content)
        keeper = get_worker().plugins[slots]
        assert isinstance(keeper, Slots)
        result = keeper.judge(Job(student, str(path)))
    return json.dumps(asdict(result), allow_nan=False).encode() if result else b""


async def description(task: bytes) -> bytes:
    """The provenance of grades from a slot on this worker, as JSON; a separate process finds it."""
    asked = await asyncio.to_thread(
        subprocess.run,
        command("autograder.grading.cluster"),
        input=task,
        capture_output=True,
        check=False,
    )
    trouble = asked.stderr.decode(errors="replace").strip().splitlines() or ["it failed"]
    return asked.stdout or json.dumps({"trouble": trouble[-1]}).encode()


def describe(task: Task) -> dict[str, Any]:
    """The provenance of grades given on this machine at its strongest level, or the trouble."""
    setting = setting_of(task)
    try:
        return provenance(setting, "", strongest_level())
    except CourseError as error:  # no such data there
        return {"trouble": str(error)}


if __name__ == "__main__":
    print(json.dumps(describe(Task(**json.load(sys.stdin)))))
