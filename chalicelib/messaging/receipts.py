"""What a provider's report does to a message, and to the person: late, twice or in any order, with the same end.

Of what may be said of one SMS the later stage wins, not the later report: delivered over failed over sent. A failure
that follows a delivery is counted and changes nothing; a delivery that follows a failure takes the failure back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from chalicelib.clock import HOUR, MINUTE, Clock
from chalicelib.errors import RelanceError
from chalicelib.logs import log
from chalicelib.messaging import states
from chalicelib.sms_providers.contract import Receipt
from chalicelib.storage import cohorts, participants
from chalicelib.storage import receipts as taken_receipts
from chalicelib.storage.counters import SERVICE, moved
from chalicelib.storage.halts import scope_of
from chalicelib.storage.ledger import Opposition
from chalicelib.storage.ledgers import Ledgers
from chalicelib.storage.messages import WAITING, Message, Messages, State, Step, ignored, move
from chalicelib.storage.number_checks import Checked, checked_now
from chalicelib.storage.receipts import Receipts
from chalicelib.storage.table import TransactionRefused, Write

_STAGE: Mapping[State, int] = {"sending": 0, "unknown": 0, "sent": 1, "failed": 2, "delivered": 3}
_PATIENCE = 10 * MINUTE
"""How long a report of a message that is not known is brought again: its hand-over may not have been noted yet."""
_ATTEMPTS = 6
_TAKEN, _FLAGGED = 0, 3
"""The positions of the write that takes the report, and of the contact's flag where the report is about the number."""

Outcome = Literal["applied", "ignored", "repeated", "unattributed"]


class NotYet(RelanceError):
    """The message is not at the stage that the report speaks of: bring it again."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What a report does."""

    step: Step | None = None
    """The message's move; None where it stands at that stage or a later one."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """By name, at the step's time."""
    takes_back: tuple[int, str] | None = None
    """When a failure was counted, and its reason, that a delivery has disproved."""
    sent: bool = False
    """Whether it says first that the provider had it."""
    number: Literal["invalid", "reachable"] | None = None
    """What is learnt of the phone's number."""
    opposes: bool = False
    """Whether the carrier holds a STOP of the person."""


def weigh(message: Message, receipt: Receipt, now: int) -> Effect:
    """What a report does to a message that was claimed. Pure.

    A number of no subscriber is held for invalid unless the SMS arrived, which proves the contrary. A STOP holds
    whatever else is said.
    """
    opposes = receipt.reason == "opted_out"
    number = _learnt(message, receipt)
    if _STAGE[receipt.state] <= _STAGE[message.state]:
        return Effect(counts={"receipt.ignored": 1}, number=number, opposes=opposes)
    at = min(max(receipt.at, message.created_at), now)
    name = f"message.{receipt.state}" + (f".{receipt.reason}" if receipt.reason else "")
    counts = {name: 1}
    sent = not message.sent_at
    if sent:
        counts["message.sent"] = 1  # The provider had it: nobody else will say so any more.
    back = next((step for step in reversed(message.history) if step.state == "failed"), None)
    takes_back = (back.at, str(back.reason)) if back and message.state == "failed" else None
    return Effect(Step(receipt.state, at, receipt.reason), counts, takes_back, sent, number, opposes)


def _learnt(message: Message, receipt: Receipt) -> Literal["invalid", "reachable"] | None:
    if receipt.reason == "unknown_subscriber":
        return "reachable" if message.state == "delivered" else "invalid"
    return "reachable" if receipt.state == "delivered" and message.state == "failed" else None


