"""How far a long command is: counted from what it asks of the table, and shown on the terminal while it works.

A command that ends within two seconds shows nothing, nor does one that answers in JSON or is not run in a terminal.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any, TextIO

_PATIENCE_S = 2.0
_EVERY_S = 0.3
_WRITES = {"PutItem": 1, "UpdateItem": 1, "DeleteItem": 1}


class Progress:
    """Counts what is read and written, and says so in one line that is written over."""

    def __init__(self, out: TextIO, now: Callable[[], float] = time.monotonic) -> None:
        self._out = out
        self._now = now
        self._begun = now()
        self._next = self._begun + _PATIENCE_S
        self._read = self._written = 0
        self._shown = False

    def watch(self, client: Callable[[str], Any]) -> Callable[[str], Any]:
        """A maker of AWS clients whose calls to the table are counted."""

        def watched(service: str) -> Any:
            made = client(service)
            if service == "dynamodb":
                made.meta.events.register("after-call.dynamodb", self._called)
                made.meta.events.register("before-parameter-build.dynamodb", self._asked)
            return made

        return watched

    def clear(self) -> None:
        """Take the line away: something else is said now."""
        if self._shown:
            self._out.write("\r\x1b[K")
            self._out.flush()
            self._shown = False

    def stop(self) -> None:
        """Say nothing any more."""
        self.clear()
        self._next = float("inf")

    def _asked(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        batches = params.get("RequestItems", {}).values() if model.name == "BatchWriteItem" else ()
        self._written += _WRITES.get(model.name, 0) + len(params.get("TransactItems", ())) + sum(map(len, batches))

    def _called(self, parsed: Mapping[str, Any], **_: Any) -> None:
        many = parsed.get("Responses", {})
        self._read += len(parsed.get("Items", ())) + ("Item" in parsed)
        self._read += sum(map(len, many.values())) if isinstance(many, Mapping) else 0
        now = self._now()
        if now >= self._next:
            self._next = now + _EVERY_S
            self._show(int(now - self._begun))

    def _show(self, seconds: int) -> None:
        took = f"{seconds // 60}:{seconds % 60:02d}"
        self._out.write(f"\r\x1b[K{took}  {self._read:,} items read, {self._written:,} written")
        self._out.flush()
        self._shown = True


_shown: ContextVar[Progress | None] = ContextVar("shown", default=None)


def begin() -> Progress | None:
    """Show how far the running command is; None outside a terminal."""
    if not sys.stderr.isatty():
        return None
    known = Progress(sys.stderr)
    _shown.set(known)
    return known


def stop() -> None:
    """Take the line away, where there is one: the command has something to say or to ask, or shows a bar of its own."""
    if known := _shown.get():
        known.stop()
