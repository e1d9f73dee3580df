"""Ctrl-C, SIGTERM and SIGHUP as an exception, for a command that must not leave processes behind."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


class Stopped(BaseException):
    """Somebody wants the command to end. Not an Exception: no handler of failures may swallow it."""

    def __init__(self, signal_number: int) -> None:
        super().__init__()
        self.exit_status = 128 + signal_number


class Interrupts:
    """Raises Stopped at the first signal and ignores the others, so that they cannot cut the clean-up short."""

    def __init__(self) -> None:
        self._received: int | None = None
        self._raised = False
        self._held = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # `nohup` asks for SIGHUP to be ignored. A shell does the same with SIGINT for what it runs in the
            # background, where a stop is still a stop.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._receive)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Put a signal off to the end of the block: in the midst of a start or a stop it would lose the process."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
        self._raise_once()

    def _receive(self, number: int, _frame: object) -> None:
        self._received = self._received or number
        self._raise_once()

    def _raise_once(self) -> None:
        if self._received and not self._held and not self._raised:
            self._raised = True
            raise Stopped(self._received)