class ReceiptDesk:
    """Applies reports, each once."""

    def __init__(self, messages: Messages, receipts: Receipts, ledgers: Ledgers, clock: Clock) -> None:
        self._messages = messages
        self._receipts = receipts
        self._ledgers = ledgers
        self._clock = clock

    def apply(self, receipt: Receipt) -> Outcome:
        """Apply one report. Raises NotYet or StorageUnavailable: bringing it again is right."""
        flags = True
        for _ in range(_ATTEMPTS):
            message = self._message(receipt)
            try:
                return self._apply(message, receipt, flags=flags) if message else self._drop(receipt)
            except TransactionRefused as refused:
                if _TAKEN in refused.failed:
                    return "repeated"
                # The contact has gone, or its number was checked later.
                flags = flags and _FLAGGED not in refused.failed
                # Another report or the sender moved the message: look again.
        raise NotYet(receipt.event_id)

    def _message(self, receipt: Receipt) -> Message | None:
        message_id = receipt.message_id
        if message_id is None and receipt.provider_id is not None:
            message_id = self._receipts.message_of(receipt.provider, receipt.provider_id)
        message = self._messages.get(message_id) if message_id else None
        if message and message.state in WAITING:
            raise NotYet(message.id)  # It is to be handed over again, by the key that it was handed over with.
        if message_id is None and self._clock.now() - receipt.at < _PATIENCE:
            raise NotYet(receipt.event_id)
        return message if message and message.state in _STAGE else None

    def _apply(self, message: Message, receipt: Receipt, *, flags: bool) -> Outcome:
        now = self._clock.now()
        effect = weigh(message, receipt, now)
        if effect.opposes:
            if self._receipts.taken(receipt.provider, receipt.event_id):
                return "repeated"  # The person may have come back since.
            counted = moved(message.advertiser, message.id, now, {"opposed.carrier": 1})
            self._ledgers.oppose(message.person, message.advertiser, Opposition(now, "carrier"), counted)
        writes: list[Write] = [taken_receipts.take(receipt.provider, receipt.event_id, now)]
        if effect.step:
            facts: dict[str, Any] = {"provider": receipt.provider}
            if effect.sent:
                facts["sent_at"] = effect.step.at
            if receipt.provider_id:
                facts["provider_id"] = receipt.provider_id
            # From the very state that was weighed; the table of moves is asked all the same.
            allowed = [state for state in states.sources(effect.step.state) if state == message.state]
            writes.append(move(message.id, allowed, effect.step, facts=facts))
        else:
            writes.append(ignored(message.id, message.state))
        if effect.number and flags:  # With the report: of two copies the slower one takes nothing back.
            writes += checked_now(message.base, message.person, Checked(effect.number, None, receipt.provider, now))
        self._messages.commit([*writes, *_counted(message, effect, now)])
        outcome: Outcome = "applied" if effect.step else "ignored"
        log("receipt", message=message.id, provider=receipt.provider, state=receipt.state, outcome=outcome)
        return outcome

    def _drop(self, receipt: Receipt) -> Outcome:
        """A code or an answer to a keyword, whose ids are kept nowhere; an erased message; another stage's."""
        now = self._clock.now()
        counted = moved(SERVICE, receipt.event_id, now, {f"receipt.unattributed.{receipt.provider}": 1})
        self._messages.commit([taken_receipts.take(receipt.provider, receipt.event_id, now), counted])
        log("receipt", provider=receipt.provider, state=receipt.state, outcome="unattributed")
        return "unattributed"


def _counted(message: Message, effect: Effect, now: int) -> list[Write]:
    """The writes that count what a report does, for its campaign too where it says first that the SMS was sent."""
    at = effect.step.at if effect.step else now
    writes = [*_advertisers(message, effect, at), *_of_its_hour(message, effect)]
    if effect.sent:
        writes.append(moved(scope_of(message.advertiser, message.series), message.id, at, {"message.sent": 1}))
        writes += participants.sent(message, at)
    return writes


def _advertisers(message: Message, effect: Effect, at: int) -> list[Write]:
    """What the advertiser counts, and no longer counts of the failure that the report disproves."""
    if effect.takes_back is None:
        return [moved(message.advertiser, message.id, at, effect.counts)]
    counted_at, reason = effect.takes_back
    name = f"message.failed.{reason}"
    if counted_at // HOUR == at // HOUR:
        return [moved(message.advertiser, message.id, at, {**effect.counts, name: -1})]  # One item takes one write.
    return [
        moved(message.advertiser, message.id, at, effect.counts),
        moved(message.advertiser, message.id, counted_at, {name: -1}),
    ]


def _of_its_hour(message: Message, effect: Effect) -> list[Write]:
    """The write that counts it among the messages of its hour; none where it changes nothing."""
    if effect.step is None:
        return []
    by = cohorts.taken(message) if effect.sent else {}
    if effect.step.state != "sent":
        by[f"failed.{effect.step.reason}" if effect.step.state == "failed" else "delivered"] = 1
    if effect.takes_back:
        by[f"{'failed' if message.sent_at else 'not_taken'}.{effect.takes_back[1]}"] = -1
    return [cohorts.of_message(message).moved(message.id, by)]
