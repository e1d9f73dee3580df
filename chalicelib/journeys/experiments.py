"""Experiments: which arm a contact is in, and what it did there, whether it got anything or not (docs/adr/0025).

A contact takes part from the moment when a step of a journey that compares something has come to the point of being
sent: until then nothing differs between the arms. From there on its purchases are followed for the advertiser's
attribution window, as far as they would have been recognised without any SMS.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from chalicelib.clock import Clock
from chalicelib.errors import StorageUnavailable
from chalicelib.journeys.book import Known
from chalicelib.journeys.definition import EVERYONE, HOLDOUT, Journey
from chalicelib.journeys.enrolling import place_of, variant_at
from chalicelib.links.attribution import numbers
from chalicelib.messaging.stop_watch import answered
from chalicelib.storage import keys
from chalicelib.storage.advertisers import Advertisers
from chalicelib.storage.clicks import ClickLog
from chalicelib.storage.conversions import Conversion, ConversionLog
from chalicelib.storage.enrolments import Enrolment, Ran
from chalicelib.storage.ledger import Ledger
from chalicelib.storage.messages import Message, Messages
from chalicelib.storage.opposition_log import Record
from chalicelib.storage.participants import Participant, Participants, changed
from chalicelib.storage.table import Write

_ROUNDS = 8
_MOST_MESSAGES = 100
_MOST_PURCHASES = 200
REACHED = frozenset({"sent", "held_out", "no_text"})
"""What a step came to that nothing but the arm kept from being sent, or did not."""
Answer = Literal["clicked", "replied", "unsubscribed"]


def compares(document: Journey) -> bool:
    """Whether a journey has anything to compare."""
    return document.holdout > 0 or any(step.variants for step in document.steps)


def arms(document: Journey) -> list[str]:
    """Every arm that a person may be in: the variants in their order, then who gets nothing."""
    found = dict.fromkeys(_variants(document, place) for place in range(100)) if compares(document) else {}
    return [*found, *([HOLDOUT] if document.holdout else [])]


def arm_of(document: Journey, enrolment: Enrolment) -> str | None:
    """The arm that a contact is in; None where nothing is compared."""
    if enrolment.held_out:
        return HOLDOUT
    return _variants(document, place_of(enrolment.person, enrolment.journey)) if compares(document) else None


def _variants(document: Journey, place: int) -> str:
    """The variants that somebody at this place of a hundred gets, step by step, the same one said once."""
    varied = (step.variants for step in document.steps if step.variants)
    names = (each[variant_at(place, tuple(one.share for one in each))].id for each in varied)
    return "+".join(dict.fromkeys(names)) or EVERYONE


class Experiments:
    """Follows who takes part. Everything here may be repeated: the same again changes nothing."""

    def __init__(
        self,
        participants: Participants,
        conversions: ConversionLog,
        clicks: ClickLog,
        messages: Messages,
        advertisers: Advertisers,
        clock: Clock,
    ) -> None:
        self._participants = participants
        self._conversions = conversions
        self._clicks = clicks
        self._messages = messages
        self._advertisers = advertisers
        self._clock = clock

    def joined(self, journey: Known, enrolment: Enrolment, ran: Ran) -> list[Write]:
        """The writes that say so, to be made with the step; none where nothing is compared."""
        arm = arm_of(journey.document, enrolment)
        advertiser = self._advertisers.get(enrolment.advertiser)
        if arm is None or advertiser is None or ran.outcome not in REACHED:
            return []
        key = keys.participant(enrolment.base, enrolment.person, advertiser.id, journey.id, journey.version)
        known = self._participants.get(key)
        after = known or Participant(
            base=enrolment.base,
            person=enrolment.person,
            advertiser=enrolment.advertiser,
            journey=journey.id,
            definition=journey.version,
            arm=arm,
            joined_at=ran.at,
            until=ran.at + advertiser.attribution_ms,
        )
        if ran.message and len(after.messages) < _MOST_MESSAGES:
            after = replace(after, messages=(*after.messages, ran.message))
        return changed(known, after, ran.at) if after != known else []

    def clicked(self, message_id: str, click_id: str) -> None:
        """A link of a message was opened: it counts where a person did it, once for a participant."""
        click = self._clicks.get(click_id) if message_id else None
        if click and click.click_class == "person":
            self.answered(message_id, "clicked", click.at)

    def opposed(self, ledger: Ledger, said: Record) -> None:
        """A no was recorded: it counts with the SMS that it answers."""
        if send := answered(ledger, said):
            self.answered(send.message, "unsubscribed", said.at)

    def answered(self, message_id: str, how: Answer, at: int) -> None:
        """A contact did something about a message; the first of each kind is what counts."""
        message = self._messages.get(message_id)
        if message is None or not (message.enrolment or {}).get("arm"):
            return
        for _ in range(_ROUNDS):
            known = self._of(message)
            if known is None or (noted := _noted(known, how, at)) == known:
                return
            if self._participants.change(known, noted, self._clock.now()):
                return
        raise StorageUnavailable("others were faster each time")

    def bought(self, site: str, transaction: str) -> None:
        """Something was told of an order. Looked at once more after each write: more may have been told meanwhile."""
        for _ in range(_ROUNDS):
            conversion = self._conversions.get(site, transaction)
            changes = list(self._changes(conversion)) if conversion else []
            if not changes:
                return
            for known, after in changes:
                self._participants.change(known, after, self._clock.now())
        raise StorageUnavailable("the order kept changing")

    def _changes(self, conversion: Conversion) -> Iterator[tuple[Participant, Participant]]:
        for contact in conversion.buyers:
            base, _, person = contact.partition("#")
            for known in self._participants.of_contact(base, person):
                after = with_purchase(known, conversion)
                if after != known:
                    yield known, after

    def _of(self, message: Message) -> Participant | None:
        told, contact = message.enrolment or {}, (message.base, message.person)
        key = keys.participant(*contact, message.advertiser, told["journey"], told["definition"])
        return self._participants.get(key)


def with_purchase(known: Participant, conversion: Conversion) -> Participant:
    """A participant with an order as it stands now. Pure.

    It counts where it was bought while the participant was followed. Of several who are held to be the buyer, it is
    the first one's by name: an order is never two people's.
    """
    order = f"{conversion.site}#{conversion.transaction}"
    others = {name: told for name, told in known.purchases.items() if name != order}
    purchase, buyer = conversion.purchase, next(iter(conversion.buyers), None)
    counts = (
        purchase is not None
        and conversion.advertiser == known.advertiser
        and buyer == f"{known.base}#{known.person}"
        and known.joined_at <= purchase.at <= known.until
        and len(others) < _MOST_PURCHASES
    )
    told = {order: numbers(conversion)} if counts else {}
    return replace(known, purchases=others | told)


def _noted(known: Participant, how: Answer, at: int) -> Participant:
    moments = {
        "clicked": known.clicked_at,
        "replied": known.replied_at,
        "unsubscribed": known.unsubscribed_at,
    }
    moments[how] = min(moments[how] or at, at)
    clicked, replied, unsubscribed = moments.values()
    return replace(known, clicked_at=clicked, replied_at=replied, unsubscribed_at=unsubscribed)
