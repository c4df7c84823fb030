"""Cells run in a worker of this process, for tests of how hand-ins are loaded."""

import textwrap

from autograder.worker.protocol import Message
from autograder.worker.worker import Worker


class Notebook:
    """Cells that were run in a worker of this process, and what the student's code logged."""

    def __init__(
        self,
        *cells: str,
        names: tuple[str, ...] = ("answer",),
        above: dict[str, int] | None = None,
        whole: bool = False,
    ) -> None:
        self.log: list[str] = []
        self.worker = Worker()
        self.names = self.worker.namespace
        self.names["log"] = self.log.append
        self.graded, self.above, self.whole = names, above or {}, whole
        self.load(
            [
                {"title": f"cell {i}", "source": textwrap.dedent(cell)}
                for i, cell in enumerate(cells, start=1)
            ]
        )

    def load(self, cells: list[dict]) -> None:
        """Have the worker run cells."""
        entries = [{"$dict": cell} for cell in cells]
        given = [entries, list(self.graded), {"$dict": self.above}, self.whole]
        reply = self.worker.handle(Message({"do": "cells", "with": given}))
        content = reply.header["result"]["$dict"]
        self.errors = [error["$dict"] for error in content["errors"]]
        self.present = content["present"]
        self.unsure = content["unsure"]
        self.remarks = [remark["$dict"] for remark in content["remarks"]]

    @property
    def answer(self):
        return self.names["answer"]()

    def call(self, name: str):
        """The result of a call of a graded name at its own check, or the report of its error."""
        given = [1, name, [], {"$dict": {}}, None]
        reply = self.worker.handle(Message({"do": "call", "with": given}))
        return reply.header["error"] if "error" in reply.header else reply.header["result"]
