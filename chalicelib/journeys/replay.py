"""A journey walked in memory over a contact's events: what it would make of them, and when. Pure; nothing is stored.

It asks the very deciders that the engine asks (enrolling.py, stepping.py), in the order in which their moments come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from chalicelib.audience.conditions import Facts
from chalicelib.clock import MINUTE
from chalicelib.journeys import enrolling
from chalicelib.journeys.best_hour import in_own_hour
from chalicelib.journeys.book import Known
from chalicelib.journeys.enrolling import Enter, Leave, Who
from chalicelib.journeys.ordering import event_with, with_items
from chalicelib.journeys.stepping import End, Go, PassOver, Wait, moved_on, outcome, planned, scheduled
from chalicelib.journeys.subjects import subject_of
from chalicelib.messaging.profile import CartRule
from chalicelib.storage.carts import Browsing, Cart
from chalicelib.storage.enrolments import Enrolment, Ran
from chalicelib.storage.events import Event
from chalicelib.storage.occasions import Occasions
from chalicelib.storage.ordered import merged
from chalicelib.storage.visitors import Visitor
from chalicelib.tracking import carts


@dataclass(frozen=True, slots=True)
class Due:
    """A step whose SMS would be made now, and the cart that it would be about."""

    at: int
    enrolment: Enrolment
    go: Go
    cart: Cart | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the replay cannot know by itself."""

    facts: Callable[[Enrolment, Browsing | None, int], Facts]
    """What a step's conditions ask, at a moment."""
    opening: Callable[[Enrolment, int], int | None]
    """The first moment from one on that the hours allow."""
    zones: Sequence[str]
    clicked: Callable[[], Iterable[int]]
    """When the contact opened links (epoch ms): asked for a step that waits for its person's hour."""
    offering: Callable[[Enrolment], Enrolment | None]
    """An enrolment with what is offered in the place of what was ordered; None where nothing is."""
    rule: CartRule | None = None
    """What the country says of carts."""


