"""What is known of a browser: the cart it left, and the contact it is tied to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

from chalicelib.clock import DAY, SECOND
from chalicelib.storage import carts, keys
from chalicelib.storage.carts import Browsing, Cart
from chalicelib.storage.codec import Item
from chalicelib.storage.events import RETENTION
from chalicelib.storage.table import ConditionFailed, Put, Table, TransactionRefused, Update, Write

Strength = Literal["weak", "strong"]
RANK: Mapping[Strength, int] = {"weak": 0, "strong": 1}


@dataclass(frozen=True, slots=True)
class Tie:
    """Why this browser is held to be a contact's."""

    base: str
    person: str
    evidence: str
    """`phone`, `email`, `customer`, `click`, `opt_in`, or `network`: the service's own cookie."""
    strength: Strength
    at: int
    """When the evidence was last seen."""
    consent_at: int
    """When the matching consent that allows it was given."""
    consent_source: str | None = None
    """Where it was given: `checkout`, `widget`, …"""
    consent_wording: str | None = None
    """The version of the text that was agreed to."""


@dataclass(frozen=True, slots=True)
class TieChange:
    """A browser came to be held for somebody, or for nobody any more."""

    at: int
    tie: Tie | None
    reason: str | None = None
    """Why a tie ended, such as `unknown_identifier`."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A browser's day on a site (tracking/visits.py)."""

    day: str
    """ISO 8601, in the advertiser's zone."""
    at: int
    """When its first event was accepted: the hour that it is counted in."""
    outcome: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser on a site, by its first-party cookie."""

    site: str
    id: str
    browsing: Browsing = field(default_factory=Browsing)
    tie: Tie | None = None
    unmatched: str | None = None
    """Why the last identifier led to nobody, such as `no_matching_consent`: nothing is done in anybody's name then."""
    refusals: Mapping[str, int] = field(default_factory=dict)
    """Reason to the moment when evidence was last begun to be refused for it."""
    visit: Visit | None = None
    """The newest, written by `visited` alone."""

    @property
    def cart(self) -> Cart | None:
        """The cart that it left; None where nothing was put in since the last purchase."""
        return self.browsing.cart


