"""Who people are, what they agreed to, how they come in, are matched, and leave.

What a service needs is imported when it is built: a redirect must not pay for the composer at its cold start.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.composition.webhooks import WebhookServices

if TYPE_CHECKING:
    from chalicelib.audience.consent_verify import ConsentVerifier
    from chalicelib.audience.contact_list import ContactList
    from chalicelib.audience.erasure import Erasure
    from chalicelib.audience.import_uploads import ImportDesk
    from chalicelib.audience.importing import Destination
    from chalicelib.audience.intake import Intake
    from chalicelib.audience.lead_desk import LeadDesk
    from chalicelib.audience.matching import Matcher
    from chalicelib.audience.number_check import NumberChecker
    from chalicelib.audience.optin import OptInDesk
    from chalicelib.audience.orders import Orders
    from chalicelib.audience.segment_build import SegmentBuilder
    from chalicelib.audience.segment_desk import SegmentDesk
    from chalicelib.audience.segment_lists import SegmentLists
    from chalicelib.audience.segment_reader import FactReader
    from chalicelib.audience.segment_sample import SegmentSampler
    from chalicelib.audience.segment_watch import SegmentWatch
    from chalicelib.audience.shop_desk import ShopDesk
    from chalicelib.audience.ties import Ties
    from chalicelib.audience.verification import OneTimeCodes
    from chalicelib.audience.wordings import WordingBook
    from chalicelib.tracking.collect import Collector
    from chalicelib.tracking.network import NetworkDoor


class AudienceServices(WebhookServices):
    """Who people are, what they agreed to, how they come in, are matched, and leave."""

    @cached_property
    def collector(self) -> Collector:
        from chalicelib.tracking.collect import Collector

        return Collector(self.events, self.advertisers, self.counters, self.site_watch, self.vault, self.clock)

    @cached_property
    def network_door(self) -> NetworkDoor:
        from chalicelib.tracking.network import NetworkDoor

        return NetworkDoor(self.advertisers, enabled=self.settings.network_cookie)

    @cached_property
    def contact_list(self) -> ContactList:
        from chalicelib.audience.contact_list import ContactList

        return ContactList(self.rosters, self.contacts, self.ledgers)

    @cached_property
    def matcher(self) -> Matcher:
        from chalicelib.audience.matching import Matcher

        return Matcher(self.contacts)

    @cached_property
    def ties(self) -> Ties:
        from chalicelib.audience.ties import Ties

        return Ties(self.matcher, self.visitors, self.links, self.network_cookies)

    @cached_property
    def orders(self) -> Orders:
        from chalicelib.audience.orders import Orders

        return Orders(self.matcher, self.visitors)

    @cached_property
    def import_destination(self) -> Destination:
        from chalicelib.audience.importing import Destination
        from chalicelib.storage.imports import Checkpoints

        return Destination(self.intake, Checkpoints(self.table))

    @cached_property
    def import_desk(self) -> ImportDesk:
        from chalicelib.audience.import_uploads import ImportDesk
        from chalicelib.storage.import_files import ImportFiles, ImportQueue
        from chalicelib.storage.import_uploads import Uploads

        files = ImportFiles(self._client("s3"), self.settings.import_files)
        queue = ImportQueue(self._client("sqs"), self.settings.import_queue_url)
        return ImportDesk(Uploads(self.table), files, queue, self.import_destination, self.clock)

    @cached_property
    def intake(self) -> Intake:
        from chalicelib.audience.intake import Intake

        return Intake(self.table, self.contacts, self.ledgers, self.vault, self.clock)

    @cached_property
    def verifications(self) -> OneTimeCodes:
        from chalicelib.audience.verification import OneTimeCodes
        from chalicelib.storage.verifications import Verifications

        return OneTimeCodes(
            Verifications(self.table), self.provider, self.vault, self.clock, out_of_reach=self._out_of_reach
        )

    def _out_of_reach(self, phone: str) -> str | None:
        """Why no SMS may go to a number at all, not even a code: the rule of its country."""
        from chalicelib.messaging.recipients import place_of

        hours = self.countries.check_hours(place_of(phone), "authorisation", self.clock.now())
        return None if hours.allowed else hours.rule

    @cached_property
    def optin_desk(self) -> OptInDesk:
        from chalicelib.audience.optin import OptInDesk
        from chalicelib.storage.optins import OptIns

        return OptInDesk(
            OptIns(self.table), self.verifications, self.intake, self.ties, self.wordings, self.vault, self.clock
        )

    @cached_property
    def wordings(self) -> WordingBook:
        from chalicelib.audience.wordings import WordingBook
        from chalicelib.storage.wordings import Wordings

        return WordingBook(Wordings(self.table), self.advertisers)

    @cached_property
    def consent_verifier(self) -> ConsentVerifier:
        from chalicelib.audience.consent_verify import ConsentVerifier

        return ConsentVerifier(self.consent_ledgers, self.contacts, self.vault, self.clock)

    @cached_property
    def erasure(self) -> Erasure:
        from chalicelib.audience.conversations import Conversations
        from chalicelib.audience.erasure import Erasure
        from chalicelib.audience.survey_answers import SurveyAnswers

        return Erasure(
            table=self.table,
            contacts=self.contacts,
            consents=self.consent_ledgers,
            ledgers=self.ledgers,
            messages=self.messages,
            links=self.links,
            events=self.events,
            networks=self.network_cookies,
            sizes=self.base_sizes,
            members=self.members,
            enrolments=self.enrolments,
            participants=self.participants,
            clicks=self.click_log,
            conversions=self.conversion_log,
            ordered=self.ordered,
            conversations=Conversations(self.threads, self.ledgers, self.vault),
            answers=SurveyAnswers(self.survey_entries, self.vault),
            wordings=self.wordings,
            vault=self.vault,
            clock=self.clock,
        )

    @cached_property
    def fact_reader(self) -> FactReader:
        from chalicelib.audience.segment_reader import FactReader

        return FactReader(
            self.table, self.contacts, self.ledgers, self.conversion_log, self.events, self.vault, self.clock
        )

    @cached_property
    def segment_desk(self) -> SegmentDesk:
        from chalicelib.audience.segment_desk import SegmentDesk

        return SegmentDesk(self.segments, self.members, self.clock)

    @cached_property
    def segment_lists(self) -> SegmentLists:
        from chalicelib.audience.segment_lists import SegmentLists

        return SegmentLists(self.segment_desk, self.members, self.contacts, self.vault)

    @cached_property
    def segment_builder(self) -> SegmentBuilder:
        from chalicelib.audience.segment_build import SegmentBuilder

        return SegmentBuilder(self.segments, self.members, self.rosters, self.base_sizes, self.fact_reader, self.clock)

    @cached_property
    def segment_sampler(self) -> SegmentSampler:
        from chalicelib.audience.segment_sample import SegmentSampler

        return SegmentSampler(self.rosters, self.base_sizes, self.fact_reader)

    @cached_property
    def segment_watch(self) -> SegmentWatch:
        from chalicelib.audience.segment_watch import SegmentWatch

        return SegmentWatch(self.segments, self.members, self.base_sizes, self.fact_reader, self.clock)

    @cached_property
    def lead_desk(self) -> LeadDesk:
        from chalicelib.audience.facebook_leads import GraphLeadReader
        from chalicelib.audience.lead_desk import LeadDesk

        return LeadDesk(
            self.lead_sources, self.intake, self.counters, GraphLeadReader(), self.wordings, self.vault, self.clock
        )

    @cached_property
    def shop_desk(self) -> ShopDesk:
        from chalicelib.audience.shop_desk import ShopDesk

        return ShopDesk(
            sources=self.shop_sources,
            advertisers=self.advertisers,
            catalogue=self.catalogue,
            collector=self.collector,
            intake=self.intake,
            counters=self.counters,
            vault=self.vault,
            clock=self.clock,
        )

    @cached_property
    def number_checker(self) -> NumberChecker:
        from chalicelib.audience.number_check import NumberChecker
        from chalicelib.storage.number_checks import NumberChecks

        return NumberChecker(NumberChecks(self.table), self.vault, self.clock)
