"""Gathers what a step's conditions ask, and no more: what no condition names costs no call."""

from __future__ import annotations

from chalicelib.audience.conditions import Fact
from chalicelib.journeys.agent import agent_facts
from chalicelib.journeys.answerable import sender_facts
from chalicelib.journeys.definition import Journey
from chalicelib.journeys.facts import step_facts
from chalicelib.journeys.history import History
from chalicelib.journeys.stepping import asked
from chalicelib.messaging.recipients import Place
from chalicelib.messaging.sender_book import SenderBook
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.carts import Browsing
from chalicelib.storage.contacts import Contact
from chalicelib.storage.enrolments import Enrolment


class StepFacts:
    """The engine and its rehearsal ask the same."""

    def __init__(self, history: History, senders: SenderBook) -> None:
        self.history = history
        self._senders = senders

    def of(
        self,
        advertiser: Advertiser,
        journey: Journey,
        enrolment: Enrolment,
        browsing: Browsing | None,
        contact: Contact,
        place: Place,
        now: int,
    ) -> dict[str, Fact]:
        """All facts that the step that comes next may ask for, at a moment."""
        groups = asked(journey, enrolment.step)
        facts = step_facts(enrolment, browsing, contact, place) | agent_facts(advertiser, now)
        facts |= self.history.facts(groups, contact, enrolment, now)
        if "sender" in groups:
            facts |= sender_facts(self._senders.of(advertiser), journey, enrolment.step, place.country)
        return facts
