"""Ends what lets marketing stand still for a conversation, once its thread asks for that no more."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.storage.counters import count
from chalicelib.storage.ledger import HeldWhy
from chalicelib.storage.ledgers import Ledgers
from chalicelib.storage.threads import Thread

FLAGS: Mapping[HeldWhy, str] = {"doubtful_stop": "stop_doubtful", "problem": "problem"}
"""The flag that a thread has for as long as nobody has dealt with it."""


def let_go(ledgers: Ledgers, thread: Thread, now: int) -> None:
    """Let the advertiser's marketing to the person go on where the thread is not flagged with what it waits for.

    Not for a text that is not in the thread yet: the hold comes before its text, so that nothing leaves between them.
    Raises StorageUnavailable.
    """
    held = ledgers.get(thread.person).held.get(thread.advertiser)
    if held and held.at <= thread.last_in_at and FLAGS[held.why] not in thread.flags:
        counted = count(thread.advertiser, thread.id, now, f"hold.released.{held.why}")
        ledgers.release_hold(thread.person, thread.advertiser, counted, of=held)
