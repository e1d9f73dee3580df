"""What a site sells: names, links and variants, as its shop platform last told. No personal data."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.table import ConditionFailed, Put, Table

RETENTION = 400 * DAY
"""How long a product is kept that nobody tells of any more."""


@dataclass(frozen=True, slots=True)
class Product:
    """One product with its variants: a red one and a blue one are the same product."""

    id: str
    """As events name it (`item_id`)."""
    title: str
    url: str | None
    price: int | None
    """Micro-units of the shop's currency, of the cheapest variant."""
    category: str | None
    variants: tuple[str, ...]
    available: bool
    """Whether it can be bought: published, in stock, not deleted."""
    changed_at: int


class Catalogue:
    """The products of each site."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def save(self, site: str, product: Product, now: int) -> bool:
        """Store a product; False where a newer word of it is there already."""
        item = {"type": "product", "v": 1, **asdict(product), "ttl": (now + RETENTION) // SECOND}
        newer = "attribute_not_exists(pk) OR #changed_at <= :changed_at"
        put = Put(keys.product(site, product.id), item, newer, {"changed_at": product.changed_at})
        try:
            self._table.put(put)
        except ConditionFailed:
            return False
        return True

    def get(self, site: str, product_id: str) -> Product | None:
        """One product, or None."""
        item = self._table.get(keys.product(site, product_id))
        return _from_item(item) if item else None

    def get_all(self, site: str, product_ids: list[str]) -> dict[str, Product]:
        """Id to product, of up to 100; those that are not known are left out."""
        found = self._table.get_many([keys.product(site, product_id) for product_id in product_ids])
        return {str(item["id"]): _from_item(item) for item in found.values()}


def _from_item(item: Item) -> Product:
    return Product(
        id=item["id"],
        title=item["title"],
        url=item.get("url"),
        price=item.get("price"),
        category=item.get("category"),
        variants=tuple(item["variants"]),
        available=item["available"],
        changed_at=item["changed_at"],
    )
