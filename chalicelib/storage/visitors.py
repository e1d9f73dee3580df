"""What is known of a browser: the cart it left, and the contact it is tied to."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Literal

from chalicelib.clock import SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.events import RETENTION
from chalicelib.storage.table import ConditionFailed, Table, Update

Strength = Literal["weak", "strong"]
_RANK = {"weak": 0, "strong": 1}


@dataclass(frozen=True, slots=True)
class Product:
    """What a message can name and link to."""

    id: str
    name: str | None
    url: str | None


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart that is not bought yet."""

    started_at: int
    changed_at: int
    """The last time that something was put in or checkout was begun."""
    active_at: int
    """The last sign of the visitor, whatever it was."""
    product: Product | None
    """The thing put in last."""


@dataclass(frozen=True, slots=True)
class Tie:
    """Why this browser is held to be a contact's."""

    base: str
    person: str
    evidence: str
    """`phone`, `email`, `customer` or `click`."""
    strength: Strength
    at: int
    consent_at: int
    """When the matching consent that allows it was given."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser on a site, by its first-party cookie."""

    site: str
    id: str
    cart: Cart | None = None
    tie: Tie | None = None
    unmatched: str | None = None
    """Why the last identifier led to nobody, such as `no_matching_consent`."""


class Visitors:
    """Written by the trail's consumer, one event of a visitor after the other, and by the click's for its tie."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, site: str, visitor: str) -> Visitor:
        """What is known; a blank visitor where nothing is."""
        item = self._table.get(keys.visitor(site, visitor))
        return from_item(item) if item else Visitor(site, visitor)

    def save(self, visitor: Visitor, now: int) -> None:
        """Store cart and match refusal; the tie has its own write."""
        self._table.update(
            Update(
                keys.visitor(visitor.site, visitor.id),
                "SET #type = :type, #v = :v, #ttl = :ttl, #site = :site, #id = :id, #cart = :cart,"
                " #unmatched = :unmatched",
                {
                    "type": "visitor",
                    "v": 1,
                    "site": visitor.site,
                    "id": visitor.id,
                    "cart": asdict(visitor.cart) if visitor.cart else None,
                    "unmatched": visitor.unmatched,
                    "ttl": (now + RETENTION) // SECOND,
                },
            )
        )

    def tie(self, visitor: Visitor, tie: Tie) -> Visitor:
        """Tie a browser to a contact, unless stronger or newer evidence ties it already. Returns what holds."""
        try:
            self._table.update(
                Update(
                    keys.visitor(visitor.site, visitor.id),
                    "SET #type = :type, #v = :v, #ttl = :ttl, #site = :site, #id = :id, #tie = :tie,"
                    " #tie_rank = :rank, #tie_at = :at REMOVE #unmatched",
                    {
                        "type": "visitor",
                        "v": 1,
                        "site": visitor.site,
                        "id": visitor.id,
                        "tie": asdict(tie),
                        "rank": _RANK[tie.strength],
                        "at": tie.at,
                        "ttl": (tie.at + RETENTION) // SECOND,
                    },
                    condition="attribute_not_exists(#tie) OR #tie_rank < :rank"
                    " OR (#tie_rank = :rank AND #tie_at <= :at)",
                )
            )
        except ConditionFailed as refused:
            return replace(visitor, tie=from_item(refused.found).tie) if refused.found else visitor
        return replace(visitor, tie=tie, unmatched=None)

    def untie(self, visitor: Visitor) -> Visitor:
        """Take a weak tie away: somebody else may be using the browser. Returns what holds."""
        try:
            self._table.update(
                Update(
                    keys.visitor(visitor.site, visitor.id),
                    "REMOVE #tie, #tie_rank, #tie_at",
                    {"weak": _RANK["weak"]},
                    condition="#tie_rank = :weak",
                )
            )
        except ConditionFailed:
            return visitor
        return replace(visitor, tie=None)


def from_item(item: Item) -> Visitor:
    """A visitor as the table holds it."""
    cart, tie = item.get("cart"), item.get("tie")
    return Visitor(
        site=item["site"],
        id=item["id"],
        cart=_cart(cart) if cart else None,
        tie=Tie(**tie) if tie else None,
        unmatched=item.get("unmatched"),
    )


def _cart(item: Item) -> Cart:
    product = item.get("product")
    return Cart(**{**item, "product": Product(**{"name": None, "url": None} | product) if product else None})
