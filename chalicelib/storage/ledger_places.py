"""Where a person's ledger stands, and its move to another name (docs/adr/0020).

A ledger is in one place at any moment. A move writes it under its new name and marks the old item in one transaction,
and the mark moves that item's version: a claim, a no or a wish that was decided from the old place fails there, and is
decided anew at the new one. The mark also stands where there was no ledger, so that none begins there any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Protocol

from chalicelib.errors import StorageUnavailable
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.ledger import EVERYONE, Ledger, from_item, to_item
from chalicelib.storage.table import Table, TransactionRefused, Update, Write

_ATTEMPTS = 6


class Names(Protocol):
    """What names ledgers: the vault."""

    def lasting_names(self, person: str) -> tuple[str, str | None]:
        """The lasting name, and the one of before while what stands under it is being moved."""
        ...

    def renew(self) -> None:
        """Learn the names of now. Raises StorageUnavailable."""
        ...


class LedgerPlaces:
    """Finds and moves ledgers."""

    def __init__(self, table: Table, names: Names) -> None:
        self._table = table
        self._names = names

    def place(self, person: str) -> str:
        """The name that the person's ledger stands under. While ledgers are being moved, this one is moved first."""
        name, former = self._names.lasting_names(person)
        if former:
            self.move(former, name)
        return name

    def renew(self) -> None:
        """Learn where ledgers stand now. Raises StorageUnavailable."""
        self._names.renew()

    def move(self, former: str, name: str) -> bool:
        """Move a ledger; False where it had been. Raises StorageUnavailable where the ledger kept changing."""
        for _ in range(_ATTEMPTS):
            item = self._table.get(keys.ledger(former))
            if item and "moved" in item:
                return False
            writes: list[Write] = [_mark(former, item)]
            if item:
                writes.append(_join(name, from_item(item), self._table.get(keys.ledger(name))))
            with suppress(TransactionRefused):
                self._table.transact(writes)
                return True
        raise StorageUnavailable("the ledger kept changing")


def joined(former: Ledger, there: Ledger) -> Ledger:
    """What two ledgers of one person say together, under the second one's name.

    The second has something to say only where a table was restored to what it was before the move. The last word to
    each advertiser holds, and of two noes the first; what was asked for less holds.
    """
    readmitted = _latest(former.readmitted, there.readmitted)
    noes = sorted([*former.opposed.items(), *there.opposed.items()], key=lambda said: -said[1].at)
    opposed = {scope: no for scope, no in noes if no.last_at >= readmitted.get(scope, 0)}
    everyone = opposed.get(EVERYONE)
    wishes = dict(there.wishes)
    for advertiser, wish in former.wishes.items():
        wishes[advertiser] = wishes[advertiser].narrowed(wish) if advertiser in wishes else wish
    held = dict(there.held)
    for advertiser, one in former.held.items():
        held[advertiser] = held[advertiser].joined(one) if advertiser in held else one
    sends = {send.message: send for send in (*former.sends, *there.sends)}
    return Ledger(
        person=there.person,
        version=max(former.version, there.version) + 1,
        sends=tuple(sorted(sends.values(), key=lambda send: send.at)),
        opposed=opposed,
        readmitted={scope: at for scope, at in readmitted.items() if everyone is None or at > everyone.at},
        wishes=wishes,
        held=held,
    )


def _latest(*readmitted: Mapping[str, int]) -> dict[str, int]:
    latest: dict[str, int] = {}
    for said in readmitted:
        for scope, at in said.items():
            latest[scope] = max(at, latest.get(scope, 0))
    return latest


def _mark(former: str, item: Item | None) -> Update:
    return Update(
        keys.ledger(former),
        "SET #type = :type, #v = :v, #person = :person, #moved = :moved ADD #version :one",
        {"type": "ledger", "v": 1, "person": former, "moved": True, "one": 1}
        | ({"read": item["version"]} if item else {}),
        condition="#version = :read" if item else "attribute_not_exists(#version)",
    )


def _join(name: str, former: Ledger, there: Item | None) -> Update:
    """Writes both ledgers under the name, on condition that the one there is as it was read."""
    item = to_item(joined(former, from_item(there) if there else Ledger(name)))
    gone = there.keys() - item.keys() - {"pk", "sk"} if there else set()
    aliases = {attribute: f"a{number}" for number, attribute in enumerate([*item, *gone])}
    removed = " REMOVE " + ", ".join(f"#{aliases[attribute]}" for attribute in gone) if gone else ""
    return Update(
        keys.ledger(name),
        "SET " + ", ".join(f"#{aliases[attribute]} = :{aliases[attribute]}" for attribute in item) + removed,
        {aliases[attribute]: value for attribute, value in item.items()}
        | ({"read": there["version"]} if there else {}),
        condition="#version = :read" if there else "attribute_not_exists(#version)",
        names={alias: attribute for attribute, alias in aliases.items()},
    )
