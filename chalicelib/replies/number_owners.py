"""Who owns the number that a text was written to, and which of them may ever have written to the person."""

from __future__ import annotations

from chalicelib.replies.addressed import Owner
from chalicelib.storage.contacts import PARTNER, Contacts
from chalicelib.storage.senders import Senders
from chalicelib.storage.threads import Threads

_AT_ONCE = 99
"""Owners that are looked at in one batch read, the partner base beside them."""


class NumberOwners:
    """The ledger of sends forgets after a month; whose contact a person is, and with whom it talked, it does not."""

    def __init__(self, senders: Senders, contacts: Contacts, threads: Threads) -> None:
        self._senders = senders
        self._contacts = contacts
        self._threads = threads

    def of(self, digits: str, person: str) -> list[Owner]:
        """The owners of a number; none of a name. Raises StorageUnavailable."""
        owners = sorted(self._senders.owners(digits)) if digits else []
        parts = [owners[start : start + _AT_ONCE] for start in range(0, len(owners), _AT_ONCE)]
        return [owner for part in parts for owner in self._known(part, person)]

    def _known(self, owners: list[str], person: str) -> list[Owner]:
        contacts = self._contacts.of_person(person, [*owners, PARTNER])
        talked = self._threads.of_person(person, owners)
        partner = contacts.get(PARTNER)
        named = {one for consent in partner.consents.values() for one in consent.advertisers} if partner else set()
        known = {*contacts, *talked, *named}
        return [Owner(one, one in known, talked[one].last_at if one in talked else 0) for one in owners]
