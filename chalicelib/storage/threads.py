"""Conversations: one thread for each person and advertiser, what was said in it, and an advertiser's list of them.

A text is taken once, by its id, and stands at the time at which it was written. What it asks for is judged by when it
came: nobody can have answered a text that had not come yet, so a late one waits like any other (docs/adr/0030).

A thread's row in its advertiser's list moves in the transaction that moves the thread, so the list is never wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, replace
from typing import Any

from chalicelib.clock import SECOND
from chalicelib.errors import StorageUnavailable
from chalicelib.ids import derived_id
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.conversation import (
    RETENTION,
    Heard,
    Said,
    State,
    Thread,
    waited,
    with_answer,
    with_heard,
)
from chalicelib.storage.conversation_counts import first_answer, standing, turned
from chalicelib.storage.counters import count
from chalicelib.storage.table import Delete, Put, Table, TransactionRefused, Update, Write

__all__ = ["Heard", "Said", "State", "Thread", "Threads"]

_ATTEMPTS = 6
_MARK = 1
"""The place in its transaction of the mark that a text was taken."""
_PAGES = 10
"""How many a list that is filtered looks at, before it says where it goes on."""


class Threads:
    """Storage of conversations. `sign` makes a keyed hash (hex) of a name. All raise StorageUnavailable."""

    def __init__(self, table: Table, sign: Callable[[str], str]) -> None:
        self._table = table
        self._sign = sign

    def id_of(self, advertiser: str, person: str) -> str:
        """The public id (`thr_…`) of a person's thread with an advertiser, whether there is one yet or not."""
        return derived_id("thr", self._sign(f"thread/{advertiser}/{person}"))

    def get(self, advertiser: str, person: str) -> Thread | None:
        """A person's thread with an advertiser."""
        return self.by_id(self.id_of(advertiser, person))

    def by_id(self, thread_id: str) -> Thread | None:
        """A thread; who asks has to see that its advertiser is theirs."""
        item = self._table.get(keys.thread(thread_id))
        return from_item(item) if item else None

    def of_person(self, person: str, advertisers: Iterable[str]) -> dict[str, Thread]:
        """A person's threads with up to 100 advertisers, in one call; there is none where they never talked."""
        wanted = {keys.thread(self.id_of(advertiser, person)): advertiser for advertiser in advertisers}
        return {wanted[key]: from_item(item) for key, item in self._table.get_many(wanted).items()}

    def of_contact(self, base: str, person: str) -> Iterator[Thread]:
        """The threads of a contact of a base."""
        for ref in self._references(base, person):
            thread = self.by_id(ref["thread"])
            if thread and thread.base == base:
                yield thread

    def advertisers_of(self, base: str, person: str) -> list[str]:
        """Whom a contact of a base has written to, also where the thread has ended since."""
        return [ref["sk"].removeprefix(keys.THREAD_PREFIX) for ref in self._references(base, person)]

    def _references(self, base: str, person: str) -> list[Item]:
        return list(self._table.query(keys.contact_partition(base, person), keys.THREAD_PREFIX, expired=True))

    def heard(self, heard: Heard, now: int, *names: str) -> Thread:
        """Take a text to its thread; the same text once more changes nothing. `names` are counted with it, once.

        Returns the thread as it stands then. A time ahead of `now` counts as `now`.
        """
        said = replace(heard.said, at=min(heard.said.at, now))
        thread_id = self.id_of(heard.advertiser, heard.person)
        for _ in range(_ATTEMPTS):
            known = self.by_id(thread_id)
            thread = with_heard(known, thread_id, heard, said)
            writes = [*_said(thread_id, said), _reference(thread)]
            if settled := self._settle(known, thread, writes, now, names):
                return settled
        raise StorageUnavailable("the thread kept changing")

    def said(
        self, thread_id: str, said: Said, now: int, *names: str, state: State | None = "open", seen: int | None = None
    ) -> Thread | None:
        """Take an answer to its thread, once by its id; None where there is no such thread.

        `state` is what it leaves the thread in, None for as it is. With `seen` (`texts` of the thread that was
        answered), a text that came since goes on waiting.
        """
        for _ in range(_ATTEMPTS):
            known = self.by_id(thread_id)
            if known is None:
                return None
            told = replace(said, waited_ms=waited(known, said))
            thread = with_answer(known, told, state, seen)
            counted = (*names, *first_answer(told.waited_ms, automatic=told.automatic))
            if settled := self._settle(known, thread, _said(thread_id, told), now, counted):
                return settled
        raise StorageUnavailable("the thread kept changing")

    def change(self, thread_id: str, change: Callable[[Thread], Thread], now: int, *names: str) -> Thread | None:
        """Change a thread by a pure function of how it stands; None where there is no such thread."""
        for _ in range(_ATTEMPTS):
            known = self.by_id(thread_id)
            if known is None or (changed := change(known)) == known:
                return known
            thread = replace(changed, version=known.version + 1)
            if settled := self._settle(known, thread, (), now, names):
                return settled
        raise StorageUnavailable("the thread kept changing")

    def in_state(
        self,
        advertiser: str,
        state: State,
        after: str = "",
        limit: int = 25,
        keep: Callable[[Thread], bool] = lambda _: True,
    ) -> tuple[list[Thread], str | None]:
        """An advertiser's threads in a state, the newest first, and where the list goes on; None at its end.

        `limit` is at most 100. Where `keep` leaves many out, a page may have fewer and go on all the same.
        """
        found: list[Thread] = []
        for _ in range(_PAGES):
            rows = list(
                self._table.query(
                    keys.inbox(advertiser),
                    f"{state}#",
                    newest_first=True,
                    limit=limit,
                    after=f"{state}#{after}" if after else "",
                )
            )
            heads = self._table.get_many(keys.thread(row["thread"]) for row in rows)
            for row in rows:
                after = row["sk"].removeprefix(f"{state}#")
                head = heads.get(keys.thread(row["thread"]))
                if head and head["state"] == state and keep(thread := from_item(head)):
                    found.append(thread)
                    if len(found) == limit:
                        return found, after
            if len(rows) < limit:
                return found, None
        return found, after

    def entries(self, thread_id: str, after: str = "", limit: int = 100, *, newest_first: bool = False) -> list[Said]:
        """What was said, in its order, behind a place."""
        behind = f"{keys.SAID_PREFIX}{after}" if after else ""
        items = self._table.query(
            keys.thread(thread_id)[0], keys.SAID_PREFIX, after=behind, limit=limit, newest_first=newest_first
        )
        return [_said_from(item) for item in items]

    def changes(self, advertiser: str) -> int:
        """A number that moves with whatever changes in an advertiser's conversations: one read."""
        item = self._table.get(keys.inbox_changes(advertiser))
        return int(item["number"]) if item else 0

    def forget(self, thread: Thread, now: int) -> None:
        """Take a thread away with all that was said: the head last, so that it can be run again."""
        head = keys.thread(thread.id)
        self._table.delete(Delete(_row(thread)))
        for key in self._table.keys_of(head[0]):
            if key != head:
                self._table.delete(Delete(key))
        self._table.transact([Delete(head), *standing(thread.advertiser, thread.id, now, thread.state, None)])
        self._changed(thread.advertiser, now)

    def _settle(
        self, known: Thread | None, thread: Thread, said: Iterable[Write], now: int, names: Iterable[str]
    ) -> Thread | None:
        """Make a move; None where somebody else has moved the thread, and it has to be decided again."""
        counts = [*names, *turned(known.state if known else None, thread.state)]
        writes = [_head(known, thread, now), *said, *_moves(known, thread, now)]
        if counts:
            writes.append(count(thread.advertiser, thread.id, now, *counts))
        try:
            self._table.transact(writes)
        except TransactionRefused as refused:
            if _MARK not in refused.failed:
                return None
            thread = self.by_id(thread.id) or thread  # What was said is there already.
        # Not in the transaction: every thread of the advertiser would wait for every other. It comes again with
        # whatever is done again.
        self._changed(thread.advertiser, now)
        return thread

    def _changed(self, advertiser: str, now: int) -> None:
        self._table.update(
            Update(
                keys.inbox_changes(advertiser),
                "SET #type = :type, #v = :v, #ttl = :ttl ADD #number :one",
                {"type": "inbox_changes", "v": 1, "ttl": (now + RETENTION) // SECOND, "one": 1},
            )
        )


def from_item(item: Item) -> Thread:
    """A thread as the table holds it."""
    known = {name: item[name] for name in Thread.__slots__ if name in item}
    return Thread(**known | {"tags": tuple(item["tags"]), "flags": frozenset(item["flags"])})


def _head(known: Thread | None, thread: Thread, now: int) -> Put:
    item: dict[str, Any] = {"type": "thread", "v": 1, "ttl": _ttl(thread.last_at)} | asdict(thread)
    item |= {"flags": sorted(thread.flags)}
    if known:
        return Put(keys.thread(thread.id), item, "#version = :read", {"read": known.version})
    return Put(keys.thread(thread.id), item, "attribute_not_exists(pk) OR #ttl <= :now", {"now": now // SECOND})


def _moves(known: Thread | None, thread: Thread, now: int) -> Iterable[Write]:
    """What moves with a thread: its row in the list, and how many stand in each state."""
    if known and _row(known) == _row(thread):
        return
    if known:
        yield Delete(_row(known))
    yield Put(_row(thread), {"type": "inbox_row", "v": 1, "thread": thread.id, "ttl": _ttl(thread.last_at)})
    yield from standing(thread.advertiser, thread.id, now, known.state if known else None, thread.state)


def _said(thread_id: str, said: Said) -> Iterable[Put]:
    """A text, and the mark that it was taken: whatever time it is told with when it is told again."""
    kept = {"v": 1, "ttl": _ttl(said.at)}
    yield Put(keys.said_once(thread_id, said.id), {"type": "said_once", **kept}, "attribute_not_exists(pk)")
    yield Put(keys.said(thread_id, said.place), {"type": "said", **kept, "thread": thread_id} | asdict(said))


def _said_from(item: Item) -> Said:
    return Said(**{name: item[name] for name in Said.__slots__ if name in item})


def _reference(thread: Thread) -> Put:
    """What leads from a contact to its thread, for an export or an erasure."""
    item = {"type": "thread_reference", "v": 1, "thread": thread.id, "ttl": _ttl(thread.last_at)}
    return Put(keys.thread_of(thread.base, thread.person, thread.advertiser), item)


def _row(thread: Thread) -> keys.Key:
    return keys.inbox_row(thread.advertiser, thread.state, thread.last_at, thread.id)


def _ttl(at: int) -> int:
    return (at + RETENTION) // SECOND
