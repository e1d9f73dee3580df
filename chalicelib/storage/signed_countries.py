"""What the operator signed for a country: values with their sources, who said so, and when. All of it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.ids import new_id
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.counters import SERVICE, count
from chalicelib.storage.kept import Kept
from chalicelib.storage.table import Put, Table


@dataclass(frozen=True, slots=True)
class Signature:
    """Values that hold for a country from a moment on, or the end of those before."""

    country: str
    at: int
    by: str
    """Who answers for it."""
    values: Mapping[str, Any] | None
    """As a profile's file has them; None takes the signature before back."""


class SignedCountries:
    """Reads are cached for ten seconds in each container, as settings are."""

    def __init__(self, table: Table, kept: Kept) -> None:
        self._table = table
        self._kept = kept

    def current(self, country: str) -> Signature | None:
        """What holds for a country, or None; up to ten seconds old."""
        item = self._kept.get(keys.signed_country(country))
        return _signature(item) if item else None

    def history(self, country: str) -> list[Signature]:
        """All signatures of a country, oldest first."""
        return [_signature(item) for item in self._table.query(keys.country(country), keys.SIGNATURE_PREFIX)]

    def countries(self) -> list[str]:
        """All countries that were ever signed, by their codes."""
        return [item["country"] for item in self._table.query(keys.SIGNED_COUNTRIES)]

    def sign(self, signature: Signature) -> None:
        """Let a signature hold from now on, keep it for good, and count it."""
        item: Item = {
            "type": "country_signature",
            "v": 1,
            "country": signature.country,
            "at": signature.at,
            "by": signature.by,
            "values": None if signature.values is None else dict(signature.values),
        }
        listed = {"type": "signed_country", "v": 1, "country": signature.country}
        event = "country_unsigned" if signature.values is None else "country_signed"
        self._table.transact(
            [
                Put(keys.signed_country(signature.country), item),
                Put(keys.listed_country(signature.country), listed),
                Put(keys.country_signature(signature.country, new_id("sig", signature.at)), item),
                count(SERVICE, signature.country, signature.at, event),
            ]
        )
        self._kept.forget(keys.signed_country(signature.country))


def _signature(item: Item) -> Signature:
    return Signature(item["country"], item["at"], item["by"], item.get("values"))
