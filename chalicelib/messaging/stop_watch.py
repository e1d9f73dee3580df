"""Pauses a campaign that too many people answer with a no."""

from __future__ import annotations

from chalicelib.clock import DAY, HOUR, SECOND, Clock
from chalicelib.logs import log
from chalicelib.storage import keys
from chalicelib.storage.advertisers import Advertisers
from chalicelib.storage.counters import Counters, count
from chalicelib.storage.halts import Halt, Halts, scope_of
from chalicelib.storage.ledger import EVERYONE, Ledger, Send
from chalicelib.storage.opposition_log import Record
from chalicelib.storage.table import Put, Table, TransactionRefused

SENT, STOPPED = "message.sent", "stopped"
_LAST = 500
_ANSWERS = 7 * DAY
"""So long after an SMS a no is an answer to it."""
_OWN_WORD = frozenset({"stop", "unsubscribe", "carrier"})
"""How people say no to an SMS. An erasure or a list of another tool is no answer to one."""


def answered(ledger: Ledger, said: Record) -> Send | None:
    """The marketing SMS that a no answers: the last one of the advertiser within seven days, if any."""
    if said.kind != "opposed" or said.how not in _OWN_WORD:
        return None
    sends = [
        send
        for send in ledger.sends
        if send.message_class == "marketing"
        and said.scope in (send.advertiser, EVERYONE)
        and 0 <= said.at - send.at <= _ANSWERS
    ]
    return max(sends, key=lambda send: send.at, default=None)


def too_many(stopped: int, sent: int, percent: int) -> bool:
    """Whether more than `percent` of the last 500 said no. Of fewer sent it takes as many as of 500."""
    return percent > 0 and stopped * 100 > percent * max(sent, _LAST)


class StopWatch:
    """Follows oppositions as they come. One that is delivered twice is counted once."""

    def __init__(self, table: Table, counters: Counters, halts: Halts, advertisers: Advertisers, clock: Clock) -> None:
        self._table = table
        self._counters = counters
        self._halts = halts
        self._advertisers = advertisers
        self._clock = clock

    def follow(self, ledger: Ledger, said: Record) -> bool:
        """Count a no to a campaign; True where that pauses it."""
        send = answered(ledger, said)
        advertiser = self._advertisers.get(send.advertiser) if send else None
        if send is None or advertiser is None:
            return False
        scope = scope_of(send.advertiser, send.journey)
        self._count(scope, send, said)
        sent, stopped = self._lately(scope)
        if not too_many(stopped, sent, advertiser.safeguards.stop_percent):
            return False
        why = f"{stopped} of the last {sent} said no"
        paused = self._halts.halt(Halt(scope, self._clock.now(), "stop_rate", why))
        if paused:
            log("campaign_paused", advertiser=send.advertiser, campaign=send.journey, stopped=stopped, sent=sent)
        return paused

    def _count(self, scope: str, send: Send, said: Record) -> None:
        mark = Put(
            keys.stopped(scope, send.message),
            {"type": "stopped", "v": 1, "ttl": (said.at + 2 * _ANSWERS) // SECOND},
            "attribute_not_exists(pk)",
        )
        try:
            self._table.transact([mark, count(scope, send.message, said.at, STOPPED)])
        except TransactionRefused as refused:
            if not refused.failed:
                raise

    def _lately(self, scope: str) -> tuple[int, int]:
        """What was sent and answered with a no: over the last hours that hold 500 SMS, or a week.

        Who let a paused campaign go on knew of the noes before: they are not counted again.
        """
        now = self._clock.now()
        oldest = max(now - _ANSWERS, self._halts.ended_at(scope))
        sent = stopped = 0
        hour = now - now % HOUR
        while sent < _LAST and hour >= oldest:
            counts = self._counters.read(scope, hour, hour)
            sent, stopped = sent + counts.get(SENT, 0), stopped + counts.get(STOPPED, 0)
            hour -= HOUR
        return sent, stopped
