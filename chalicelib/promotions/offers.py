"""What a promo code is worth, how long, and whether it can be used now. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from chalicelib.clock import SECOND
from chalicelib.storage.promo_codes import PromoCode
from chalicelib.storage.promo_pools import Pool

NotOffered = Literal["promo_closed", "promo_over", "promo_out_of_codes"]
NotRedeemed = Literal["unknown_code", "mistyped_code", "not_issued", "not_yet", "over", "used_up"]


@dataclass(frozen=True, slots=True)
class Validity:
    """From when (included) until when (excluded) a code holds; epoch ms, None where nothing bounds it."""

    since: int | None
    until: int | None


def validity(pool: Pool, sent_at: int, zones: Sequence[str]) -> Validity | NotOffered:
    """How long a code of the pool holds for somebody in one of `zones` (IANA) whose message goes at `sent_at`.

    Of several ends the earliest holds. A code that would be over when it arrives is not offered.
    """
    if pool.closed:
        return "promo_closed"
    ends = [pool.until] if pool.until is not None else []
    if pool.valid_for_ms is not None:
        ends.append(sent_at + pool.valid_for_ms)
    if pool.until_midnight:
        ends += [_midnight_after(sent_at, zone) for zone in zones]
    until = min(ends, default=None)
    if until is not None and until <= max(sent_at, pool.since or 0):
        return "promo_over"
    return Validity(pool.since, until)


def redeemable(code: PromoCode, uses: int, now: int) -> NotRedeemed | None:
    """Why a code cannot be used now; None where it can. `uses` is how often each code may be, 0 for any number."""
    if code.message is None:
        return "not_issued"
    if code.since is not None and now < code.since:
        return "not_yet"
    if code.until is not None and now >= code.until:
        return "over"
    return "used_up" if uses and code.redeemed >= uses else None


def _midnight_after(at: int, zone: str) -> int:
    """The end of the local day: the first moment of the next one, whatever the clocks do in between."""
    local = datetime.fromtimestamp(at / SECOND, UTC).astimezone(ZoneInfo(zone))
    tomorrow = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), ZoneInfo(zone))
    return int(tomorrow.timestamp() * SECOND)
