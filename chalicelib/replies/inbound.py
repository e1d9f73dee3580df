"""What people answer: STOP, which cannot wait, the opt-in by text, and any other word, which ends a journey."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from chalicelib.clock import Clock
from chalicelib.logs import log
from chalicelib.replies.keywords import Keywords
from chalicelib.sms_providers.contract import InboundText
from chalicelib.storage.counters import SERVICE, count
from chalicelib.storage.ledgers import EVERYONE, Ledgers, Opposition
from chalicelib.vault import Vault

if TYPE_CHECKING:
    from chalicelib.journeys.endings import Endings  # With the schema of journeys behind it: paid where it is needed.

# As people write it: in any case and dress, and with the number that the SMS says to send it to.
_STOP = re.compile(r"\W*STOP(?:\W+(?:AU\W+)?\d{5,6})?\W*", re.IGNORECASE)


class Inbound:
    """Acts on replies. A reply that is reported twice changes nothing the second time."""

    def __init__(self, ledgers: Ledgers, keywords: Keywords, endings: Endings, vault: Vault, clock: Clock) -> None:
        self._ledgers = ledgers
        self._keywords = keywords
        self._endings = endings
        self._vault = vault
        self._clock = clock

    def receive(self, reply: InboundText) -> bool:
        """Record an opposition or an opt-in where the reply is one; True then. Raises StorageUnavailable."""
        if not _STOP.fullmatch(unicodedata.normalize("NFKC", reply.text)):
            if self._keywords.receive(reply):
                return True
            self._endings.replied(self._vault.person(reply.phone), self._clock.now())
            return False
        person = self._vault.person(reply.phone)
        # A number may serve several advertisers, so the no goes to all that wrote to this phone lately; and to
        # everyone where none is on record, because a STOP must never be lost.
        senders = self._ledgers.get(person).written_by
        for advertiser in sorted(senders):
            self._oppose(person, advertiser, reply)
        owner = self._keywords.owner(reply.to)
        if owner and owner not in senders:
            self._oppose(person, owner, reply)  # Its confirmation of an opt-in is no send that is on record.
        log("stop_received", advertisers=len(senders | {owner} - {None}))
        return True

    def _oppose(self, person: str, advertiser: str, reply: InboundText) -> None:
        now = self._clock.now()
        scope = SERVICE if advertiser == EVERYONE else advertiser
        counted = count(scope, reply.id, now, "opposed.stop")
        self._ledgers.oppose(person, advertiser, Opposition(now, "stop"), counted)
