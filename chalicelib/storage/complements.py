"""What an advertiser offers to whoever has bought something: its own rules, the first that fits first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from chalicelib.storage import keys
from chalicelib.storage.table import Put, Table


@dataclass(frozen=True, slots=True)
class Offerable:
    """A product that an SMS can name and lead to."""

    id: str
    name: str
    url: str | None = None
    """Its page; without one, the shop's front page."""
    variants: tuple[str, ...] = ()
    """Other ids that events have it under."""

    @property
    def ids(self) -> tuple[str, ...]:
        """Everything that it is sold as."""
        return self.id, *self.variants


@dataclass(frozen=True, slots=True)
class Complement:
    """What goes with an item, or with everything of a category. One of the two is given."""

    offers: tuple[Offerable, ...]
    """The best first."""
    item: str | None = None
    category: str | None = None


class Complements:
    """One item per advertiser."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, advertiser: str) -> tuple[Complement, ...]:
        """An advertiser's rules."""
        item = self._table.get(keys.complements(advertiser))
        return tuple(
            Complement(
                tuple(Offerable(**offer | {"variants": tuple(offer["variants"])}) for offer in rule["offers"]),
                rule.get("item"),
                rule.get("category"),
            )
            for rule in (item["rules"] if item else ())
        )

    def save(self, advertiser: str, rules: Sequence[Complement]) -> None:
        """Replace them all."""
        item = {"type": "complements", "v": 1, "rules": [asdict(rule) for rule in rules]}
        self._table.put(Put(keys.complements(advertiser), item))
