"""Phones that an advertiser's tests go to: its people's own, each verified by a code. Numbers are sealed."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.storage import keys
from chalicelib.storage.table import ConditionFailed, Delete, Put, Table


@dataclass(frozen=True, slots=True)
class TrialPhone:
    """One phone, by its keyed hash."""

    person: str
    sealed: bytes
    verified_at: int


def trial_place(advertiser: str, person: str) -> str:
    """What a sealed number is bound to."""
    return f"test-phone/{advertiser}/{person}"


class TrialPhones:
    """An advertiser's few."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def of(self, advertiser: str) -> list[TrialPhone]:
        """All of an advertiser."""
        return [
            TrialPhone(item["person"], item["sealed"], item["verified_at"])
            for item in self._table.query(keys.advertiser_partition(advertiser), keys.TRIAL_PHONE_PREFIX)
        ]

    def add(self, advertiser: str, phone: TrialPhone) -> None:
        """Keep a phone that was verified."""
        item = {"type": "trial_phone", "v": 1, "person": phone.person, "sealed": phone.sealed}
        key = keys.trial_phone(advertiser, phone.person)
        self._table.put(Put(key, item | {"verified_at": phone.verified_at}))

    def remove(self, advertiser: str, person: str) -> bool:
        """Forget a phone; False where it is none of them."""
        try:
            self._table.delete(Delete(keys.trial_phone(advertiser, person), "attribute_exists(pk)"))
        except ConditionFailed:
            return False
        return True
