"""What an advertiser's SMS come from, by country: the registry, and who verified each.

Beside each number stands whose it is, for what is written to it. That only tells where to look: what holds is the
registration itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Literal

from chalicelib.clock import SECOND, Clock
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.counters import count
from chalicelib.storage.kept import Kept
from chalicelib.storage.keyword_numbers import number_digits
from chalicelib.storage.table import Delete, Put, Table, TransactionRefused

SenderKind = Literal["alphanumeric", "short_code", "conversational"]
_CACHED_FOR = 10 * SECOND
_READ_AT_ONCE = 100


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

    @property
    def numbers(self) -> frozenset[str]:
        """The digits of what can be written to: its own, or those that take its STOPs."""
        return frozenset(filter(None, (number_digits(self.value), number_digits(self.stop_number or ""))))


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
        found = tuple(
            _sender(item) for item in self._table.query(keys.advertiser_partition(advertiser), keys.SENDER_PREFIX)
        )
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

    def owners(self, digits: str) -> frozenset[str]:
        """The advertisers that have a number as a verified sender, or to take the STOPs to one."""
        rows = list(self._table.query(keys.number(digits), keys.OWNER_PREFIX))
        owners: set[str] = set()
        for start in range(0, len(rows), _READ_AT_ONCE):
            some = rows[start : start + _READ_AT_ONCE]
            named = {keys.sender(row["advertiser"], row["country"], row["value"]): row["advertiser"] for row in some}
            for key, item in self._table.get_many(named).items():
                sender = _sender(item)
                if sender.verified_at is not None and digits in sender.numbers:
                    owners.add(named[key])
        return frozenset(owners)

    def save(self, advertiser: str, sender: RegisteredSender, before: RegisteredSender | None = None) -> None:
        """Register a sender, or change it from what it was `before`, and count that."""
        event = "sender_verified" if sender.verified_at else "sender_registered"
        item = {"type": "sender", "v": 1} | asdict(sender)
        put = Put(keys.sender(advertiser, sender.country, sender.value), item)
        left = before.numbers - sender.numbers if before else frozenset[str]()
        self._table.transact(
            [
                put,
                count(advertiser, sender.value, self._clock.now(), event),
                *_owned(advertiser, sender),
                *(Delete(keys.number_owner(digits, advertiser, sender.country, sender.value)) for digits in left),
            ]
        )
        self._forget(advertiser, put.key)

    def note_owner(self, advertiser: str, sender: RegisteredSender) -> None:
        """Note whose a registered sender's numbers are, as its registration does."""
        for put in _owned(advertiser, sender):
            self._table.put(put)

    def remove(self, advertiser: str, country: str, value: str) -> bool:
        """Take a sender off the registry, and count that; False where it was not there."""
        sender = self.get(advertiser, country, value)
        if sender is None:
            return False
        gone = Delete(keys.sender(advertiser, country, value), "attribute_exists(pk)")
        numbers = [Delete(keys.number_owner(digits, advertiser, country, value)) for digits in sender.numbers]
        try:
            self._table.transact([gone, count(advertiser, value, self._clock.now(), "sender_removed"), *numbers])
        except TransactionRefused as refused:
            if 0 in refused.failed:
                return False
            raise
        self._forget(advertiser, gone.key)
        return True

    def _forget(self, advertiser: str, key: keys.Key) -> None:
        self._cache.pop(advertiser, None)
        self._kept.forget(key)


def _owned(advertiser: str, sender: RegisteredSender) -> Iterator[Put]:
    """Whose its numbers are."""
    for digits in sorted(sender.numbers):
        whose = {"advertiser": advertiser, "country": sender.country, "value": sender.value}
        key = keys.number_owner(digits, advertiser, sender.country, sender.value)
        yield Put(key, {"type": "number_owner", "v": 1} | whose)


def _sender(item: Item) -> RegisteredSender:
    return RegisteredSender(
        item["country"], item["value"], item["registered_at"], item.get("verified_at"), item.get("stop_number")
    )
