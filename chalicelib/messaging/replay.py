"""One person's messages decided again, in the order of time, by the dispatch's own deciders, under any settings. Pure.

What is no cap and no hours stays as it was: when a message was asked for, what else held it, what the person said.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.messaging.decide import Defer, Facts, Permit, Refuse, Send, Where, moment
from chalicelib.messaging.past import SENT, Fate, Past
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.caps import CapRule
from chalicelib.storage.contacts import Consent, Contact
from chalicelib.storage.ledger import Ledger
from chalicelib.storage.ledger import Send as Sent
from chalicelib.storage.messages import Message


@dataclass(frozen=True, slots=True)
class Asked:
    """A message that was asked for, and its way."""

    message: Message
    past: Past


@dataclass(frozen=True, slots=True)
class Person:
    """Whom an advertiser meant to write to, with the ledger as it is now."""

    contact: Contact
    where: Where
    ledger: Ledger
    asked: tuple[Asked, ...]

    def without_others(self, advertiser: str) -> Person:
        """As if nobody else had sent anything to the phone."""
        own = tuple(send for send in self.ledger.sends if send.advertiser == advertiser)
        return replace(self, ledger=replace(self.ledger, sends=own))


def replay(person: Person, advertiser: Advertiser, operator_caps: tuple[CapRule, ...], until: int) -> dict[str, Fate]:
    """What would have become of each message by `until` (epoch ms), under the settings that `advertiser` has."""
    return _Replay(person, advertiser, operator_caps, until).run()


class _Replay:
    def __init__(self, person: Person, advertiser: Advertiser, operator_caps: tuple[CapRule, ...], until: int) -> None:
        self._person = person
        self._advertiser = advertiser
        self._operator_caps = operator_caps
        self._until = until
        mine = {asked.message.id for asked in person.asked}
        self._others = [send for send in person.ledger.sends if send.message not in mine]
        self._sends: list[Sent] = []
        self._waited_for: dict[str, str] = {}

    def run(self) -> dict[str, Fate]:
        # Of messages that were looked at in one moment, those that left come first: the others met them in the ledger.
        asked = self._person.asked
        turns = [(one.past.asked_at, one.past.fate.outcome not in SENT, place) for place, one in enumerate(asked)]
        heapq.heapify(turns)
        fates: dict[str, Fate] = {}
        while turns:
            at, later, place = heapq.heappop(turns)
            became = self._look(asked[place], at)
            if isinstance(became, Fate):
                fates[asked[place].message.id] = became
            else:
                heapq.heappush(turns, (max(became, at + 1), later, place))
        return fates

    def _look(self, asked: Asked, at: int) -> Fate | int:
        """What becomes of a message at a moment, or when it is looked at again."""
        message, past = asked.message, asked.past
        if at >= self._until:
            return Fate("waiting", at, self._waited_for.get(message.id))
        if at >= message.expires_at:
            return Fate("dropped" if message.id in self._waited_for else "other", at, "expired")
        hold = past.hold(at)
        if hold and not hold.at_gate:
            return self._held(hold.until, hold.reason, message, at)
        if self._opposed(message, at):
            return Fate("other", at, "opposed")
        decision = self._decide(message, at)
        match decision:
            case Refuse():
                dropped = decision.reason in ("cap_past_expiry", "hours_past_expiry")
                return Fate("dropped" if dropped else "refused", at, decision.reason)
            case Defer():
                self._waited_for.setdefault(message.id, decision.reason)
                return past.looked_at(decision.until, at)
            case Send() if hold:
                return self._held(hold.until, hold.reason, message, at)
            case Send():
                self._sends.append(decision.counted)
                waited_for = self._waited_for.get(message.id)
                return Fate("sent_later" if waited_for else "sent", at, waited_for)

    def _held(self, until: int | None, reason: str, message: Message, at: int) -> Fate | int:
        if until is not None:
            return until
        return Fate("dropped" if reason == "expired" and message.id in self._waited_for else "other", at, reason)

    def _opposed(self, message: Message, at: int) -> bool:
        no = self._person.ledger.opposition(message.advertiser)
        return no is not None and no.at <= at

    def _decide(self, message: Message, at: int) -> Send | Defer | Refuse:
        ledger = self._person.ledger
        then = replace(
            ledger,
            sends=(*(send for send in self._others if send.at <= at), *self._sends),
            wishes={whose: wish for whose, wish in ledger.wishes.items() if wish.at <= at},
            held={},  # What waited for an answer to be read is a hold of its history.
        )
        facts = Facts(
            message,
            self._advertiser,
            None,
            self._person.contact,
            then,
            purchased=False,
            operator_caps=self._operator_caps,
        )
        permitted = Permit(self._person.contact, self._advertiser, None, consent=_consent_of(message.decision))
        return moment(permitted, facts, parts_of(message), self._person.where, at)


def parts_of(message: Message) -> int:
    """Of its text, as the sender saw it last."""
    sms: Mapping[str, Any] = message.decision.get("sms") or {}
    return int(sms.get("parts", message.parts))


def _consent_of(decision: Mapping[str, Any]) -> Consent | None:
    """The consent by which it was decided."""
    seen = decision.get("consent")
    return Consent(**{name: seen[name] for name in Consent._fields if name in seen}) if seen else None
