"""Sends one message that is due: read, decide, claim, hand over, note. At most once, whatever happens between.

The claim is one transaction: the message leaves the queue, the person's ledger takes the send at the version that the
decision was read from, and the personal link comes into being. Nobody else can have claimed the message, and no cap
can have been passed or opposition recorded in between. What happens after the claim is never repeated by the queue: a
worker that dies then leaves the message `sending`, and its lease ends in `unknown` (messaging/tick.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from chalicelib.audience.profile import Profile, open_profile, seal_profile
from chalicelib.clock import MINUTE, Clock
from chalicelib.errors import RelanceError, StorageUnavailable
from chalicelib.ids import random_token
from chalicelib.logs import log
from chalicelib.messaging import outcomes, states
from chalicelib.messaging.decide import (
    TOO_LATE,
    Defer,
    Facts,
    Permit,
    Refuse,
    Send,
    Where,
    held_back,
    moment,
    permit,
)
from chalicelib.messaging.evidence import evidence
from chalicelib.messaging.gate import Gate, NoPlace
from chalicelib.messaging.hand_over import HandOver
from chalicelib.messaging.outcomes import Outcome
from chalicelib.messaging.pace import wait_s
from chalicelib.messaging.read_ahead import ReadAhead
from chalicelib.messaging.recipients import place_of_contact
from chalicelib.messaging.signing import CountryBook
from chalicelib.messaging.writing import Writer, Written
from chalicelib.sms_providers.prices import Money
from chalicelib.storage import cohorts, ledgers
from chalicelib.storage.advertisers import Advertisers
from chalicelib.storage.caps import OperatorCaps
from chalicelib.storage.contacts import Contact, Contacts
from chalicelib.storage.counters import count
from chalicelib.storage.enrolments import Enrolments, still_in
from chalicelib.storage.events import Events
from chalicelib.storage.halts import Halt, Halts
from chalicelib.storage.ledger import Ledger
from chalicelib.storage.ledgers import Ledgers
from chalicelib.storage.messages import Message, Messages, State, Step, move, phone_place
from chalicelib.storage.send_queue import Order, SendQueue
from chalicelib.storage.table import TransactionRefused, Write
from chalicelib.storage.table_identity import TableIdentity
from chalicelib.vault import Vault

SENDING_LEASE = 5 * MINUTE
_ATTEMPTS = 12


class Contended(RelanceError):
    """Other sends to the same person kept coming first: try again later."""


class Dispatch:
    """The send queue's work."""

    def __init__(
        self,
        *,
        table_identity: TableIdentity,
        messages: Messages,
        contacts: Contacts,
        ledgers: Ledgers,
        events: Events,
        advertisers: Advertisers,
        enrolments: Enrolments,
        operator_caps: OperatorCaps,
        hand_over: HandOver,
        writer: Writer,
        countries: CountryBook,
        halts: Halts,
        ahead: ReadAhead,
        gate: Gate,
        queue: SendQueue,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._identity = table_identity
        self._messages = messages
        self._contacts = contacts
        self._ledgers = ledgers
        self._events = events
        self._advertisers = advertisers
        self._enrolments = enrolments
        self._operator_caps = operator_caps
        self._hand_over = hand_over
        self._writer = writer
        self._countries = countries
        self._halts = halts
        self._ahead = ahead
        self._gate = gate
        self._queue = queue
        self._vault = vault
        self._clock = clock

    def send(self, message_id: str, version: int, lease: int = 0) -> str:
        """Send a queued message, or record why not. Raises Contended or StorageUnavailable to be called again.

        Answers the state that it came to; `stale` for an order that is past; `halted` where nothing may be sent from
        the table, or marketing stands still as it did before: the order comes back when its lease has ended. `paced`
        where this second is full: the order is on the queue again, if the message still stands under its `lease`.
        """
        if halt := self._identity.halt():
            log("halted", reason=halt, message=message_id)
            return "halted"
        for _ in range(_ATTEMPTS):
            message = self._messages.get(message_id)
            if message is None or message.state not in ("queued", "unknown") or message.version != version:
                return "stale"
            try:
                return self._resume(message) if message.state == "unknown" else self._send(message)
            except NoPlace:
                return self._wait_for_place(message, lease)
            except TransactionRefused:
                continue  # The ledger, the message or the link's code moved on: read and decide anew.
        raise Contended(message_id)

    def _send(self, message: Message) -> str:
        self._ahead.of(message)
        if halt := self._halt(message):
            return self._stand_still(message, halt)
        facts, now = self._facts(message), self._clock.now()
        permitted = permit(facts, now)
        if isinstance(permitted, Refuse):
            return self._refuse(message, permitted, permitted)
        profile = open_profile(self._vault, permitted.contact)
        where = self._where(permitted, profile)
        written = self._writer.write(message, permitted, profile, where.place, now)
        if isinstance(written, str):
            return self._refuse(message, permitted, Refuse(written))
        decision = moment(permitted, facts, written.sms.parts, where, now)
        match decision:
            case Refuse():
                return self._refuse(message, permitted, decision, written)
            case Defer():
                return self._defer(message, permitted, decision, written)
            case Send():
                return self._go(message, permitted, facts.ledger, decision, written)

    def _go(self, message: Message, permitted: Permit, ledger: Ledger, decision: Send, written: Written) -> str:
        """Through the gate, claimed and handed over. What the gate spent is given back where it does not leave."""
        advertiser, sms = permitted.advertiser, written.sms
        if hold := self._gate.enter(advertiser, sms, written.country):
            held = held_back(hold, decision, message.expires_at)
            if isinstance(held, Defer):
                return self._defer(message, permitted, held, written)
            return self._refuse(message, permitted, held, written)
        try:
            cost = self._gate.cost(advertiser, sms, written.country)
            price = self._gate.price(sms, written.country)
            seen = evidence(permitted, decision, decision.counted.at, written, cost)
            claim = self._claim(message, ledger, decision, written, seen, price)
        except BaseException:
            self._gate.leave(advertiser, sms, written.country)
            raise
        state = self._hand_over.give(message, sms, claim, price, self._writer.undone(message, written))
        if state not in ("sent", "unknown"):
            self._gate.leave(advertiser, sms, written.country)
        return state

    def _wait_for_place(self, message: Message, lease: int) -> str:
        """Back on the queue. Once the tick has leased the message anew there is a newer order, and one is enough."""
        if message.due_at == lease:
            delay_s = wait_s(message.id, self._clock.now())
            self._queue.put([Order(message.id, message.version, lease, delay_s)])
        return "paced"

    def _resume(self, message: Message) -> str:
        """One that may have left: the very same SMS again where that reaches the phone once, and still may go."""
        provider, now = self._hand_over.provider, self._clock.now()
        again = provider.idempotent and provider.name == message.provider and message.text is not None
        word_within = self._hand_over.word_within
        resumed = outcomes.resumed(message, now, idempotent=again, word_within=word_within)
        if isinstance(resumed, Outcome):
            return self._hand_over.note(message, resumed)
        if self._halt(message):
            return "halted"
        facts = self._facts(message)
        permitted = permit(facts, now)
        if isinstance(permitted, Permit):
            profile = open_profile(self._vault, permitted.contact)
            decision = moment(permitted, facts, message.parts, self._where(permitted, profile), now)
            if isinstance(decision, Send):
                written = self._writer.written_before(message, profile, now)
                price = self._gate.price(written.sms, written.country)
                claim = self._claim(message, facts.ledger, decision, written, message.decision, price)
                return self._hand_over.give(message, written.sms, claim, price)
        return self._hand_over.note(message, outcomes.waits_for_word(message, word_within=word_within))

    def _where(self, permitted: Permit, profile: Profile) -> Where:
        place = place_of_contact(profile.phone, permitted.contact.fields)
        return Where(place, self._countries.profile(place.country))

    def _facts(self, message: Message) -> Facts:
        # The ledger first: whoever withdraws a consent moves it afterwards, so a claim at this version has seen it.
        ledger = self._ledgers.get(message.person)
        return Facts(
            message=message,
            advertiser=self._advertisers.get(message.advertiser),
            site=self._advertisers.site(message.site) if message.site else None,
            contact=self._contacts.get(message.base, message.person) or self._who_wrote(message),
            ledger=ledger,
            purchased=self._purchased(message),
            left=self._left(message),
            operator_caps=self._operator_caps.get(),
        )

    def _who_wrote(self, message: Message) -> Contact | None:
        """Who is answered and in no base is somebody who agreed to nothing, by the phone that the answer carries."""
        if message.phone is None:
            return None
        profile = Profile(self._vault.open(message.phone, phone_place(message.id)))
        return Contact(message.base, message.person, seal_profile(self._vault, message.base, message.person, profile))

    def _purchased(self, message: Message) -> bool:
        if message.site is None or message.visitor is None:
            return False
        return self._events.purchased_since(
            message.site, message.visitor, started_at=message.cart_at, changed_at=message.cart_changed_at
        )

    def _left(self, message: Message) -> bool:
        """Whether the contact has left the journey, or begun it anew, since the message was made."""
        if message.enrolled_by is None:
            return False
        key, run = message.enrolled_by
        enrolment = self._enrolments.get(key)
        return enrolment is None or enrolment.state == "left" or enrolment.run != run

    def _claim(
        self,
        message: Message,
        ledger: Ledger,
        decision: Send,
        written: Written,
        seen: Mapping[str, Any],
        price: Money | None,
    ) -> str:
        """Make the message ours: the claim's name, or TransactionRefused. An answer that was lost is asked for."""
        now, token = decision.counted.at, random_token()
        claimed = move(
            message.id,
            states.sources("sending", {message.state}),
            Step("sending", now),
            version=message.version,
            due_at=now + SENDING_LEASE,
            facts={
                "text": self._vault.seal(written.sms.text, f"message/{message.id}"),
                "code": written.code,
                "sender": written.sms.sender,
                "country": written.country,
                "promo": asdict(written.promo.code) if written.promo else message.promo,
                "parts": written.sms.parts,
                "price": asdict(price) if price else None,
                "provider": self._hand_over.provider.name,
                "decision": seen,
                "attempts": message.attempts + 1,
                "claimed_at": now,
                "claim": token,
            },
        )
        writes: list[Write] = [claimed, ledgers.claim(ledger, decision.counted)]
        if written.link:
            writes.append(written.link)
        if written.promo:
            writes += written.promo.writes
        writes += written.asks
        if message.enrolled_by:
            writes.append(still_in(*message.enrolled_by))
        try:
            self._messages.commit(writes)
        except StorageUnavailable:
            stored = self._messages.get(message.id)
            if stored is None or stored.claim != token:
                raise
        return token

    def _halt(self, message: Message) -> Halt | None:
        """What lets it stand still: a notification only its own campaign's halt, a code or an answer none."""
        marketing = message.message_class == "marketing"
        if message.message_class == "authorisation" or not (marketing or message.campaign):
            return None
        return self._halts.against(message.advertiser, message.series, marketing=marketing)

    def _stand_still(self, message: Message, halt: Halt) -> str:
        """Say once that it waits for the halt's end. Under its next lease it stays as it is until marketing goes on."""
        if message.reason == "halted":
            return "halted"
        now = self._clock.now()
        seen = {"at": now, "halt": {"scope": halt.scope, "at": halt.at, "by": halt.by}}
        return self._end(message, "deferred", "halted", seen, due_at=now, facts={"version": message.version + 1})

    def _defer(self, message: Message, permitted: Permit, decision: Defer, written: Written) -> str:
        seen = evidence(permitted, decision, self._clock.now(), written)
        facts = {"version": message.version + 1}
        return self._end(message, "deferred", decision.reason, seen, due_at=decision.until, facts=facts)

    def _refuse(
        self, message: Message, permitted: Permit | Refuse, decision: Refuse, written: Written | None = None
    ) -> str:
        seen = evidence(permitted, decision, self._clock.now(), written)
        state: State = "expired" if decision.reason in TOO_LATE else "refused"
        return self._end(message, state, decision.reason, seen)

    def _end(
        self,
        message: Message,
        state: State,
        reason: str,
        seen: Mapping[str, Any],
        *,
        due_at: int | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> str:
        now = self._clock.now()
        moved = move(
            message.id,
            states.sources(state, {message.state}),
            Step(state, now, reason),
            version=message.version,
            due_at=due_at,
            facts={**(facts or {}), "decision": seen},
        )
        counted = count(message.advertiser, message.id, now, f"message.{state}.{reason}")
        of_its_hour = cohorts.of_message(message).moved(message.id, {f"{state}.{reason}": 1})
        self._messages.commit([moved, counted, of_its_hour])
        log(f"message_{state}", message=message.id, advertiser=message.advertiser, reason=reason)
        return state
