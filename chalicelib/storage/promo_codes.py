"""Promo codes: each waits in its pool, goes out with one message, and is used by orders.

A code that waits has a second item in its pool's partition, in a place that follows from its hash: who takes one picks
a place by chance, so that many takers seldom want the same code.
"""

from __future__ import annotations

import secrets
import zlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from chalicelib.storage import keys
from chalicelib.storage.promo_pools import stock_moved
from chalicelib.storage.table import Delete, Put, Table, TransactionRefused, Update, Write

_AT_ONCE = 48
"""A code is two writes, and a transaction holds a hundred."""
_PLACES = 256


@dataclass(frozen=True, slots=True)
class PromoCode:
    """One code. `message` is the SMS that it went out with: None while it waits."""

    code: str
    pool: str
    message: str | None = None
    since: int | None = None
    until: int | None = None
    redeemed: int = 0


@dataclass(frozen=True, slots=True)
class Redemption:
    """That an order used a code."""

    order: str
    channel: str
    at: int


class PromoCodes:
    """One advertiser's codes are another's unknown ones."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add(self, advertiser: str, pool: str, codes: Iterable[str]) -> list[str]:
        """Put codes into a pool. Returns those that were new: a code that the advertiser has already stays as it is."""
        wanted = list(dict.fromkeys(codes))
        return [
            code
            for start in range(0, len(wanted), _AT_ONCE)
            for code in self._add(advertiser, pool, wanted[start : start + _AT_ONCE])
        ]

    def get(self, advertiser: str, code: str) -> PromoCode | None:
        """One code, or None."""
        item = self._table.get(keys.promo_code(advertiser, code))
        return PromoCode(**{name: item[name] for name in PromoCode.__slots__ if name in item}) if item else None

    def a_free_one(self, pool: str) -> str | None:
        """A code that waited a moment ago, picked by chance; None from an empty pool."""
        place = f"{secrets.randbelow(_PLACES):02x}"
        for prefix in (place, place[0], ""):
            for item in self._table.query(keys.promo_stock(pool), keys.FREE_PREFIX + prefix, limit=1):
                return str(item["code"])
        return None

    def redemption(self, advertiser: str, code: str, order: str) -> Redemption | None:
        """What an order has used a code for, or None."""
        item = self._table.get(keys.promo_redemption(advertiser, code, order))
        return Redemption(item["order"], item["channel"], item["at"]) if item else None

    def commit(self, writes: list[Write]) -> None:
        """Make all writes or none; TransactionRefused tells which conditions failed."""
        self._table.transact(writes)

    def _add(self, advertiser: str, pool: str, codes: list[str]) -> list[str]:
        while codes:
            writes: list[Write] = [_stored(advertiser, PromoCode(code, pool)) for code in codes]
            writes += [_waiting(pool, code) for code in codes]
            try:
                self._table.transact([*writes, stock_moved(pool, codes[0], {"free": len(codes)})])
            except TransactionRefused as refused:
                if not refused.failed:
                    raise
                known = {position % len(codes) for position in refused.failed}
                codes = [code for position, code in enumerate(codes) if position not in known]
            else:
                return codes
        return []


def taken(advertiser: str, code: PromoCode) -> list[Write]:
    """The writes that give a waiting code to `code.message`, on condition that nobody was faster."""
    told = {name: getattr(code, name) for name in ("message", "since", "until") if getattr(code, name) is not None}
    return [
        Delete(_waiting(code.pool, code.code).key, "attribute_exists(pk)"),
        Update(
            keys.promo_code(advertiser, code.code),
            "SET " + ", ".join(f"#{name} = :{name}" for name in told),
            told,
            condition="attribute_exists(pk) AND attribute_not_exists(#message)",
        ),
        stock_moved(code.pool, str(code.message), {"free": -1, "issued": 1}),
    ]


def given_back(advertiser: str, pool: str, code: str, message: str) -> list[Write]:
    """The writes that put a code back whose message did not leave."""
    return [
        Update(
            keys.promo_code(advertiser, code),
            "REMOVE #message, #since, #until",
            {"message": message, "none": 0},
            condition="#message = :message AND #redeemed = :none",
        ),
        _waiting(pool, code),
        stock_moved(pool, message, {"free": 1, "issued": -1}),
    ]


def redeemed(advertiser: str, code: PromoCode, uses: int, redemption: Redemption) -> list[Write]:
    """The writes of an order's use, once: position 0 fails where the order has used it, 1 where it is used up."""
    return [
        Put(
            keys.promo_redemption(advertiser, code.code, redemption.order),
            {"type": "promo_redemption", "v": 1} | asdict(redemption),
            "attribute_not_exists(pk)",
        ),
        Update(
            keys.promo_code(advertiser, code.code),
            "ADD #redeemed :one",
            {"one": 1, "message": code.message} | ({"uses": uses} if uses else {}),
            condition="#message = :message" + (" AND #redeemed < :uses" if uses else ""),
        ),
        stock_moved(code.pool, str(code.message), {"redeemed": 1}),
    ]


def taken_back(advertiser: str, code: PromoCode, order: str) -> list[Write]:
    """The writes that undo an order's use."""
    return [
        Delete(keys.promo_redemption(advertiser, code.code, order), "attribute_exists(pk)"),
        Update(keys.promo_code(advertiser, code.code), "ADD #redeemed :less", {"less": -1}),
        stock_moved(code.pool, str(code.message), {"redeemed": -1}),
    ]


def _stored(advertiser: str, code: PromoCode) -> Put:
    item = {"type": "promo_code", "v": 1} | asdict(code)
    return Put(keys.promo_code(advertiser, code.code), item, "attribute_not_exists(pk)")


def _waiting(pool: str, code: str) -> Put:
    place = f"{zlib.crc32(code.encode()) % _PLACES:02x}"
    item = {"type": "promo_waiting", "v": 1, "code": code}
    return Put(keys.promo_waiting(pool, place, code), item, "attribute_not_exists(pk)")
