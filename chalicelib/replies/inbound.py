"""What people answer. For now the one answer that cannot wait: STOP, and nothing else said."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from chalicelib.clock import Clock
from chalicelib.logs import log
from chalicelib.storage.counters import SERVICE, count
from chalicelib.storage.ledgers import EVERYONE, Ledgers, Opposition
from chalicelib.vault import Vault

# As people write it: in any case and dress, and with the number that the SMS says to send it to.
_STOP = re.compile(r"\W*STOP(?:\W+(?:AU\W+)?\d{5,6})?\W*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reply:
    """An SMS from a phone, as a provider reports it. In clear: it exists in memory only."""

    id: str
    """The provider's, the same when it reports twice."""
    phone: str
    """E.164."""
    to: str
    text: str


class Inbound:
    """Acts on replies. A reply that is reported twice changes nothing the second time."""

    def __init__(self, ledgers: Ledgers, vault: Vault, clock: Clock) -> None:
        self._ledgers = ledgers
        self._vault = vault
        self._clock = clock

    def receive(self, reply: Reply) -> bool:
        """Record an opposition where the reply is one; True then."""
        if not _STOP.fullmatch(unicodedata.normalize("NFKC", reply.text)):
            return False
        person = self._vault.person(reply.phone)
        # A number may serve several advertisers, so the no goes to all that wrote to this phone lately; and to
        # everyone where none is on record, because a STOP must never be lost.
        senders = {send.advertiser for send in self._ledgers.get(person).sends} or {EVERYONE}
        now = self._clock.now()
        for advertiser in sorted(senders):
            scope = SERVICE if advertiser == EVERYONE else advertiser
            counted = count(scope, reply.id, now, "opposed.stop")
            self._ledgers.oppose(person, advertiser, Opposition(now, "stop"), counted)
        log("stop_received", advertisers=len(senders))
        return True
