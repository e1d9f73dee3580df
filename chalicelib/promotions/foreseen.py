"""Promo codes as a rehearsal sees them: as many as there are, of which none is taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from chalicelib.clock import Clock
from chalicelib.promotions.desk import PromoDesk, Reserved
from chalicelib.promotions.offers import NotOffered, validity
from chalicelib.storage.promo_codes import PromoCode, PromoCodes
from chalicelib.storage.promo_pools import Pool, PromoPools

_LIKE_ONE = "XXXXXXXX"


class ForeseenCodes(PromoDesk):
    """Stands in for the desk in one rehearsal. `at` is the moment that is rehearsed (epoch ms)."""

    def __init__(self, pools: PromoPools, codes: PromoCodes, clock: Clock) -> None:
        super().__init__(pools, codes, clock)
        self.at = clock.now()
        self._known: dict[str, Pool | None] = {}
        self._free: dict[str, int] = {}
        self.taken: Counter[str] = Counter()
        """By pool, how many codes would have gone."""
        self._example: dict[str, str] = {}

    def reserve(self, advertiser: str, pool_id: str, message: str, zones: Sequence[str]) -> Reserved | NotOffered:
        """A code that could be the message's. Its length is that of one which waits."""
        pool = self._pool(advertiser, pool_id)
        if pool is None:
            return "promo_closed"
        holds = validity(pool, self.at, zones)
        if isinstance(holds, str):
            return holds
        if self._free[pool_id] <= self.taken[pool_id]:
            return "promo_out_of_codes"
        code = PromoCode(self._example[pool_id], pool_id, message, holds.since, holds.until)
        return Reserved(code, pool.benefit, [])

    def gone(self, reserved: Reserved) -> None:
        """The message would leave with its code: there is one less."""
        self.taken[reserved.code.pool] += 1

    def _pool(self, advertiser: str, pool_id: str) -> Pool | None:
        if pool_id not in self._known:
            pool = self._known[pool_id] = self._pools.get(advertiser, pool_id)
            self._free[pool_id] = self._pools.stock(pool_id).free if pool else 0
            self._example[pool_id] = (self._codes.a_free_one(pool_id) if pool else None) or _LIKE_ONE
        return self._known[pool_id]
