"""How fast SMS may leave: so many a second by a provider, and by a sender.

A second that is full makes the order wait; the message itself is not touched.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.clock import SECOND, Clock
from chalicelib.messaging.share import Allowed, Share
from chalicelib.storage.allowances import Allowances

_WORKERS = 10
"""A second is leased in so many blocks: as many workers as may be at it at once."""
_LONGEST_WAIT_S = 60


@dataclass(frozen=True, slots=True)
class Limits:
    """SMS a second; 0 where nothing limits them."""

    by_provider: int = 0
    by_sender: int = 0


class Pace:
    """A worker's part in what may leave in a second."""

    def __init__(self, allowances: Allowances, limits: Limits, clock: Clock) -> None:
        self._share = Share(allowances)
        self._limits = limits
        self._clock = clock

    def take(self, provider: str, sender: str) -> bool:
        """A place for one SMS now. Raises StorageUnavailable where that cannot be asked: nothing leaves then."""
        taken: list[Allowed] = []
        for gate in self._gates(provider, sender):
            if not self._share.take(gate, 1):
                for other in taken:
                    self._share.give_back(other, 1)
                return False
            taken.append(gate)
        return True

    def _gates(self, provider: str, sender: str) -> Iterator[Allowed]:
        second = self._clock.now() // SECOND
        limits = ((provider, self._limits.by_provider), (f"{provider}#{sender}", self._limits.by_sender))
        for gate, limit in limits:
            if limit:
                block = max(1, limit // _WORKERS)
                yield Allowed(f"pace#{gate}", str(second), limit, block, (second + 1) * SECOND)


def wait_s(message: str, version: int) -> int:
    """How long an order waits that found no place, 1 to 60 s: each its own, so that they do not come back as one."""
    return 1 + zlib.crc32(f"{message}/{version}".encode()) % _LONGEST_WAIT_S
