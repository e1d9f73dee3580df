"""A base's contacts, page by page: what is known of each without opening what is sealed."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeVar

from chalicelib.storage import keys
from chalicelib.storage.contacts import Contact, Contacts, Purpose
from chalicelib.storage.ledger import Ledger, Send
from chalicelib.storage.ledgers import Ledgers
from chalicelib.storage.rosters import Rosters

T = TypeVar("T")
_BATCH = 100
_LOOKED_AT = 1_000
"""Contacts read for one page that is asked for some only: it may be short, and still not the last one."""


class Listed(NamedTuple):
    """A contact, with what its base may know of the person's ledger."""

    contact: Contact
    opposed: bool
    last_send: Send | None
    """The newest SMS of the advertiser whose base it is, as far back as caps look."""


class ContactList:
    """Goes through a base by its roster, in the order of persons within each shard."""

    def __init__(self, rosters: Rosters, contacts: Contacts, ledgers: Ledgers) -> None:
        self._rosters = rosters
        self._contacts = contacts
        self._ledgers = ledgers

    def page(
        self, base: str, after: str, limit: int, *, consented: Purpose | None = None, opposed: bool | None = None
    ) -> tuple[list[Listed], str | None]:
        """The next contacts behind a place (empty: from the start), and the place to go on behind; None at the end."""
        return self._page(base, after, limit, self._listed, lambda each: _is_meant(each, consented, opposed))

    def contacts(
        self, base: str, after: str, limit: int, meant: Callable[[Contact], bool]
    ) -> tuple[list[Contact], str | None]:
        """The same without the ledgers, of those who are meant."""
        return self._page(base, after, limit, self._known, meant)

    def one(self, contact: Contact) -> Listed:
        """What a list would tell of a contact."""
        return _listed(contact, self._ledgers.get(contact.person))

    def of(self, base: str, people: list[str]) -> list[Listed]:
        """What a list would tell of these people, as far as they are contacts."""
        return list(self._listed(base, people).values())

    def _page(
        self,
        base: str,
        after: str,
        limit: int,
        read: Callable[[str, list[str]], dict[str, T]],
        meant: Callable[[T], bool],
    ) -> tuple[list[T], str | None]:
        found: list[T] = []
        shard, _, last = after.partition(".")
        number, looked_at = int(shard or 0), 0
        while number < keys.ROSTER_SHARDS:
            people = self._rosters.page(base, number, last, min(_BATCH, limit))
            for person, each in read(base, people).items():
                if meant(each):
                    found.append(each)
                    if len(found) == limit:
                        return found, f"{number}.{person}"
            looked_at += len(people)
            if len(people) < min(_BATCH, limit):
                number, last = number + 1, ""
            elif looked_at >= _LOOKED_AT:
                return found, f"{number}.{people[-1]}"
            else:
                last = people[-1]
        return found, None

    def _known(self, base: str, people: list[str]) -> dict[str, Contact]:
        """In the order of the people."""
        contacts = self._contacts.get_all(base, people)
        return {person: contacts[person] for person in people if person in contacts}

    def _listed(self, base: str, people: list[str]) -> dict[str, Listed]:
        contacts = self._known(base, people)
        ledgers = self._ledgers.get_all(contacts)
        return {person: _listed(contact, ledgers[person]) for person, contact in contacts.items()}


def _listed(contact: Contact, ledger: Ledger) -> Listed:
    own = [send for send in ledger.sends if send.advertiser == contact.base]
    newest = max(own, key=lambda send: send.at, default=None)
    return Listed(contact, ledger.opposition(contact.base) is not None, newest)


def _is_meant(listed: Listed, consented: Purpose | None, opposed: bool | None) -> bool:
    consent = listed.contact.consents.get(consented) if consented else None
    agreed = consented is None or (consent is not None and consent.given)
    return agreed and opposed in (None, listed.opposed)
