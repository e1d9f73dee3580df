"""Gives each message a promo code of its own, takes it back where the message did not leave, and lets orders use it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.clock import MINUTE, Clock
from chalicelib.errors import StorageUnavailable
from chalicelib.logs import log
from chalicelib.promotions.codes import generate, is_well_typed, normalise, reread
from chalicelib.promotions.offers import NotOffered, NotRedeemed, redeemable, validity
from chalicelib.storage import promo_codes
from chalicelib.storage.counters import count, moved
from chalicelib.storage.promo_codes import PromoCode, PromoCodes, Redemption
from chalicelib.storage.promo_pools import Benefit, Pool, PromoPools, Stock
from chalicelib.storage.table import TransactionRefused, Write

_ATTEMPTS = 6
_WARNED_EVERY = MINUTE


@dataclass(frozen=True, slots=True)
class Reserved:
    """A code for one message. `writes` belong into the transaction that claims it; without that nothing is taken."""

    code: PromoCode
    benefit: Benefit
    writes: list[Write]


@dataclass(frozen=True, slots=True)
class Redeemed:
    """An order's use of a code. Told twice, it is the same one."""

    code: str
    pool: Pool
    redemption: Redemption


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a code does not hold."""

    reason: NotRedeemed


class PromoDesk:
    """Everything that happens to promo codes."""

    def __init__(self, pools: PromoPools, codes: PromoCodes, clock: Clock) -> None:
        self._pools = pools
        self._codes = codes
        self._clock = clock
        self._watched: dict[str, int] = {}

    def fill(self, pool: Pool, *, codes: list[str] | None = None, up_to: int = 0) -> list[str]:
        """Add an advertiser's own codes, or generated ones until `up_to` are free. Returns those that are new."""
        if codes is not None:
            return self._codes.add(pool.advertiser, pool.id, map(normalise, codes))
        wanted = max(0, up_to - self._pools.stock(pool.id).free)
        return self._codes.add(pool.advertiser, pool.id, (generate() for _ in range(wanted)))

    def stock(self, pool: Pool) -> Stock:
        """What the pool holds now."""
        return self._pools.stock(pool.id)

    def reserve(self, advertiser: str, pool_id: str, message: str, zones: Sequence[str]) -> Reserved | NotOffered:
        """A code for a message that goes now to somebody in one of `zones`. Where its writes are refused, try again."""
        pool = self._pools.get(advertiser, pool_id)
        if pool is None:
            return "promo_closed"
        holds = validity(pool, self._clock.now(), zones)
        if isinstance(holds, str):
            return holds
        self._watch(pool)
        free = self._codes.a_free_one(pool.id)
        if free is None:
            return "promo_out_of_codes"
        code = PromoCode(free, pool.id, message, holds.since, holds.until)
        return Reserved(code, pool.benefit, promo_codes.taken(advertiser, code))

    def release(self, advertiser: str, code: PromoCode) -> list[Write]:
        """The writes that put a code back: its message did not leave for certain."""
        return promo_codes.given_back(advertiser, code.pool, code.code, str(code.message))

    def look_up(self, advertiser: str, text: str) -> tuple[PromoCode, Pool, NotRedeemed | None] | Refused:
        """A code as somebody typed it, with its pool, and why it does not hold now."""
        code = self._find(advertiser, text)
        pool = self._pools.get(advertiser, code.pool) if code else None
        if code is None or pool is None:
            typed = normalise(text)
            plausible = is_well_typed(typed) or is_well_typed(reread(typed))
            return Refused("unknown_code" if plausible else "mistyped_code")
        return code, pool, redeemable(code, pool.uses, self._clock.now())

    def redeem(self, advertiser: str, text: str, order: str, channel: str) -> Redeemed | Refused:
        """Let an order use a code, on the web or at a till; the same order again changes nothing."""
        for _ in range(_ATTEMPTS):
            found = self.look_up(advertiser, text)
            if isinstance(found, Refused):
                return found
            code, pool, why_not = found
            if known := self._codes.redemption(advertiser, code.code, order):
                return Redeemed(code.code, pool, known)
            if why_not:
                return Refused(why_not)
            now = self._clock.now()
            redemption = Redemption(order, channel, now)
            writes: list[Write] = [
                *promo_codes.redeemed(advertiser, code, pool.uses, redemption),
                count(advertiser, str(code.message), now, "promo.redeemed", f"promo.redeemed.{channel}"),
            ]
            try:
                self._codes.commit(writes)
            except TransactionRefused:
                continue  # Another till, or this one twice: look again.
            return Redeemed(code.code, pool, redemption)
        raise StorageUnavailable("the code kept changing")

    def take_back(self, advertiser: str, text: str, order: str) -> bool:
        """Undo an order's use: it was cancelled. False where it has used no such code."""
        code = self._find(advertiser, text)
        known = self._codes.redemption(advertiser, code.code, order) if code else None
        if code is None or known is None:
            return False
        less = dict.fromkeys(("promo.redeemed", f"promo.redeemed.{known.channel}"), -1)
        # In the hour of the use: an hour's count is of the uses that stand.
        counted = moved(advertiser, str(code.message), known.at, less)
        try:
            self._codes.commit([*promo_codes.taken_back(advertiser, code, order), counted])
        except TransactionRefused as refused:
            if not refused.failed:
                raise
            return False
        return True

    def _find(self, advertiser: str, text: str) -> PromoCode | None:
        code = normalise(text)
        found = self._codes.get(advertiser, code)
        other = reread(code)
        return found or (self._codes.get(advertiser, other) if other != code else None)

    def _watch(self, pool: Pool) -> None:
        """Warn while a pool runs low: at most once a minute from each container."""
        now = self._clock.now()
        if not pool.low_stock or now - self._watched.get(pool.id, -_WARNED_EVERY) < _WARNED_EVERY:
            return
        self._watched[pool.id] = now
        free = self._pools.stock(pool.id).free
        if free <= pool.low_stock:
            log("promo_low_stock", advertiser=pool.advertiser, pool=pool.id, free=free)
