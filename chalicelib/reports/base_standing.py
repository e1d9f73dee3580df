"""How a base stands: how many may get marketing SMS, and why the others may not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from typing_extensions import TypedDict

from chalicelib.storage.base_sizes import BaseSizes
from chalicelib.storage.contacts import Contact, Contacts
from chalicelib.storage.keys import ROSTER_SHARDS
from chalicelib.storage.ledger import Ledger
from chalicelib.storage.ledgers import Ledgers
from chalicelib.storage.rosters import Rosters

LOOKED_AT = 2_000
"""So many contacts at most, a share of each shard: people lie in the shards by chance."""
_AT_ONCE = 100


class BaseStanding(TypedDict):
    """How a base stands."""

    contacts: int
    looked_at: int
    """So many of them, all of a base of up to 2,000, make up `of_these`."""
    of_these: dict[str, int]
    """The first that holds: `opposed`, `unreachable`, `never_asked`, `refused`, else `consented`."""


class BaseStandings:
    """Counts one by one up to a size, and a sample of a larger base."""

    def __init__(self, sizes: BaseSizes, rosters: Rosters, contacts: Contacts, ledgers: Ledgers) -> None:
        self._sizes = sizes
        self._rosters = rosters
        self._contacts = contacts
        self._ledgers = ledgers

    def of(self, base: str) -> BaseStanding:
        """`contacts` in all, `looked_at` of them, and of these how many stand how: the first that holds, in order."""
        found: Counter[str] = Counter()
        people = self._people(base)
        while page := list(islice(people, _AT_ONCE)):
            ledgers = self._ledgers.get_all(page)
            for person, contact in self._contacts.get_all(base, page).items():
                found[standing(contact, ledgers[person])] += 1
        return {
            "contacts": self._sizes.get(base),
            "looked_at": found.total(),
            "of_these": {name: found[name] for name in STANDINGS},
        }

    def _people(self, base: str) -> Iterator[str]:
        for shard in range(ROSTER_SHARDS):
            yield from self._rosters.page(base, shard, "", LOOKED_AT // ROSTER_SHARDS)


STANDINGS = ("opposed", "unreachable", "never_asked", "refused", "consented")


def standing(contact: Contact, ledger: Ledger) -> str:
    """Whether a contact may get marketing SMS, or the first reason against it."""
    if ledger.opposition(contact.base):
        return "opposed"
    if contact.unreachable_at:
        return "unreachable"
    consent = contact.consents.get("sms_marketing")
    if consent is None:
        return "never_asked"
    return "consented" if consent.given else "refused"
