"""What an advertiser's SMS come from, by country: the registry, and who verified each."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from chalicelib.clock import SECOND, Clock
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.counters import count
from chalicelib.storage.kept import Kept
from chalicelib.storage.table import Delete, Put, Table, TransactionRefused

SenderKind = Literal["alphanumeric", "short_code", "conversational"]
_CACHED_FOR = 10 * SECOND


@dataclass(frozen=True, slots=True)
class RegisteredSender:
    """A sender as it was registered; what it may do there is the country profile's to say."""

    country: str
    """ISO 3166-1 alpha-2; France's hold for its territories as well."""
    value: str
    """A name, a short code, or a number in E.164."""
    registered_at: int
    verified_at: int | None = None
    """When the operator saw that it is the advertiser's to use; None while it waits for that."""
    stop_number: str | None = None
    """The short code that takes a STOP to a name, which cannot be answered."""


class Senders:
    """Reads are cached for ten seconds in each container, as an advertiser's settings are."""

    def __init__(self, table: Table, kept: Kept, clock: Clock) -> None:
        self._table = table
        self._kept = kept
        self._clock = clock
        self._cache: dict[str, tuple[int, tuple[RegisteredSender, ...]]] = {}

    def of(self, advertiser: str) -> tuple[RegisteredSender, ...]:
        """All that an advertiser registered, by country and value; up to ten seconds old."""
        now = self._clock.now()
        if (entry := self._cache.get(advertiser)) and now - entry[0] < _CACHED_FOR:
            return entry[1]
        found = tuple(_sender(item) for item in self._table.query(keys.senders(advertiser), keys.SENDER_PREFIX))
        self._cache[advertiser] = now, found
        return found

    def find(self, advertiser: str, country: str, value: str) -> RegisteredSender | None:
        """One sender, or None; up to ten seconds old, but never older than the question for it."""
        item = self._kept.get(keys.sender(advertiser, country, value))
        return _sender(item) if item else None

    def get(self, advertiser: str, country: str, value: str) -> RegisteredSender | None:
        """One sender as it is now, or None."""
        item = self._table.get(keys.sender(advertiser, country, value))
        return _sender(item) if item else None

    def save(self, advertiser: str, sender: RegisteredSender) -> None:
        """Register or change a sender, and count that."""
        event = "sender_verified" if sender.verified_at else "sender_registered"
        item = {"type": "sender", "v": 1} | asdict(sender)
        put = Put(keys.sender(advertiser, sender.country, sender.value), item)
        self._table.transact([put, count(advertiser, sender.value, self._clock.now(), event)])
        self._forget(advertiser, put.key)

    def remove(self, advertiser: str, country: str, value: str) -> bool:
        """Take a sender off the registry, and count that; False where it was not there."""
        gone = Delete(keys.sender(advertiser, country, value), "attribute_exists(pk)")
        try:
            self._table.transact([gone, count(advertiser, value, self._clock.now(), "sender_removed")])
        except TransactionRefused as refused:
            if 0 in refused.failed:
                return False
            raise
        self._forget(advertiser, gone.key)
        return True

    def _forget(self, advertiser: str, key: keys.Key) -> None:
        self._cache.pop(advertiser, None)
        self._kept.forget(key)


def _sender(item: Item) -> RegisteredSender:
    return RegisteredSender(
        item["country"], item["value"], item["registered_at"], item.get("verified_at"), item.get("stop_number")
    )