class Visitors:
    """Written by the trail's consumer, one event of a visitor after the other, and by the click's for its tie.

    Each write holds only where the tie still is as it was read: False says that somebody else was faster.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, site: str, visitor: str) -> Visitor:
        """What is known; a blank visitor where nothing is."""
        item = self._table.get(keys.visitor(site, visitor))
        return from_item(item) if item else Visitor(site, visitor)

    def save(self, visitor: Visitor, now: int) -> bool:
        """Store what was done, and the refusals, of a browser whose tie has not changed."""
        try:
            self._table.update(_change(visitor, visitor.tie, now))
        except ConditionFailed:
            return False
        return True

    def tie(self, visitor: Visitor, known: Tie | None, now: int, reason: str | None = None) -> bool:
        """Store a browser whose tie is another than was `known`.

        A change of the person is recorded beside the visitor, and the contact gets a reference to the browser: all
        of it or nothing. The same person again is one small write, but for the reference's daily renewal.
        """
        tie = visitor.tie
        others: list[Write] = []
        if not _same(known, tie):
            others.append(_record(visitor, now, reason))
        if tie and not (known and _same(known, tie) and tie.at // DAY == known.at // DAY):
            others.append(_reference(visitor, tie))
        try:
            if others:
                self._table.transact([_change(visitor, known, now), *others])
            else:
                self._table.update(_change(visitor, known, now))
        except ConditionFailed:
            return False
        except TransactionRefused as refused:
            if refused.failed:
                return False
            raise
        return True

    def browsers_of(self, base: str, person: str) -> list[tuple[str, str]]:
        """The browsers that were tied to a contact within the time of a trail, as (site, visitor)."""
        references = self._table.query(keys.contact_partition(base, person), keys.BROWSER_PREFIX)
        return [(reference["site"], reference["visitor"]) for reference in references]

    def changes(self, site: str, visitor: str) -> list[TieChange]:
        """Whom a browser was tied to, from the first to the last."""
        items = self._table.query(keys.trail(site, visitor), keys.TIE_PREFIX)
        return [
            TieChange(item["at"], Tie(**item["tie"]) if item.get("tie") else None, item.get("reason")) for item in items
        ]


def _change(visitor: Visitor, known: Tie | None, now: int) -> Update:
    """The write of a visitor, on condition that its tie is the one that was `known`.

    An item whose time has passed is read as absent, and may be there for days yet.
    """
    tie = visitor.tie
    held = "#tie_at = :known AND #tie.#person = :person" if known else "attribute_not_exists(#tie_at) OR #ttl <= :past"
    tied = ", #tie = :tie, #tie_at = :tie_at" if tie else " REMOVE #tie, #tie_at"
    values: Item = {
        "type": "visitor",
        "v": 2,
        "site": visitor.site,
        "id": visitor.id,
        "browsing": carts.to_item(visitor.browsing),
        "unmatched": visitor.unmatched,
        "refusals": dict(visitor.refusals),
        "ttl": (now + RETENTION) // SECOND,
    }
    if tie:
        values |= {"tie": asdict(tie), "tie_at": tie.at}
    # An event is followed within a day of its acceptance, which is the moment that it brings.
    values |= {"known": known.at, "person": known.person} if known else {"past": (now + DAY) // SECOND}
    return Update(
        keys.visitor(visitor.site, visitor.id),
        "SET #type = :type, #v = :v, #ttl = :ttl, #site = :site, #id = :id, #browsing = :browsing,"
        f" #unmatched = :unmatched, #refusals = :refusals{tied}",
        values,
        condition=held,
    )


def _same(known: Tie | None, tie: Tie | None) -> bool:
    return (known and known.person) == (tie and tie.person)


def _record(visitor: Visitor, now: int, reason: str | None) -> Put:
    tie = visitor.tie
    return Put(
        keys.tie(visitor.site, visitor.id, now, RANK[tie.strength] if tie else 0, tie.person if tie else "-"),
        {
            "type": "tie",
            "v": 1,
            "at": now,
            "tie": asdict(tie) if tie else None,
            "reason": reason,
            "ttl": (now + RETENTION) // SECOND,
        },
    )


def _reference(visitor: Visitor, tie: Tie) -> Put:
    """What leads from the contact to this browser, so that an erasure finds the trail.

    A tie holds for a trail's retention after its evidence, and what is added meanwhile stays for another one.
    """
    return Put(
        keys.browser(tie.base, tie.person, visitor.site, visitor.id),
        {
            "type": "browser",
            "v": 1,
            "site": visitor.site,
            "visitor": visitor.id,
            "ttl": (tie.at + 2 * RETENTION + DAY) // SECOND,
        },
    )


def from_item(item: Item) -> Visitor:
    """A visitor as the table holds it, of this version or the first."""
    browsing, tie = item.get("browsing"), item.get("tie")
    return Visitor(
        site=item["site"],
        id=item["id"],
        browsing=carts.from_item(browsing) if browsing else carts.from_first_version(item.get("cart")),
        tie=Tie(**tie) if tie else None,
        unmatched=item.get("unmatched"),
        refusals=item.get("refusals") or {},
        visit=Visit(**item["visit"]) if "visit" in item else None,
    )


def visited(visitor: Visitor, after: Visit, now: int) -> Update:
    """The write of a visitor's newest visit, on condition that it is as it was read."""
    if visitor.visit:
        condition = "#visit.#day = :day AND #visit.#outcome = :outcome"
        known = {"day": visitor.visit.day, "outcome": visitor.visit.outcome}
    else:
        condition, known = "attribute_not_exists(#visit)", {}
    return Update(
        keys.visitor(visitor.site, visitor.id),
        "SET #type = :type, #v = :v, #ttl = :ttl, #site = :site, #id = :id, #visit = :visit",
        {
            "type": "visitor",
            "v": 2,
            "ttl": (now + RETENTION) // SECOND,
            "site": visitor.site,
            "id": visitor.id,
            "visit": asdict(after),
        }
        | known,
        condition,
    )
