"""How fast SMS may leave: so many a second by a provider, and by a sender.

A worker leases a few places of a second at once, so that not every SMS costs a write. A second that is full makes the
order wait; the message itself is not touched.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from chalicelib.clock import SECOND, Clock
from chalicelib.storage.rates import Rates

_WORKERS = 10
"""Into so many leases a second is cut: as many workers as the queue starts for one batch each."""
_LONGEST_WAIT_S = 60


@dataclass(frozen=True, slots=True)
class Limits:
    """SMS a second; 0 where nothing limits them."""

    by_provider: int = 0
    by_sender: int = 0


@dataclass(slots=True)
class _Lease:
    second: int
    left: int


class Pace:
    """A worker's share of what may leave in a second."""

    def __init__(self, rates: Rates, limits: Limits, clock: Clock) -> None:
        self._rates = rates
        self._limits = limits
        self._clock = clock
        self._leases: dict[str, _Lease] = {}

    def take(self, provider: str, sender: str) -> bool:
        """A place for one SMS now. Raises StorageUnavailable where that cannot be asked: nothing leaves then."""
        gates = ((f"{provider}", self._limits.by_provider), (f"{provider}#{sender}", self._limits.by_sender))
        return all(self._place(gate, limit) for gate, limit in gates if limit)

    def _place(self, gate: str, limit: int) -> bool:
        now = self._clock.now()
        lease = self._leases.get(gate)
        if lease is None or lease.second != now // SECOND or not lease.left:
            block = max(1, limit // _WORKERS)
            if not self._rates.lease(gate, now, block, limit):
                return False
            lease = self._leases[gate] = _Lease(now // SECOND, block)
        lease.left -= 1
        return True


def wait_s(message: str, version: int) -> int:
    """How long an order waits that found no place, 1 to 60 s: each its own, so that they do not come back as one."""
    return 1 + zlib.crc32(f"{message}/{version}".encode()) % _LONGEST_WAIT_S
