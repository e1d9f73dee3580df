"""Shop sources: the shop platforms that tell of a site's orders, each with its secret."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.table import Delete, Put, Table

Kind = Literal["shopify", "woocommerce", "prestashop"]
Completed = Literal["shipped", "delivered"]
"""What a shop means by `completed`: WooCommerce says that an order is fulfilled, and not where the parcel is."""


@dataclass(frozen=True, slots=True)
class ShopSource:
    """One shop that sends webhooks for a site."""

    id: str
    advertiser: str
    site: str
    kind: Kind
    secret: bytes
    """What the platform signs with. Sealed."""
    country: str = "FR"
    """Of phones that are written without a prefix, where the order names no country."""
    wording: str | None = None
    """The registered wording that the shop's checkout shows beside its SMS box; without it no consent is taken."""
    wording_hash: str | None = None
    completed: Completed = "shipped"
    """Of WooCommerce."""
    former_secret: bytes = b""
    """What the platform signed with before. Sealed."""
    former_until: int = 0
    """Until when that is taken, too."""


class ShopSources:
    """Reads and writes of shop sources."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def save(self, source: ShopSource) -> None:
        """Create or replace a source."""
        item = {"type": "shop_source", "v": 1} | keys.listed("shops", source.site, source.id)
        self._table.put(Put(keys.shop_source(source.id), item | asdict(source)))

    def get(self, source_id: str) -> ShopSource | None:
        """One source, or None."""
        item = self._table.get(keys.shop_source(source_id))
        return from_item(item) if item else None

    def remove(self, source_id: str) -> None:
        """Take a source away: nothing that it sends is taken any more."""
        self._table.delete(Delete(keys.shop_source(source_id)))


def from_item(item: Item) -> ShopSource:
    """A source as the table holds it."""
    return ShopSource(**{name: item[name] for name in ShopSource.__slots__ if name in item})
