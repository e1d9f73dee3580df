"""Gives a claimed message to the provider and notes what came of it: state, count and caps in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from chalicelib.clock import Clock
from chalicelib.errors import StorageUnavailable
from chalicelib.logs import log, log_failure
from chalicelib.messaging import outcomes, states
from chalicelib.messaging.outcomes import Outcome
from chalicelib.sms_providers.contract import Accepted, FailureKind, Provider, SendError, Sms
from chalicelib.sms_providers.prices import Money
from chalicelib.storage import cohorts, ledgers, participants, receipts
from chalicelib.storage.contacts import Contacts
from chalicelib.storage.counters import count
from chalicelib.storage.halts import scope_of
from chalicelib.storage.ledger import Opposition
from chalicelib.storage.ledgers import Ledgers
from chalicelib.storage.messages import Message, Messages, State, Step, move
from chalicelib.storage.table import TransactionRefused, Update, Write

NEWEST_MARKETING = "marketing_sent"
"""Under this an advertiser's counters know when its last marketing SMS left: after a stop, somebody looks."""
_ROUNDS = 12
CLAIMED: frozenset[State] = frozenset({"sending", "unknown"})
"""A message in one of these may be with the provider."""


class HandOver:
    """What follows a claim. Nothing here is ever repeated by the queue."""

    def __init__(
        self,
        *,
        messages: Messages,
        ledgers: Ledgers,
        contacts: Contacts,
        provider: Provider,
        clock: Clock,
        word_within: int,
    ) -> None:
        self.provider = provider
        self.word_within = word_within
        self._messages = messages
        self._ledgers = ledgers
        self._contacts = contacts
        self._clock = clock

    def give(self, message: Message, sms: Sms, claim: str, price: Money | None, undo: Sequence[Write] = ()) -> str:
        """Call the provider once, for a message that was claimed as it was read; the state that it has then.

        `price` is what it costs if it is taken, None where nobody knows. `undo` gives back what was taken with the
        claim, where the provider says for certain that it has not left.
        """
        facts: dict[str, Any] = {}
        beside: list[Write] = []
        given_back: Sequence[Write] = ()
        try:
            answer = self.provider.send(sms)
        except SendError as error:
            outcome = outcomes.refused(message, error.kind, self._clock.now())
            self._heed(message, error.kind)
            given_back = undo if outcome.released else ()
        except Exception as error:  # noqa: BLE001 - whatever it was, the SMS may have left
            log_failure("no_answer", error, message=message.id)
            outcome = outcomes.no_answer(
                message, self._clock.now(), idempotent=self.provider.idempotent, word_within=self.word_within
            )
        else:
            outcome = outcomes.taken()
            facts = {"provider": answer.provider, "provider_id": answer.provider_id, "sent_at": self._clock.now()}
            beside = [*_own_id(message, answer, self._clock.now()), *self._sent_for(message)]
        written = replace(message, parts=sms.parts, price=asdict(price) if price else None)
        return self.note(written, outcome, facts, claim, beside, given_back)

    def note(
        self,
        message: Message,
        outcome: Outcome,
        facts: dict[str, Any] | None = None,
        claim: str | None = None,
        beside: Sequence[Write] = (),
        given_back: Sequence[Write] = (),
    ) -> str:
        """Move a message to an outcome and count it, and give back its promo code where that can be done.

        `unknown` where the outcome could not be noted: its lease ends later.

        That a provider took it is true whoever has claimed it since; anything else is said of this claim alone.
        """
        facts = dict(facts or {}) | ({} if outcome.due_at is None else {"version": message.version + 1})
        now = self._clock.now()
        name = f"message.{outcome.state}.{outcome.reason}" if outcome.reason else f"message.{outcome.state}"
        moved = partial(
            move,
            message.id,
            states.sources(outcome.state, CLAIMED),
            Step(outcome.state, now, outcome.reason),
            due_at=outcome.due_at,
            version=None if claim else message.version,
            claim=None if outcome.state == "sent" else claim,
        )
        newest = NEWEST_MARKETING if outcome.state == "sent" and message.message_class == "marketing" else None
        counted = count(message.advertiser, message.id, now, name, newest=newest)
        beside = [counted, *_of_its_hour(message, outcome), *beside]
        writes = [moved(facts=facts), *beside]
        giving_back = [moved(facts=facts | {"promo": None}), *beside, *given_back] if given_back else writes
        try:
            self._commit(giving_back, writes, message, released=outcome.released)
        except (TransactionRefused, StorageUnavailable) as error:
            # It was handed over all the same: trying the whole again would be to send it twice.
            log_failure("outcome_not_noted", error, message=message.id)
            return "unknown"
        log(f"message_{outcome.state}", message=message.id, advertiser=message.advertiser, reason=outcome.reason)
        return outcome.state

    def _sent_for(self, message: Message) -> list[Update]:
        """What its campaign has sent, the measure of how many say no (messaging/stop_watch.py); its arm too."""
        scope, now = scope_of(message.advertiser, message.series), self._clock.now()
        return [count(scope, message.id, now, "message.sent"), *participants.sent(message, now)]

    def _commit(self, giving_back: list[Write], least: list[Write], message: Message, *, released: bool) -> None:
        """With the release of its place under the caps. Other sends to the person move the ledger meanwhile.

        What cannot be given back stays taken, too few rather than too many: it must not keep the outcome from being
        noted, since the message would then be held for one that may have left.
        """
        for _ in range(_ROUNDS if released else 0):
            ledger = self._ledgers.get(message.person)
            try:
                self._messages.commit([*giving_back, ledgers.release(ledger, message.id)])
            except TransactionRefused as refused:
                if 0 in refused.failed:
                    raise
                if giving_back is not least and any(place < len(giving_back) for place in refused.failed):
                    log("promo_not_given_back", message=message.id, advertiser=message.advertiser)
                    giving_back = least
            else:
                return
        self._messages.commit(least)

    def _heed(self, message: Message, kind: FailureKind) -> None:
        """What a refusal says about the person, or about the operator's account."""
        now = self._clock.now()
        try:
            if kind == "opted_out":
                counted = count(message.advertiser, message.id, now, "opposed.carrier")
                self._ledgers.oppose(message.person, message.advertiser, Opposition(now, "carrier"), counted)
            elif kind == "invalid_number":
                self._contacts.unreachable(message.base, message.person, now)
        except (StorageUnavailable, TransactionRefused) as error:
            log_failure("refusal_not_heeded", error, message=message.id, kind=kind)


def _of_its_hour(message: Message, outcome: Outcome) -> list[Update]:
    """What an outcome counts among the messages of its hour. One that may have left is still on its way."""
    match outcome.state:
        case "sent":
            by = cohorts.taken(message)
        case "failed":
            by = {f"not_taken.{outcome.reason}": 1}
        case "expired" | "deferred":
            by = {f"{outcome.state}.{outcome.reason}": 1}
        case _:
            return []
    return [cohorts.of_message(message).moved(message.id, by)]


def _own_id(message: Message, answer: Accepted, now: int) -> list[Write]:
    """What a provider whose receipts do not name our id will be known by."""
    return [] if answer.echoes else [receipts.handed(answer.provider, answer.provider_id, message.id, now)]
