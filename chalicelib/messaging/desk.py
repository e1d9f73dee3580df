"""Takes the messages that back ends ask for: once for each id, and none that would be refused as things are.

The request's own id names the message (a keyed hash of it), so asking again finds the message, and a request that is
lost on the way back is simply sent again (docs/adr/0021).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import cast

from chalicelib.audience.intake import Arrival, Intake
from chalicelib.audience.order_contract import order_proof, order_statement
from chalicelib.audience.profile import Profile, open_profile
from chalicelib.clock import DAY, Clock
from chalicelib.errors import Conflict, FieldError, InvalidInput, StorageUnavailable
from chalicelib.ids import derived_id
from chalicelib.messaging.checks import check
from chalicelib.messaging.compose import uses
from chalicelib.messaging.decide import Facts, RefusalReason, Refuse, permit
from chalicelib.messaging.given import Given, seal_given
from chalicelib.messaging.recipients import place_of_contact
from chalicelib.messaging.signing import CountryBook
from chalicelib.messaging.writing import Draft, Writer
from chalicelib.storage import cohorts, ledgers, messages
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.contacts import Contact, Contacts, FieldValue
from chalicelib.storage.counters import Counters, count
from chalicelib.storage.ledgers import Ledgers
from chalicelib.storage.messages import Message, MessageClass, Messages, Step
from chalicelib.storage.table import TransactionRefused
from chalicelib.storage.templates import Templates
from chalicelib.vault import Vault

JOURNEY = "api"
FURTHEST = 31 * DAY
"""How far ahead a message can be asked for: its values are kept until then."""
_CODE = "Ab3dE5gH7j"
"""As long as a personal link's."""
_ATTEMPTS = 6