@dataclass(slots=True)
class Replay:
    """One contact in one journey."""

    journey: Known
    who: Who
    asked: Asked
    counted: Counter[str] = field(default_factory=Counter)
    """What became of enrolments and steps, by name."""
    _browsing: dict[str, Browsing] = field(default_factory=dict)
    _enrolments: dict[str, Enrolment] = field(default_factory=dict)
    _begun: Occasions = field(default_factory=Occasions)
    _sent: dict[str, Occasions] = field(default_factory=dict)
    _ordered: dict[tuple[str, str], Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    def of(self, events: Sequence[Event], until: int) -> Iterator[Due]:
        """The SMS that would be made, from the first event to a moment, in order."""
        for event in sorted(events, key=lambda each: (each.received, each.time, each.id)):
            yield from self._run(event.received)
            self._follow(event)
        yield from self._run(until)

    def _follow(self, event: Event) -> None:
        if order := event.params.get("transaction_id"):
            known_items = self._ordered.get((event.site, order), ())
            self._ordered[event.site, order] = merged(known_items, event.params.get("items") or ())
            event = event_with(event, self._ordered[event.site, order])
        browsing = carts.follow(self._browsing.get(event.visitor, Browsing()), event)
        self._browsing[event.visitor] = browsing
        subject = subject_of(self.journey.document.trigger, event, Visitor(event.site, event.visitor, browsing))
        who = replace(self.who, site=event.site, visitor=event.visitor)
        for about in self._about(event):
            known = self._enrolments.get(about)
            decision = enrolling.decide(self.journey, event, who, subject, known, about)
            if decision is None or (isinstance(decision, Enter) and not self._may_begin(decision.enrolment)):
                continue
            enrolment = decision.enrolment
            if isinstance(decision, Leave):
                self.counted[f"left.{decision.reason}"] += known is not None and known.state == "active"
            elif enrolment.state == "active" and not enrolment.ran:
                enrolment = scheduled(self.journey.document, enrolment, self.asked.zones)
            self._enrolments[about] = enrolment

    def _about(self, event: Event) -> list[str]:
        concerned = enrolling.concerned(self.journey, event)
        others = [about for about in self._enrolments if about != concerned.about] if concerned.others else []
        return [concerned.about, *others] if concerned.about else others

    def _may_begin(self, enrolment: Enrolment) -> bool:
        limits = self.journey.document.limits
        if limits.at_most and not self._begun.allow(enrolment.entered_at, limits.at_most, limits.within_days):
            self.counted["not_begun.limit_reached"] += 1
            return False
        self._begun = self._begun.and_one(enrolment.entered_at, limits.within_days)
        self.counted["begun"] += 1
        return True

    def _run(self, until: int) -> Iterator[Due]:
        while due := min(self._waiting(until), key=lambda each: each[0], default=None):
            at, about = due
            enrolment = self._completed(self._enrolments[about])
            step = self.journey.document.steps[enrolment.step]
            browsing = self._browsing.get(enrolment.visitor or "")
            enrolment = replace(
                enrolment, planned_at=max(enrolment.planned_at, planned(step, enrolment, self.asked.zones))
            )
            if (later := self._due(enrolment)) > at:
                self._enrolments[about] = replace(enrolment, due_at=later)
                continue
            opening = self.asked.opening(enrolment, at)
            facts = self.asked.facts(enrolment, browsing, at) if opening == at else {}
            sent = self._sent.get(step.id, Occasions())
            became = outcome(self.journey.document, enrolment, facts, opening, at, sent=sent, rule=self.asked.rule)
            if self._is_over(browsing):
                became = End("no_longer")
            if isinstance(became, Go) and step.offers and not enrolment.held_out:
                offering = self.asked.offering(enrolment)
                enrolment, became = (offering, became) if offering else (enrolment, PassOver("nothing_to_offer"))
            self._enrolments[about] = self._moved(enrolment, became, at)
            if isinstance(became, Go) and not enrolment.held_out:
                self._sent[step.id] = sent.and_one(at, step.within_days)
                yield Due(at, enrolment, became, browsing.cart if browsing else None)

    def _due(self, enrolment: Enrolment) -> int:
        step, due = self.journey.document.steps[enrolment.step], enrolment.planned_at
        if not step.wait.best_hour or not self.asked.zones:
            return due
        ends = due + round(step.expires * MINUTE)
        opening = self.asked.opening
        return in_own_hour(
            self.asked.clicked(), due, ends, self.asked.zones[0], lambda moment: opening(enrolment, moment)
        )

    def _completed(self, enrolment: Enrolment) -> Enrolment:
        """With what is in its order, where that was told after what began it."""
        items = self._ordered.get((enrolment.site, enrolment.facts.get("transaction_id", "")))
        return with_items(enrolment, items) if items and "items" not in enrolment.facts else enrolment

    def _waiting(self, until: int) -> Iterator[tuple[int, str]]:
        for about, enrolment in self._enrolments.items():
            if enrolment.state == "active" and enrolment.due_at is not None and enrolment.due_at <= until:
                yield enrolment.due_at, about

    def _is_over(self, browsing: Browsing | None) -> bool:
        """Whether what a visit was about is gone."""
        match self.journey.document.trigger.about:
            case "cart":
                return browsing is None or browsing.cart is None
            case "product":
                return browsing is None or browsing.viewed is None
        return False

    def _moved(self, enrolment: Enrolment, became: End | PassOver | Wait | Go, at: int) -> Enrolment:
        document, step = self.journey.document, self.journey.document.steps[enrolment.step].id
        match became:
            case Wait(until):
                return replace(enrolment, due_at=until)
            case End(reason):
                self.counted[f"ended.{reason}"] += 1
                return replace(enrolment, state="done", reason=reason, due_at=None)
            case PassOver(reason):
                name, variant = reason, None
            case Go(_, variant):
                name = "held_out" if enrolment.held_out else "sent"
        self.counted[f"{step}.{'made' if name == 'sent' else name}"] += 1
        return moved_on(document, enrolment, Ran(step, at, name, None, variant), self.asked.zones)
