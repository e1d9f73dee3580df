"""The pressure ledger: what a person was sent lately, and what the person opposed.

One item for both, with a version: a send claims it at the version that its decision was read from, and an opposition
moves the version, so whichever is recorded first wins (design.md, "Pressure ledger").

It outlives the person's erasure, so it stands under the person's lasting name (docs/adr/0020). An item that was moved
away stays behind for a while, marked: no write that was decided from it succeeds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from types import MappingProxyType
from typing import Any, Protocol

from chalicelib.clock import DAY
from chalicelib.errors import StorageUnavailable
from chalicelib.storage import keys
from chalicelib.storage.caps import LONGEST_WINDOW
from chalicelib.storage.ledger import (
    EVERYONE,
    HELD,
    MOST_SENDS,
    OPPOSED,
    WISH,
    Held,
    Ledger,
    Opposition,
    Send,
    Wish,
    from_item,
)
from chalicelib.storage.table import ConditionFailed, Table, TransactionRefused, Update

_REMEMBERED = LONGEST_WINDOW + 8 * DAY
"""Longer than any cap asks for: what was decided in the last week can be decided again (messaging/simulation.py)."""
_ATTEMPTS = 6
_NOT_MOVED = "attribute_not_exists(#moved)"
_AS_READ = "attribute_not_exists(#version) OR #version = :read"


class Places(Protocol):
    """Where ledgers stand: storage/ledger_places.py."""

    def place(self, person: str) -> str:
        """The name that the person's ledger stands under. Raises StorageUnavailable."""
        ...

    def renew(self) -> None:
        """Learn where ledgers stand now. Raises StorageUnavailable."""
        ...


