"""When to try again what a provider could not take: exponential back-off with jitter, within bounds."""

from __future__ import annotations

import zlib

from chalicelib.clock import MINUTE, SECOND

MOST_ATTEMPTS = 8
_FIRST = 30 * SECOND
_LONGEST = 30 * MINUTE


def retry_at(message: str, attempts: int, now: int) -> int:
    """After so many attempts, the moment of the next: between half and all of 30 s, 1 min, 2 min, … up to 30 min.

    The jitter is the message's own, so that many that failed together do not come back together, and a decision that
    is made twice is the same.
    """
    longest = min(_FIRST << max(0, attempts - 1), _LONGEST)
    share = zlib.crc32(f"{message}/{attempts}".encode()) % 1_000
    return now + longest // 2 + longest // 2 * share // 1_000