@dataclass(frozen=True, slots=True)
class To:
    """Whom a message is for: one of these. Personal: in memory only."""

    phone: str | None = None
    """E.164."""
    person: str | None = None
    identifier: str | None = None
    """SHA-256 of an e-mail or a customer id."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A message as a back end asks for it, checked field by field."""

    id: str
    """The caller's own name for it: the same one is the same message."""
    to: To
    template: str | None
    given: Given
    label: MessageClass | None = None
    """What the caller takes it for. Its content decides."""
    campaign: str | None = None
    asks: Mapping[str, str] | None = None
    """The opt-in that its text asks for, as `Message.asks`."""
    send_at: int | None = None
    expires_in_ms: int = DAY


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who will read it."""

    person: str
    profile: Profile
    contact: Contact | None
    fields: Mapping[str, FieldValue] = field(default_factory=dict)


class MessageDesk:
    """Where a back end's messages come in."""

    def __init__(
        self,
        *,
        messages: Messages,
        contacts: Contacts,
        ledgers: Ledgers,
        templates: Templates,
        intake: Intake,
        writer: Writer,
        countries: CountryBook,
        counters: Counters,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._messages = messages
        self._contacts = contacts
        self._ledgers = ledgers
        self._templates = templates
        self._intake = intake
        self._writer = writer
        self._countries = countries
        self._counters = counters
        self._vault = vault
        self._clock = clock

    def ask(self, advertiser: Advertiser, wanted: Wanted) -> Message | RefusalReason:
        """The message that was asked for, now or before; or why its person may not get it, which is counted.

        Raises InvalidInput for what is wrong with the request, Conflict where its id is that of another request.
        """
        message_id = derived_id("msg", self._vault.sign(f"message|{advertiser.id}|{wanted.id}"))
        asked = self._vault.sign(f"asked|{advertiser.id}|{json.dumps(asdict(wanted), sort_keys=True)}")
        if known := self._messages.get(message_id):
            return _the_same(known, asked)
        now = self._clock.now()
        taken = self._take(advertiser, wanted, message_id, asked, now)
        if isinstance(taken, str):
            self._counters.add(advertiser.id, message_id, now, f"ask.refused.{taken}")
        return taken

    def _take(
        self, advertiser: Advertiser, wanted: Wanted, message_id: str, asked: str, now: int
    ) -> Message | RefusalReason:
        message_class = self._class(advertiser.id, wanted)
        reader = self._reader(advertiser.id, wanted, message_class)
        if reader is None:
            return "unknown_contact"
        due_at = _due_at(wanted, now)
        place = place_of_contact(reader.profile.phone, reader.fields)
        hours = self._countries.check_hours(place, message_class, due_at)
        if hours.next is None:
            return cast("RefusalReason", hours.rule)
        number = wanted.given.order
        order = order_proof(self._vault, advertiser.id, number) if number else None
        message = Message(
            id=message_id,
            state="scheduled",
            version=1,
            message_class=message_class,
            advertiser=advertiser.id,
            journey=JOURNEY,
            base=advertiser.id,
            person=reader.person,
            created_at=now,
            expires_at=due_at + wanted.expires_in_ms,
            due_at=due_at,
            campaign=wanted.campaign,
            template=wanted.template,
            data=seal_given(self._vault, message_id, wanted.given),
            asks=wanted.asks,
            asked=asked,
            evidence={"order": order} if order else {},
            country=place.country,
            history=(Step("scheduled", now),),
        )
        draft = self._writer.draft(
            message, advertiser, reader.profile, reader.fields, place, wanted.given, _CODE, due_at
        )
        if isinstance(draft, str):
            return draft
        _check_text(draft, wanted.given, advertiser)
        if order and message_class == "notification" and self._opposes_order(message, reader, wanted.given, now):
            return "opposed"
        return self._keep(advertiser, replace(message, parts=draft.composed.count.parts))

    def _class(self, advertiser: str, wanted: Wanted) -> MessageClass:
        """A template's own class; for a text the label, which is refused where the text says otherwise."""
        if wanted.template is None:
            return wanted.label or "notification"
        template = self._templates.get(advertiser, wanted.template)
        if template is None:
            raise InvalidInput([FieldError("template", "unknown", "a template of this advertiser's")])
        if template.message_class == "authorisation":
            raise InvalidInput([FieldError("template", "authorisation", "one-time codes go by /v1/verifications")])
        if wanted.label not in (None, template.message_class):
            wrong = FieldError("message_class", "class", f"this template's content makes it {template.message_class}")
            raise InvalidInput([wrong])
        return template.message_class

    def _reader(self, base: str, wanted: Wanted, message_class: MessageClass) -> _Reader | None:
        """Who is meant: a contact of the advertiser's own base, or the phone of an order that is notified about."""
        to = wanted.to
        person = self._vault.person(to.phone) if to.phone else to.person
        if to.identifier:
            found = self._contacts.identified([base], self._vault.identifiers(to.identifier))
            person = next(iter(found.values()), None)
        contact = self._contacts.get(base, person) if person else None
        if person and contact:
            return _Reader(person, open_profile(self._vault, contact), contact, contact.fields)
        if person and to.phone and wanted.given.order and message_class == "notification":
            return _Reader(person, Profile(to.phone), None)
        return None

    def _opposes_order(self, message: Message, reader: _Reader, given: Given, now: int) -> bool:
        """Whether a person's no stands against an order's notifications. The order is put down where none does.

        It is no consent: what the person has said of notifications stands above it, and needs nothing beside.
        """
        proof = message.evidence["order"]
        standing = reader.contact.consents.get("sms_notification") if reader.contact else None
        if standing and (standing.basis == "consent" or standing.proof == proof):
            return False
        statement = order_statement(proof, given.order or "", now)
        return self._intake.take(message.base, Arrival(reader.profile, statement)) == "opposed"

    def _keep(self, advertiser: Advertiser, message: Message) -> Message | RefusalReason:
        """Make the message, unless it would be refused as things are."""
        now = message.created_at
        for _ in range(_ATTEMPTS):
            # The ledger first: a no or an erasure that comes after it moves it, and this is decided anew.
            ledger = self._ledgers.get(message.person)
            contact = self._contacts.get(message.base, message.person)
            permitted = permit(Facts(message, advertiser, None, contact, ledger, purchased=False), now)
            if isinstance(permitted, Refuse):
                return permitted.reason
            made = messages.create(message), messages.reference(message), cohorts.made(message)
            try:
                counted = count(advertiser.id, message.id, now, "ask.taken")
                self._messages.commit([*made, ledgers.unmoved(ledger), counted])
            except TransactionRefused as refused:
                if 0 in refused.failed and (known := self._messages.get(message.id)):
                    return _the_same(known, message.asked)
            else:
                return message
        raise StorageUnavailable("the person's ledger kept changing")


def _the_same(known: Message, asked: str | None) -> Message:
    if known.asked != asked:
        raise Conflict("another request had this id")
    return known


def _due_at(wanted: Wanted, now: int) -> int:
    due_at = max(now, wanted.send_at or now)
    if due_at > now + FURTHEST:
        raise InvalidInput([FieldError("send_at", "too_far", "at most 31 days ahead")])
    return due_at


def _check_text(draft: Draft, given: Given, advertiser: Advertiser) -> None:
    """What is wrong with a text beyond what filling it in has shown. A template was checked when it was saved."""
    errors = []
    if given.link is None and uses(draft.template, "link"):
        errors.append(FieldError("link", "required", "the text shows {{ link }}: say where it leads"))
    if given.text is not None:
        found = check(
            draft.template,
            two_way=draft.sender.two_way,
            stop_number=draft.stop_number,
            agent=advertiser.agent is not None,
        )
        errors += [FieldError("text", one.rule, one.message) for one in found if one.severity == "error"]
    if errors:
        raise InvalidInput(errors)
