"""Draws an event's consequences for journeys: contacts begin them, what is known of them moves, they leave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from chalicelib.clock import Clock
from chalicelib.errors import StorageUnavailable
from chalicelib.journeys import enrolling
from chalicelib.journeys.book import JourneyBook, Known
from chalicelib.journeys.definition import ExitName
from chalicelib.journeys.enrolling import Decision, Enter, Leave, Move, Who
from chalicelib.journeys.pausing import resumed
from chalicelib.journeys.stepping import scheduled
from chalicelib.journeys.subjects import subject_of
from chalicelib.logs import log
from chalicelib.messaging import states
from chalicelib.storage import cohorts, keys
from chalicelib.storage import enrolments as stored
from chalicelib.storage.advertisers import Advertiser, Site
from chalicelib.storage.counters import count
from chalicelib.storage.enrolments import Enrolment, Enrolments
from chalicelib.storage.events import Event
from chalicelib.storage.messages import WAITING, Message, Messages, Step, move
from chalicelib.storage.table import TransactionRefused, Write
from chalicelib.storage.visitors import Tie, Visitor
from chalicelib.tracking.visits import ENROLLED, IN_JOURNEY, NOT_ENROLLED

_ROUNDS = 6


class Enroller:
    """Where events meet journeys. Everything here may be repeated: the same event again changes nothing."""

    def __init__(self, book: JourneyBook, enrolments: Enrolments, messages: Messages, clock: Clock) -> None:
        self._book = book
        self._enrolments = enrolments
        self._messages = messages
        self._clock = clock

    def follow(self, event: Event, visitor: Visitor, tie: Tie, site: Site, advertiser: Advertiser) -> list[str]:
        """Draw an event's consequences for its contact; returns what they were, by the names of tracking/visits.py."""
        who = Who(tie.base, tie.person, advertiser.id, site.id, visitor.id, asdict(tie))
        unsigned = visitor.id if tie.strength == "weak" else None
        names = []
        for journey in self._book.live(advertiser):
            subject = subject_of(journey.document.trigger, event, visitor)
            for key in self._concerned(journey, event, who):
                for _ in range(_ROUNDS):
                    known = self._enrolments.get(key)
                    about = key[1].removeprefix(keys.enrolments_in(journey.id))
                    walked = self._walked(advertiser, journey, known)
                    decision = enrolling.decide(walked, event, who, subject, known, about)
                    refused = self._apply(walked, decision, known, event.id, unsigned)
                    if refused != "enrolled_meanwhile":
                        break
                else:
                    raise StorageUnavailable("others were faster each time")
                if refused:
                    names.append(f"{NOT_ENROLLED}{refused}")
                elif isinstance(decision, Enter):
                    names.append(ENROLLED)
                elif known and known.state == "active" and not isinstance(decision, Leave):
                    names.append(IN_JOURNEY)
        return names

    def end(self, base: str, person: str, advertiser: Advertiser, on: ExitName, at: int) -> None:
        """End each of a contact's journeys that such a thing ends, whichever it was about."""
        live = {journey.id: journey for journey in self._book.live(advertiser)}
        for found in self._enrolments.of_contact(base, person):
            journey = live.get(found.journey)
            journey = self._walked(advertiser, journey, found) if journey else None
            exit_ = next((one for one in journey.document.exits if one.on == on), None) if journey else None
            known: Enrolment | None = found
            while journey and exit_ and known:
                decision = enrolling.leave(journey, exit_, at, known, known)
                if self._apply(journey, decision, known, f"{on}{at}", None) != "enrolled_meanwhile":
                    break
                known = self._enrolments.get(found.key)

    def answered(self, message: Message, intent: str) -> None:
        """Remember what a person has answered to a journey's SMS: its later steps may ask for it (`reply.intent`)."""
        self._remember(message, reply=intent)

    def followed_up(self, message: Message) -> None:
        """Remember that the answer to a journey's SMS was answered with its link (`reply.followed_up`)."""
        self._remember(message, followed_up=True)

    def _remember(self, message: Message, **news: Any) -> None:
        if message.enrolled_by is None:
            return
        key, run = message.enrolled_by
        for _ in range(_ROUNDS):
            known = self._enrolments.get(key)
            if known is None or known.run != run:
                return
            if self._commit([stored.save(replace(known, **news), known)]) is None:
                return
        raise StorageUnavailable("others were faster each time")

    def resume(self, base: str, person: str, advertiser: Advertiser) -> None:
        """Let each of a contact's journeys go on that waits for the conversation that was closed now."""
        now = self._clock.now()
        for found in self._enrolments.of_contact(base, person):
            journey = self._book.followed(advertiser, found.journey, found.definition)
            known: Enrolment | None = found
            while journey and known and (after := resumed(known, now)):
                counted = count(advertiser.id, person, now, f"journey.{journey.id}.resumed")
                if self._commit([*stored.changed(scheduled(journey.document, after, ()), known), counted]) is None:
                    break
                known = self._enrolments.get(found.key)

    def _walked(self, advertiser: Advertiser, journey: Known, known: Enrolment | None) -> Known:
        """The version that counts: who is in a journey leaves it as its own version says."""
        if known is None or known.state != "active":
            return journey
        return self._book.followed(advertiser, journey.id, known.definition) or journey

    def _concerned(self, journey: Known, event: Event, who: Who) -> Iterator[keys.Key]:
        """The enrolments that an event may change."""
        concerned = enrolling.concerned(journey, event)
        own = keys.enrolment(who.base, who.person, journey.id, concerned.about) if concerned.about else None
        if own:
            yield own
        if concerned.others:
            for enrolment in self._enrolments.of_contact(who.base, who.person, journey.id):
                if enrolment.key != own:
                    yield enrolment.key

    def _apply(
        self, journey: Known, decision: Decision, known: Enrolment | None, shard: str, unsigned: str | None
    ) -> stored.NotEnrolled | None:
        match decision:
            case Enter(enrolment):
                return self._enter(journey, enrolment, known, shard, unsigned)
            case Move(enrolment):
                if not enrolment.ran and enrolment.state == "active":
                    enrolment = scheduled(journey.document, enrolment, ())
                return self._commit(stored.changed(enrolment, known))
            case Leave(enrolment, reason):
                return self._leave(journey, enrolment, known, reason, shard)
        return None

    def _enter(
        self, journey: Known, enrolment: Enrolment, known: Enrolment | None, shard: str, unsigned: str | None
    ) -> stored.NotEnrolled | None:
        now, limits, begun = self._clock.now(), journey.document.limits, None
        if limits.at_most:
            before = self._enrolments.begun(enrolment)
            if not before.allow(enrolment.entered_at, limits.at_most, limits.within_days):
                return "limit_reached"
            begun = before, limits.within_days
        enrolment = replace(scheduled(journey.document, enrolment, ()), begun_at=now)
        counted = count(enrolment.advertiser, shard, now, f"journey.{journey.id}.begun")
        refused = self._enrolments.enrol(enrolment, known, begun=begun, unsigned=unsigned, others=[counted])
        if refused is None:
            log("enrolled", advertiser=enrolment.advertiser, journey=journey.id, run=enrolment.run)
        return refused

    def _leave(
        self, journey: Known, enrolment: Enrolment, known: Enrolment | None, reason: str, shard: str
    ) -> stored.NotEnrolled | None:
        """Ended, and what waits on the queue with it. What has been handed over already is told as that."""
        now = self._clock.now()
        left = stored.changed(enrolment, known)
        names = [f"journey.{journey.id}.left.{reason}"] if known and known.state == "active" else []
        message = self._messages.get(known.message) if known and known.message else None
        if message and message.state in WAITING:
            # One write counts both: a transaction that touches one shard twice is refused.
            counted = count(enrolment.advertiser, message.id, now, *names, f"message.cancelled.{reason}")
            step = Step("cancelled", now, reason)
            cancelled = move(message.id, states.sources("cancelled"), step), cohorts.cancelled(message, reason)
            refused = self._commit([*left, *cancelled, counted])
            if refused is None:
                return None
            log("cancel_came_too_late", message=message.id)
        return self._commit([*left, *([count(enrolment.advertiser, shard, now, *names)] if names else [])])

    def _commit(self, writes: list[Write]) -> stored.NotEnrolled | None:
        try:
            self._enrolments.commit(writes)
        except TransactionRefused as refused:
            if not refused.failed:
                raise
            return "enrolled_meanwhile"
        return None