class Ledgers:
    """Reads and writes of the ledger; the claim itself is messages' transaction.

    A person is told by the id that contacts have, or by any lasting name. All raise StorageUnavailable where the ledger
    was moved and nothing says whereto.
    """

    def __init__(self, table: Table, places: Places) -> None:
        self._table = table
        self._places = places

    def get(self, person: str) -> Ledger:
        """The person's ledger; a blank one where there is none."""
        return self._known(person, self._places.place(person))

    def _known(self, person: str, place: str) -> Ledger:
        item = self._table.get(keys.ledger(place))
        if item and "moved" in item:
            self._places.renew()  # It was moved since this container has read the secret.
            newer = self._places.place(person)
            if newer == place:
                raise StorageUnavailable("the ledger was moved")
            return self._known(person, newer)
        return from_item(item) if item else Ledger(place)

    def _is_moved(self, person: str, place: str) -> bool:
        return self._known(person, place).person != place

    def oppose(self, person: str, advertiser: str, opposition: Opposition, *counted: Update) -> bool:
        """Record a no, and count it, once. False where the person has said it before: the first one stands.

        When it was last said again is kept beside it. A no to everyone ends what the person came back to.
        """
        everyone = advertiser == EVERYONE
        for _ in range(_ATTEMPTS):
            place = self._places.place(person)
            record = _change(
                place,
                ", #opposed = :opposition" + (" REMOVE #readmitted" if everyone else ""),
                {"opposition": asdict(opposition)},
                f"{_NOT_MOVED} AND (attribute_not_exists(#opposed)"
                + (" OR attribute_exists(#readmitted))" if everyone else ")"),
                {"opposed": OPPOSED + advertiser},
            )
            try:
                self._table.transact([record, *counted])
            except TransactionRefused as refused:
                if not refused.failed:
                    raise
                if not self._is_moved(person, place):
                    self._said_again(place, advertiser, opposition.at)
                    return False
            else:
                return True
        raise StorageUnavailable("the ledger kept moving")

    def _said_again(self, place: str, advertiser: str, at: int) -> None:
        """Note that a no that stands was said again, later than all that is known of it."""
        later = "#opposed.#at < :at AND (attribute_not_exists(#opposed.#again) OR #opposed.#again < :at)"
        names = {"opposed": OPPOSED + advertiser}
        with suppress(ConditionFailed):
            said = _change(place, ", #opposed.#again = :at", {"at": at}, f"{_NOT_MOVED} AND {later}", names)
            self._table.update(said)

    def hold(self, person: str, advertiser: str, held: Held, *counted: Update) -> bool:
        """Let an advertiser's marketing to a person stand still, and count it. False where it does so already.

        A problem outlasts a doubt, and takes its place; the newest text is what it stands still for. Like an opposition
        it moves the version: no message that was decided without it is claimed any more.
        """
        for _ in range(_ATTEMPTS):
            ledger = self.get(person)
            known = ledger.held.get(advertiser)
            both = known.joined(held) if known else held
            if both == known:
                return False
            is_new = known is None or known.why != both.why
            values = {"held": asdict(both), "read": ledger.version}
            record = _change(ledger.person, ", #held = :held", values, _AS_READ, {"held": HELD + advertiser})
            with suppress(TransactionRefused):
                self._table.transact([record, *(counted if is_new else ())])
                return is_new
        raise StorageUnavailable("the ledger kept changing")

    def release_hold(self, person: str, advertiser: str, *counted: Update, of: Held | None = None) -> bool:
        """Let an advertiser's marketing to a person go on, and count it. False where it did not stand still.

        With `of` only where it stands still for just that: what the person has written since goes on holding it.
        """
        for _ in range(_ATTEMPTS):
            ledger = self.get(person)
            known = ledger.held.get(advertiser)
            if known is None or (of and known != of):
                return False
            names = {"held": HELD + advertiser}
            record = _change(ledger.person, " REMOVE #held", {"read": ledger.version}, _AS_READ, names)
            with suppress(TransactionRefused):
                self._table.transact([record, *counted])
                return True
        raise StorageUnavailable("the ledger kept changing")

    def come_back(self, person: str, advertiser: str, at: int) -> None:
        """Note that a person came back to an advertiser, where no no stands: one that was said before may come late."""
        for _ in range(_ATTEMPTS):
            ledger = self.get(person)
            if advertiser in ledger.opposed or ledger.readmitted.get(advertiser, 0) >= at:
                return
            values = {"readmitted": {**ledger.readmitted, advertiser: at}, "read": ledger.version}
            with suppress(ConditionFailed):
                self._table.update(_change(ledger.person, ", #readmitted = :readmitted", values, _AS_READ))
                return
        raise StorageUnavailable("the ledger kept changing")

    def narrow(self, person: str, advertiser: str, wish: Wish, counted: Update) -> bool:
        """Record what a person asks to get less of, and count it. False where that holds already.

        Like an opposition it moves the version: no message that was decided without it is claimed any more.
        """
        for _ in range(_ATTEMPTS):
            ledger = self.get(person)
            known = ledger.wishes.get(advertiser, Wish(wish.at))
            both = known.narrowed(wish)
            if (both.every_ms, both.without) == (known.every_ms, known.without):
                return False
            values = {"wish": asdict(both), "read": ledger.version}
            record = _change(ledger.person, ", #wish = :wish", values, _AS_READ, {"wish": WISH + advertiser})
            with suppress(TransactionRefused):
                self._table.transact([record, counted])
                return True
        raise StorageUnavailable("the ledger kept changing")

    def widen(self, person: str, advertiser: str) -> None:
        """Forget a wish: the person, known by a code to the phone, wants everything again, or was erased."""
        for _ in range(_ATTEMPTS):
            place = self._places.place(person)
            try:
                self._table.update(_change(place, " REMOVE #wish", names={"wish": WISH + advertiser}))
            except ConditionFailed:
                self._is_moved(person, place)
            else:
                return
        raise StorageUnavailable("the ledger kept moving")

    def get_all(self, people: Iterable[str]) -> dict[str, Ledger]:
        """The ledgers of up to 100 people, in one call."""
        places = {person: self._places.place(person) for person in people}
        found = self._table.get_many(map(keys.ledger, places.values()))
        ledgers = {}
        for person, place in places.items():
            item = found.get(keys.ledger(place))
            is_moved = item is not None and "moved" in item
            ledgers[person] = self._known(person, place) if is_moved else from_item(item) if item else Ledger(place)
        return ledgers

    def remember(self, person: str, sends: Iterable[Send], now: int) -> int:
        """Add sends that another tool made, those of the last 31 days. Returns how many were new.

        Raises StorageUnavailable where the ledger kept changing.
        """
        told = {send.message: send for send in sends if now - LONGEST_WINDOW < send.at <= now}
        for _ in range(_ATTEMPTS):
            ledger = self.get(person)
            known = {send.message for send in ledger.sends}
            new = [send for message, send in told.items() if message not in known]
            if not new:
                return 0
            kept = sorted((*ledger.sends, *new), key=lambda send: send.at)[-MOST_SENDS:]
            with suppress(ConditionFailed):
                values = {"sends": [asdict(send) for send in kept], "read": ledger.version}
                self._table.update(_change(ledger.person, ", #sends = :sends", values, _AS_READ))
                return len(new)
        raise StorageUnavailable("the ledger kept changing")

    def forget_sends(self, person: str, advertiser: str) -> None:
        """Forget what an advertiser sent to a person. The no that the person said stays."""
        for _ in range(_ATTEMPTS):
            ledger = self.get(person)
            kept = [asdict(send) for send in ledger.sends if send.advertiser != advertiser]
            if len(kept) == len(ledger.sends):
                return
            with suppress(ConditionFailed):
                self._table.update(
                    Update(
                        keys.ledger(ledger.person),
                        "SET #sends = :kept ADD #version :one",
                        {"kept": kept, "one": 1, "read": ledger.version},
                        condition="#version = :read",
                    )
                )
        raise StorageUnavailable("the ledger kept changing")


