"""Conversions: one item for each purchase of a shop, all that was told of it merged, and what it is put down to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.events import RETENTION as TRAIL
from chalicelib.storage.table import Put, Table, TransactionRefused, Write
from chalicelib.storage.writes import Noted

_RETENTION = 395 * DAY
"""As the clicks that they come of (docs/retention.md)."""


@dataclass(frozen=True, slots=True)
class Report:
    """A purchase as a browser or a back end tells it. Money in micro-units."""

    at: int
    """When it was bought: a back end's word, or when a browser's was accepted."""
    event: str
    value: int | None = None
    currency: str | None = None
    in_store: bool = False
    discounted: bool = False
    """Whether a coupon was used; which one is not kept."""

    @property
    def has_amount(self) -> bool:
        """Whether it says how much, and of which money."""
        return self.value is not None and self.currency is not None


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back. Without a value the whole is."""

    value: int | None = None
    currency: str | None = None
    """That of the purchase, where none is named."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """What a purchase is put down to."""

    click: str
    clicked_at: int
    link: str
    message: str = ""
    """Empty for a standalone link, as contact and journey are."""
    journey: str = ""
    contact: str = ""
    """`<base>#<person>`."""
    utm: Mapping[str, str] = field(default_factory=dict)
    series: tuple[str, ...] = ()
    """What the message is counted with (storage/cohorts.py): its class, what led to it, its campaign."""
    made_at: int = 0
    """When the message was made."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """A purchase. What is told of it only ever adds: in which order, and how often, makes no difference."""

    site: str
    transaction: str
    advertiser: str
    version: int = 0
    browser: Report | None = None
    server: Report | None = None
    refunds: Mapping[str, Refund] = field(default_factory=dict)
    """By the refund's own id."""
    clicks: tuple[str, ...] = ()
    """Ids of clicks that browser or back end named, sorted."""
    contacts: tuple[str, ...] = ()
    """`<base>#<person>` of those who were held to be the buyer, sorted."""
    buyers: tuple[str, ...] = ()
    """Those of them who would have been recognised without any SMS: what an experiment counts by."""
    doubts: tuple[str, ...] = ()
    """Why somebody told of led to no contact, such as `no_matching_consent`, sorted."""
    attribution: Attribution | None = None
    reason: str | None = None
    """Why it is put down to nothing."""
    erased: bool = False
    """Whether its person was erased: nothing is kept then but that it was counted."""

    @property
    def purchase(self) -> Report | None:
        """The word that counts: the back end's, else the browser's."""
        return self.server or self.browser

    @property
    def discounted(self) -> bool:
        """Whether anybody told of a coupon."""
        return any(report.discounted for report in (self.server, self.browser) if report)

    def people(self) -> dict[str, int]:
        """`<base>#<person>` of whoever it concerns, to its time."""
        at = self.purchase.at if self.purchase else 0
        of_link = (self.attribution.contact,) if self.attribution and self.attribution.contact else ()
        return dict.fromkeys((*self.contacts, *of_link), at)


class ConversionLog:
    """Each write holds only where the conversion still is as it was read."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, site: str, transaction: str) -> Conversion | None:
        """One purchase, by the shop's number for it; None where nothing was told."""
        item = self._table.get(keys.conversion(site, transaction))
        return from_item(item) if item else None

    def change(
        self, before: Conversion, after: Conversion, counts: list[Write], now: int, notes: Noted | None = None
    ) -> bool:
        """Store a conversion, its people's references and the counts that it moves, at once or not at all.

        False where somebody else changed it meanwhile.
        """
        known = before.people()
        references: list[Write] = [
            _reference(after, person, at, now) for person, at in after.people().items() if known.get(person) != at
        ]
        try:
            self._table.transact([_save(before, after, now)._replace(notes=notes), *references, *counts])
        except TransactionRefused as refused:
            if not refused.failed:
                raise
            return False
        return True

    def of_contact(self, base: str, person: str, since: int = 0) -> Iterator[Conversion]:
        """A contact's purchases from a moment on."""
        partition = keys.contact_partition(base, person)
        for item in list(self._table.query(partition, keys.BOUGHT_PREFIX)):
            found = self.get(item["site"], item["transaction"]) if item["at"] >= since else None
            if found and f"{base}#{person}" in found.people():
                yield found

    def all(self, segment: int, segments: int) -> Iterator[Conversion]:
        """The purchases of one of `segments` parts of the table: an operator's job, never a request's."""
        for item in self._table.scan(segment, segments, keys.CONVERSION_PREFIX):
            yield from_item(item)

    def erase(self, conversion: Conversion, now: int) -> None:
        """Keep of a conversion only that it was counted, for as long as it may be told again."""
        blank = Conversion(conversion.site, conversion.transaction, conversion.advertiser, erased=True)
        item = _item(replace(blank, version=conversion.version + 1)) | {"ttl": (now + TRAIL) // SECOND}
        self._table.put(Put(keys.conversion(conversion.site, conversion.transaction), item))


def _save(before: Conversion, after: Conversion, now: int) -> Put:
    item = _item(replace(after, version=before.version + 1)) | {"ttl": (now + _RETENTION) // SECOND}
    key = keys.conversion(after.site, after.transaction)
    if before.version:
        return Put(key, item, "#version = :read", {"read": before.version})
    return Put(key, item, "attribute_not_exists(pk) OR #ttl <= :now", {"now": now // SECOND})


def _reference(conversion: Conversion, contact: str, at: int, now: int) -> Put:
    """What leads from a contact to a purchase, so that a late click and an erasure find it."""
    base, _, person = contact.partition("#")
    item = {
        "type": "bought",
        "v": 1,
        "site": conversion.site,
        "transaction": conversion.transaction,
        "at": at,
        "ttl": (now + _RETENTION) // SECOND,
    }
    return Put(keys.bought(base, person, conversion.site, conversion.transaction), item)


def from_item(item: Item) -> Conversion:
    """A conversion as the table holds it."""
    browser, server, attribution = item.get("browser"), item.get("server"), item.get("attribution")
    return Conversion(
        site=item["site"],
        transaction=item["transaction"],
        advertiser=item["advertiser"],
        version=item["version"],
        browser=Report(**browser) if browser else None,
        server=Report(**server) if server else None,
        refunds={name: Refund(**refund) for name, refund in item["refunds"].items()},
        clicks=tuple(item["clicks"]),
        contacts=tuple(item["contacts"]),
        buyers=tuple(item.get("buyers", ())),
        doubts=tuple(item["doubts"]),
        attribution=Attribution(**attribution | {"series": tuple(attribution.get("series", ()))})
        if attribution
        else None,
        reason=item.get("reason"),
        erased=item["erased"],
    )


def _item(conversion: Conversion) -> Item:
    return {"type": "conversion", "v": 1} | asdict(conversion)
