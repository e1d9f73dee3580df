"""Keyword numbers: which advertiser a number belongs to, and what was answered for it."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Literal

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.table import ConditionFailed, Delete, Put, Table, TransactionRefused, Write

Answer = Literal["confirmation", "way_back"]

_WRITTEN = re.compile(r"(?:\+|00)?([0-9]{3,15})")
_SHORT = 6


@dataclass(frozen=True, slots=True)
class KeywordNumber:
    """A number that takes opt-ins for one advertiser."""

    number: str
    """Digits, of a long number with its country code."""
    advertiser: str
    wording: str
    """Version of the text that tells people to write to it."""
    wording_hash: str
    """SHA-256 of that text."""

    @property
    def sender(self) -> str:
        """The number as a phone shows and dials it."""
        return dialled(self.number)


class KeywordNumbers:
    """A number belongs to one advertiser at most, and an advertiser has one at most."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, number: str) -> KeywordNumber | None:
        """Whose a number is, or None. It may be written with `+` or `00`."""
        digits = number_digits(number)
        item = self._table.get(keys.keyword_number(digits)) if digits else None
        return _number(item) if item else None

    def of(self, advertiser: str) -> KeywordNumber | None:
        """The number that an advertiser has, or None."""
        item = self._table.get(keys.keyword_of(advertiser))
        return self.get(item["number"]) if item else None

    def assign(self, number: KeywordNumber) -> bool:
        """Give a number to an advertiser in place of the one it had; False where another advertiser has it."""
        before = self._table.get(keys.keyword_of(number.advertiser))
        owned = {"advertiser": number.advertiser}
        writes: list[Write] = [
            Put(
                keys.keyword_number(number.number),
                {"type": "keyword_number", "v": 1} | asdict(number),
                condition="attribute_not_exists(pk) OR #advertiser = :advertiser",
                values=owned,
            ),
            Put(
                keys.keyword_of(number.advertiser),
                {"type": "keyword_of", "v": 1, "number": number.number},
                condition="#number = :before" if before else "attribute_not_exists(pk)",
                values={"before": before["number"]} if before else {},
            ),
        ]
        if before and before["number"] != number.number:
            writes.append(Delete(keys.keyword_number(before["number"]), "#advertiser = :advertiser", owned))
        try:
            self._table.transact(writes)
        except TransactionRefused as refused:
            if 0 in refused.failed:
                return False
            raise
        return True

    def may_answer(self, person: str, advertiser: str, answer: Answer, text_id: str, now: int) -> bool:
        """Claim the day's one answer of its kind to a person for a text.

        False where another text claimed it within the last 24 hours.
        """
        item = {"type": "answered", "v": 1, "at": now, "text": text_id, "ttl": (now + 2 * DAY) // SECOND}
        put = Put(
            keys.answered(person, advertiser, answer),
            item,
            condition="attribute_not_exists(pk) OR #at <= :yesterday OR #text = :text",
            values={"yesterday": now - DAY, "text": text_id},
        )
        try:
            self._table.put(put)
        except ConditionFailed:
            return False
        return True


def number_digits(number: str) -> str:
    """A number's digits, without the prefix that stands for `+`; empty where it is a name."""
    found = _WRITTEN.fullmatch(number.strip())
    return found[1] if found else ""


def dialled(number: str) -> str:
    """A number as a phone shows and dials it, whichever way a provider writes it; empty where it is a name."""
    digits = number_digits(number)
    return f"+{digits}" if len(digits) > _SHORT else digits


def _number(item: Item) -> KeywordNumber:
    return KeywordNumber(item["number"], item["advertiser"], item["wording"], item["wording_hash"])
