"""What events lead to: enrolments, steps, purchases, clicks, experiments.

What a service needs is imported when it is built: a redirect must not pay for the composer at its cold start.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.composition.messaging import MessagingServices

if TYPE_CHECKING:
    from chalicelib.journeys.answers import Answers
    from chalicelib.journeys.asking import StepFacts
    from chalicelib.journeys.book import JourneyBook
    from chalicelib.journeys.desk import JourneyDesk
    from chalicelib.journeys.due import DueSteps
    from chalicelib.journeys.endings import Endings
    from chalicelib.journeys.enroller import Enroller
    from chalicelib.journeys.experiments import Experiments
    from chalicelib.journeys.offers import Offers
    from chalicelib.journeys.ordering import Ordering
    from chalicelib.journeys.rehearsals import RehearsalDesk
    from chalicelib.journeys.rehearser import JourneyRehearser
    from chalicelib.journeys.steps import Steps
    from chalicelib.journeys.trail import Trail
    from chalicelib.links.clicks import Clicks
    from chalicelib.links.conversions import Conversions


class JourneyServices(MessagingServices):
    """What events lead to: enrolments, steps, purchases, clicks, experiments."""

    @cached_property
    def trail(self) -> Trail:
        from chalicelib.journeys.trail import Trail

        return Trail(
            advertisers=self.advertisers,
            events=self.events,
            visitors=self.visitors,
            ties=self.ties,
            orders=self.orders,
            ordering=self.ordering,
            clicks=self.click_log,
            enroller=self.enroller,
            conversions=self.conversions,
            experiments=self.experiments,
            watch=self.site_watch,
        )

    @cached_property
    def journey_book(self) -> JourneyBook:
        from chalicelib.journeys.book import JourneyBook

        return JourneyBook(self.journeys, self.clock)

    @cached_property
    def journey_rehearser(self) -> JourneyRehearser:
        from chalicelib.journeys.rehearser import JourneyRehearser

        return JourneyRehearser(
            rosters=self.rosters,
            sizes=self.base_sizes,
            contacts=self.contacts,
            visitors=self.visitors,
            events=self.events,
            facts=self.step_facts,
            offers=self.offers,
            countries=self.countries,
            foresight=self._foresight,
            price=self._price,
            vault=self.vault,
            clock=self.clock,
        )

    @cached_property
    def journey_desk(self) -> JourneyDesk:
        from chalicelib.journeys.desk import JourneyDesk

        return JourneyDesk(
            journeys=self.journeys,
            templates=self.templates,
            senders=self.sender_book,
            countries=self.countries,
            halts=self.halts,
            rehearsals=self.journey_rehearsals,
            clock=self.clock,
        )

    @cached_property
    def rehearsal_desk(self) -> RehearsalDesk:
        from chalicelib.journeys.rehearsals import RehearsalDesk

        return RehearsalDesk(
            rehearsals=self.journey_rehearsals,
            journeys=self.journeys,
            templates=self.templates,
            advertisers=self.advertisers,
            rehearser=self.journey_rehearser,
            clock=self.clock,
        )

    @cached_property
    def playbook_answers(self) -> Answers:
        from chalicelib.journeys.answers import Answers

        return Answers(self.advertisers, self.promo_pools, self.surveys, self.counters, self.journey_book, self.clock)

    @cached_property
    def enroller(self) -> Enroller:
        from chalicelib.journeys.enroller import Enroller

        return Enroller(self.journey_book, self.enrolments, self.messages, self.clock)

    @cached_property
    def endings(self) -> Endings:
        from chalicelib.journeys.endings import Endings

        return Endings(self.ledgers, self.messages, self.advertisers, self.enroller, self.experiments, self.responses)

    @cached_property
    def experiments(self) -> Experiments:
        from chalicelib.journeys.experiments import Experiments

        return Experiments(
            self.participants, self.conversion_log, self.click_log, self.messages, self.advertisers, self.clock
        )

    @cached_property
    def ordering(self) -> Ordering:
        from chalicelib.journeys.ordering import Ordering

        return Ordering(self.ordered, self.sold, self.clock)

    @cached_property
    def due_steps(self) -> DueSteps:
        from chalicelib.journeys.due import DueSteps

        return DueSteps(self.enrolments, self.send_queue, self.table_identity, self.clock)

    @cached_property
    def steps(self) -> Steps:
        from chalicelib.journeys.steps import Steps
        from chalicelib.links.targets import rules_for

        return Steps(
            book=self.journey_book,
            enrolments=self.enrolments,
            advertisers=self.advertisers,
            contacts=self.contacts,
            visitors=self.visitors,
            facts=self.step_facts,
            experiments=self.experiments,
            ordering=self.ordering,
            threads=self.threads,
            offers=self.offers,
            rules=rules_for(self.settings.origin),
            countries=self.countries,
            vault=self.vault,
            clock=self.clock,
        )

    @cached_property
    def offers(self) -> Offers:
        from chalicelib.journeys.offers import Offers

        return Offers(self.ordered, self.sold, self.complements, self.catalogue)

    @cached_property
    def step_facts(self) -> StepFacts:
        from chalicelib.journeys.asking import StepFacts
        from chalicelib.journeys.history import History

        return StepFacts(History(self.conversion_log, self.click_log, self.members), self.sender_book)

    @cached_property
    def conversions(self) -> Conversions:
        from chalicelib.links.conversions import Conversions

        return Conversions(
            self.conversion_log, self.click_log, self.links, self.messages, self.advertisers, self.vault, self.clock
        )

    @cached_property
    def clicks(self) -> Clicks:
        from chalicelib.links.clicks import Clicks

        return Clicks(
            self.click_log,
            self.ties,
            self.visitors,
            self.contacts,
            self.advertisers,
            self.counters,
            self.messages,
            self.conversions,
            self.clock,
        )