def moved(ledger: Ledger) -> Update:
    """The write that moves a ledger's version: no claim that was decided from an older state can succeed any more."""
    return _change(ledger.person)


def unmoved(ledger: Ledger) -> Update:
    """The write that changes nothing, on condition that the ledger is as it was read: nobody has said no since."""
    return Update(
        keys.ledger(ledger.person),
        "SET #type = :type, #v = :v, #person = :person, #version = :read",
        {"type": "ledger", "v": 1, "person": ledger.person, "read": ledger.version},
        condition=_AS_READ,
    )


def readmit(ledger: Ledger, advertiser: str, at: int) -> Update:
    """The write that takes back a person's no to one advertiser, on condition that the ledger is as it was read.

    A no to everyone stays in force for all others. The caller has made sure that it is the person who asks.
    """
    return Update(
        keys.ledger(ledger.person),
        "SET #readmitted = :readmitted REMOVE #opposed ADD #version :one",
        {"readmitted": {**ledger.readmitted, advertiser: at}, "one": 1, "read": ledger.version},
        condition="#version = :read",
        names={"opposed": OPPOSED + advertiser},
    )


def claim(ledger: Ledger, send: Send) -> Update:
    """The write that adds a send, on condition that the ledger is still as it was read.

    A message that is in the ledger already is counted once, at the newer time.
    """
    kept = [past for past in ledger.sends if past.at > send.at - _REMEMBERED and past.message != send.message]
    return Update(
        keys.ledger(ledger.person),
        "SET #type = :type, #v = :v, #person = :person, #sends = :sends, #version = :next",
        {
            "type": "ledger",
            "v": 1,
            "person": ledger.person,
            "sends": [asdict(past) for past in (*kept, send)[-MOST_SENDS:]],
            "next": ledger.version + 1,
            "read": ledger.version,
        },
        condition="#version = :read" if ledger.version else _AS_READ,
    )


def release(ledger: Ledger, message: str) -> Update:
    """The write that takes a send back which never left, on condition that the ledger is still as it was read."""
    return Update(
        keys.ledger(ledger.person),
        "SET #sends = :sends ADD #version :one",
        {
            "sends": [asdict(send) for send in ledger.sends if send.message != message],
            "one": 1,
            "read": ledger.version,
        },
        condition="#version = :read",
    )


def _change(
    place: str,
    change: str = "",
    values: Mapping[str, Any] = MappingProxyType({}),
    condition: str = _NOT_MOVED,
    names: Mapping[str, str] = MappingProxyType({}),
) -> Update:
    """A write that moves a ledger's version. `change` goes on with what is set."""
    return Update(
        keys.ledger(place),
        f"SET #type = :type, #v = :v, #person = :person{change} ADD #version :one",
        {"type": "ledger", "v": 1, "person": place, "one": 1, **values},
        condition,
        names,
    )
