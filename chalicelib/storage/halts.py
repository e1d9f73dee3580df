"""What stands still: marketing to everybody or of one advertiser, or all that one of its campaigns sends.

Whoever sends asks before each SMS. An answer is kept for five seconds in each container, so that a halt holds
everywhere within ten; a halt that cannot be read is an error, and nothing is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from chalicelib.clock import SECOND
from chalicelib.storage import keys
from chalicelib.storage.codec import Item
from chalicelib.storage.counters import count
from chalicelib.storage.kept import Kept
from chalicelib.storage.table import Put, Table, TransactionRefused, Update

EVERYTHING = "*"
HOLDS_WITHIN = 10 * SECOND
"""After this a halt, or its end, is known to every container."""


@dataclass(frozen=True, slots=True)
class Halt:
    """That a scope stands still. `scope` is EVERYTHING, an advertiser's id, or `<advertiser>#<campaign>`."""

    scope: str
    at: int
    by: str
    """`operator`, an advertiser's id, or `stop_rate`: that too many people said STOP."""
    why: str = ""


def scope_of(advertiser: str | None = None, campaign: str | None = None) -> str:
    """The name of a scope."""
    return f"{advertiser}#{campaign}" if campaign else advertiser or EVERYTHING


def halts_of(advertiser: str, campaign: str) -> list[keys.Key]:
    """Where the halts are that may hold for a campaign's SMS, the widest first."""
    return [keys.halt(scope) for scope in (EVERYTHING, advertiser, scope_of(advertiser, campaign))]


class Halts:
    """Halts and their ends."""

    def __init__(self, table: Table, kept: Kept) -> None:
        self._table = table
        self._kept = kept

    def against(self, advertiser: str, campaign: str, *, marketing: bool = True) -> Halt | None:
        """The halt that holds for a campaign's SMS, the widest first; None where it may go on.

        The wide ones are about marketing. A campaign's own holds whatever it sends.
        """
        asked = halts_of(advertiser, campaign)
        self._kept.ahead(asked)
        holding = asked if marketing else asked[-1:]
        return next((halt for key in holding if (item := self._kept.get(key)) and (halt := _standing(item))), None)

    def read(self, scope: str) -> Halt | None:
        """The halt of exactly this scope, as it is now."""
        item = self._table.get(keys.halt(scope))
        return _standing(item) if item else None

    def read_all(self, scopes: Sequence[str]) -> dict[str, Halt]:
        """Those of several scopes that stand still, as they are now."""
        found = self._table.get_many([keys.halt(scope) for scope in scopes])
        standing = [halt for item in found.values() if (halt := _standing(item))]
        return {halt.scope: halt for halt in standing}

    def ended_at(self, scope: str) -> int:
        """When the scope went on last; 0 where it never stood still."""
        item = self._table.get(keys.halt(scope))
        return int(item.get("ended_at", 0)) if item else 0

    def halt(self, halt: Halt) -> bool:
        """Let a scope stand still, and count it. False where it did already: the first halt stands."""
        item = {"type": "halt", "v": 1} | asdict(halt)
        put = Put(keys.halt(halt.scope), item, "attribute_not_exists(pk) OR attribute_exists(#ended_at)")
        return self._change(put, halt.scope, halt.at, "halted")

    def resume(self, scope: str, at: int) -> bool:
        """Let a scope go on. False where it did not stand still."""
        standing = "attribute_exists(pk) AND attribute_not_exists(#ended_at)"
        ended = Update(keys.halt(scope), "SET #ended_at = :at", {"at": at}, standing)
        return self._change(ended, scope, at, "resumed", Put(keys.RESUMED, {"type": "resumed", "v": 1, "at": at}))

    def resumed_at(self) -> int:
        """When any scope went on last; 0 where none ever stood still."""
        item = self._table.get(keys.RESUMED)
        return int(item["at"]) if item else 0

    def _change(self, write: Put | Update, scope: str, at: int, name: str, *beside: Put) -> bool:
        self._kept.forget(keys.halt(scope))
        try:
            self._table.transact([write, count(scope.partition("#")[0], scope, at, name), *beside])
        except TransactionRefused as refused:
            if not refused.failed:
                raise
            return False
        return True


def _standing(item: Item) -> Halt | None:
    return None if "ended_at" in item else Halt(item["scope"], item["at"], item["by"], item["why"])
