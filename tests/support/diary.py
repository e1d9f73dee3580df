"""What shoppers did and were sent, written down beside the service, and held against what it promises."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import holidays

from chalicelib.clock import MINUTE, SECOND
from chalicelib.journeys.enrolling import held_out
from chalicelib.sms_providers.contract import Sms
from chalicelib.storage.contacts import Purpose
from chalicelib.storage.messages import Message
from tests.support.onslaught import PARIS, in_alsace

Whom = tuple[str, str]
"""An advertiser and a person."""
_PURPOSE: dict[str, Purpose] = {"marketing": "sms_marketing", "notification": "sms_notification"}
_FRANCE = holidays.country_holidays("FR")
_ALSACE = holidays.country_holidays("FR", subdiv="6AE")


@dataclass(frozen=True, slots=True)
class Done:
    """A thing that a person did, and the diary's number when the service had accepted it."""

    at: int
    number: int
    event: str = ""
    visitor: str | None = None
    named: bool = True
    """Whether the person is known by it, and not only the browser."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One SMS at the provider."""

    sms: Sms
    at: int
    begun: int
    """The diary's number when its order was taken up."""
    number: int
    """And at its handing over, which follows its claim at once."""


@dataclass
class Diary:
    """Its numbers put everything in the order in which it happened: one thing at a time happens here."""

    accepted: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Site and event name."""
    followed: dict[str, int] = field(default_factory=dict)
    """When the stream's consumers had drawn an event's consequences."""
    fillings: defaultdict[Whom, list[Done]] = field(default_factory=lambda: defaultdict(list))
    purchases: defaultdict[Whom, list[Done]] = field(default_factory=lambda: defaultdict(list))
    replies: defaultdict[Whom, list[Done]] = field(default_factory=lambda: defaultdict(list))
    reviews: defaultdict[Whom, list[Done]] = field(default_factory=lambda: defaultdict(list))
    noes: dict[Whom, int] = field(default_factory=dict)
    said: defaultdict[tuple[str, str, Purpose], list[tuple[int, bool]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    sent: list[Sent] = field(default_factory=list)
    number: int = 0
    begun: int = 0

    def next(self) -> int:
        """The number of what has just happened."""
        self.number += 1
        return self.number

    def agreed(self, whom: Whom, purpose: Purpose, until: int | None = None) -> bool:
        """Whether the last word before a moment was a yes."""
        words = [given for number, given in self.said[*whom, purpose] if until is None or number < until]
        return bool(words) and words[-1]

    def faults(self, sent: Sent, message: Message, holdouts: dict[str, int]) -> Iterable[str]:
        """What is wrong with an SMS that was sent (P4)."""
        whom = message.advertiser, message.person
        if message.journey == "stop_confirmation":
            if self.noes.get(whom, sent.number + 1) > sent.number:
                yield "a confirmation of no STOP"
            return
        if wrong := _hour(sent):
            yield wrong
        if not self.agreed(whom, _PURPOSE[message.message_class], sent.number):
            yield "no consent"
        if message.journey in ("cart", "browse") and not self.agreed(whom, "matching", sent.number):
            yield "no consent to matching"
        if self.noes.get(whom, sent.number) < sent.number:
            yield "after a no"
        if held_out(message.person, message.campaign or "", holdouts.get(message.campaign or "", 0)):
            yield "held out"
        if message.journey == "cart":
            yield from self._pointless(sent, message)
        if message.journey == "review" and any(self._known(done, sent) for done in self.reviews[self._of(message)]):
            yield "reviewed already"

    def _pointless(self, sent: Sent, message: Message) -> Iterable[str]:
        """A cart's SMS after a purchase or a reply, where nothing was put in the cart since."""
        whom = message.advertiser, message.person
        filled = [done.at for done in self.fillings[whom] if done.number < sent.begun]
        for bought in self.purchases[whom]:
            seen = bought.visitor == message.visitor and bought.number < sent.begun
            if (seen or self._known(bought, sent)) and not any(at > bought.at for at in filled):
                yield f"after the purchase of {(sent.at - bought.at) / MINUTE:.0f} minutes before"
        for replied in self.replies[whom]:
            if replied.number < sent.number and not any(at > replied.at for at in filled):
                yield f"after the reply of {(sent.at - replied.at) / MINUTE:.0f} minutes before"

    def _known(self, done: Done, sent: Sent) -> bool:
        return done.named and self.followed.get(done.event, sent.number) < sent.number

    def _of(self, message: Message) -> Whom:
        """The order that a message is about, in the place of a person."""
        return message.advertiser, str((message.enrolment or {}).get("subject")).partition("#")[2]


def _hour(sent: Sent) -> str | None:
    local = datetime.fromtimestamp(sent.at / SECOND, PARIS)
    if sent.sms.message_class == "notification":
        return None if 7 <= local.hour < 22 else f"a notification at {local}"
    calendar = _ALSACE if in_alsace(sent.sms.to) else _FRANCE
    closed = local.weekday() == 6 or local.date() in calendar
    return None if 8 <= local.hour < 20 and not closed else f"marketing at {local}"
