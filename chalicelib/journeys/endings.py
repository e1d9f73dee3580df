"""Ends and resumes journeys by what a person says: a reply to an SMS, a no to its advertiser, the last word."""

from __future__ import annotations

from chalicelib.journeys.definition import ExitName
from chalicelib.journeys.enroller import Enroller
from chalicelib.journeys.experiments import Experiments
from chalicelib.messaging.responses import Responses
from chalicelib.storage.advertisers import Advertisers
from chalicelib.storage.ledger import EVERYONE, Ledger, Send
from chalicelib.storage.ledgers import Ledgers
from chalicelib.storage.messages import Message, Messages
from chalicelib.storage.opposition_log import Record


class Endings:
    """Finds the contact by the last SMS: what is said names a phone, and a ledger only its lasting name."""

    def __init__(
        self,
        ledgers: Ledgers,
        messages: Messages,
        advertisers: Advertisers,
        enroller: Enroller,
        experiments: Experiments,
        responses: Responses,
    ) -> None:
        self._ledgers = ledgers
        self._messages = messages
        self._advertisers = advertisers
        self._enroller = enroller
        self._experiments = experiments
        self._responses = responses

    def replied(self, message: Message, intent: str, at: int) -> None:
        """A text came that answers an SMS: its journey knows what was answered, and may end by it."""
        self._enroller.answered(message, intent)
        if advertiser := self._advertisers.get(message.advertiser):
            self._enroller.end(message.base, message.person, advertiser, "reply", at)
        self._experiments.answered(message.id, "replied", at)
        self._responses.replied(message, at)

    def closed(self, base: str, person: str, advertiser: str) -> None:
        """A conversation was closed: what waited for its end goes on."""
        if known := self._advertisers.get(advertiser):
            self._enroller.resume(base, person, known)

    def opposed(self, ledger: Ledger, said: Record) -> None:
        """A no was recorded. Nothing is sent after it anyway; this is so that nobody is counted as waiting."""
        if said.kind != "opposed":
            return
        writers = {send.advertiser for send in ledger.sends if said.scope in (send.advertiser, EVERYONE)}
        for advertiser in sorted(writers):
            if last := _last(ledger, advertiser):
                self._end(last, "unsubscribe", said.at)

    def _end(self, send: Send, on: ExitName, at: int) -> None:
        message, advertiser = self._messages.get(send.message), self._advertisers.get(send.advertiser)
        if message and advertiser:
            self._enroller.end(message.base, message.person, advertiser, on, at)


def _last(ledger: Ledger, advertiser: str | None = None) -> Send | None:
    sends = [send for send in ledger.sends if advertiser in (None, send.advertiser)]
    return max(sends, key=lambda send: send.at, default=None)
