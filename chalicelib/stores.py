"""A container's stores: what reads and writes the table, its queues and its log, each built when it is first used."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chalicelib.aws.calls import Call
from chalicelib.clock import Clock, SystemClock
from chalicelib.settings import Settings
from chalicelib.storage.kept import Kept
from chalicelib.storage.links import Links
from chalicelib.storage.table import Table

if TYPE_CHECKING:
    from chalicelib.storage.admin_keys import AdminKeys
    from chalicelib.storage.advertisers import Advertisers
    from chalicelib.storage.answered_once import AnsweredOnce
    from chalicelib.storage.audit_log import AuditLog
    from chalicelib.storage.automatic_answers import AutomaticAnswers
    from chalicelib.storage.base_sizes import BaseSizes
    from chalicelib.storage.breakers import Breakers
    from chalicelib.storage.broadcasts import Broadcasts
    from chalicelib.storage.caps import OperatorCaps
    from chalicelib.storage.catalogue import Catalogue
    from chalicelib.storage.clicks import ClickLog
    from chalicelib.storage.complements import Complements
    from chalicelib.storage.consent_ledgers import ConsentLedgers
    from chalicelib.storage.contacts import Contacts
    from chalicelib.storage.conversions import ConversionLog
    from chalicelib.storage.counters import Counters
    from chalicelib.storage.daybook import Daybook
    from chalicelib.storage.dead_letters import DeadLetters
    from chalicelib.storage.deliveries import Deliveries
    from chalicelib.storage.enrolments import Enrolments
    from chalicelib.storage.events import Events
    from chalicelib.storage.halts import Halts
    from chalicelib.storage.heard_texts import HeardTexts
    from chalicelib.storage.jobs import Jobs
    from chalicelib.storage.journey_rehearsals import JourneyRehearsals
    from chalicelib.storage.journeys import Journeys
    from chalicelib.storage.keyword_numbers import KeywordNumbers
    from chalicelib.storage.lead_sources import LeadSources
    from chalicelib.storage.ledger_places import LedgerPlaces
    from chalicelib.storage.ledgers import Ledgers
    from chalicelib.storage.link_domains import LinkDomains
    from chalicelib.storage.lists import Lists
    from chalicelib.storage.messages import Messages
    from chalicelib.storage.movable_clock import MovableClock
    from chalicelib.storage.networks import NetworkCookies
    from chalicelib.storage.notice_queue import NoticeQueue
    from chalicelib.storage.notices import NoticeBook
    from chalicelib.storage.opposition_log import OppositionLog
    from chalicelib.storage.ordered import OrderedLog
    from chalicelib.storage.participants import Participants
    from chalicelib.storage.promo_pools import PromoPools
    from chalicelib.storage.rate_limits import RateLimits
    from chalicelib.storage.rosters import Rosters
    from chalicelib.storage.segments import Members, Segments
    from chalicelib.storage.send_queue import SendQueue
    from chalicelib.storage.shop_sources import ShopSources
    from chalicelib.storage.site_watch import SiteWatch
    from chalicelib.storage.sold import SoldLog
    from chalicelib.storage.survey_entries import SurveyEntries
    from chalicelib.storage.surveys import Surveys
    from chalicelib.storage.table_identity import TableIdentity
    from chalicelib.storage.templates import Templates
    from chalicelib.storage.threads import Threads
    from chalicelib.storage.turns import Turns
    from chalicelib.storage.visitors import Visitors
    from chalicelib.storage.webhooks import Webhooks
    from chalicelib.vault import Vault

ClientFactory = Callable[[Any], Any]
"""Makes boto3's client of an AWS service by its name."""
CallFactory = Callable[[str], Call]
"""Makes the calls of an AWS service by its name: to another client than boto3's."""


def aws_client(service: Any) -> Any:
    """A client with the environment's credentials and endpoint."""
    from chalicelib.aws import boto

    return boto.client(service)


class Stores:
    """What keeps things. `calls` makes the calls to the table and to the secrets: boto3 unless told."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock | None = None,
        client: ClientFactory = aws_client,
        calls: CallFactory | None = None,
    ) -> None:
        self.settings = settings
        self._given_clock = clock
        self._client = client
        self._calls = calls or self._calls_of_client

    def _calls_of_client(self, service: str) -> Call:
        from chalicelib.aws import boto

        return boto.calls_through(self._client(service))

    @cached_property
    def clock(self) -> Clock:
        if self._given_clock is None and self.settings.test_clock:
            return self.movable_clock
        return self._given_clock or SystemClock()

    @cached_property
    def movable_clock(self) -> MovableClock:
        from chalicelib.storage.movable_clock import MovableClock

        return MovableClock(self._calls("dynamodb"), self.settings.table, SystemClock())

    @cached_property
    def table(self) -> Table:
        return Table(self._calls("dynamodb"), self.settings.table, self.clock)

    @cached_property
    def kept(self) -> Kept:
        return Kept(self.table, self.clock)

    @cached_property
    def table_identity(self) -> TableIdentity:
        from chalicelib.storage.table_identity import TableIdentity

        return TableIdentity(self._calls("dynamodb"), self.settings.table, self.table)

    @cached_property
    def opposition_log(self) -> OppositionLog:
        from chalicelib.storage.opposition_log import OppositionLog

        return OppositionLog(self._client("s3"), self.settings.opposition_log)

    @cached_property
    def lists(self) -> Lists:
        from chalicelib.storage.lists import Lists

        return Lists(self.table)

    @cached_property
    def links(self) -> Links:
        return Links(self.table)

    @cached_property
    def link_domains(self) -> LinkDomains:
        from chalicelib.storage.link_domains import LinkDomains

        return LinkDomains(self.table)

    @cached_property
    def advertisers(self) -> Advertisers:
        from chalicelib.storage.advertisers import Advertisers

        return Advertisers(self.table, self.kept)

    @cached_property
    def admin_keys(self) -> AdminKeys:
        from chalicelib.storage.admin_keys import AdminKeys

        return AdminKeys(self.table, self.kept)

    @cached_property
    def rate_limits(self) -> RateLimits:
        from chalicelib.storage.rate_limits import RateLimits

        return RateLimits(self.table)

    @cached_property
    def answered_once(self) -> AnsweredOnce:
        from chalicelib.storage.answered_once import AnsweredOnce

        return AnsweredOnce(self.table)

    @cached_property
    def turns(self) -> Turns:
        from chalicelib.storage.turns import Turns

        return Turns(self.table)

    @cached_property
    def audit_log(self) -> AuditLog:
        from chalicelib.storage.audit_log import AuditLog

        return AuditLog(self.table)

    @cached_property
    def events(self) -> Events:
        from chalicelib.storage.events import Events

        return Events(self.table)

    @cached_property
    def site_watch(self) -> SiteWatch:
        from chalicelib.storage.site_watch import SiteWatch

        return SiteWatch(self.table, self.kept)

    @cached_property
    def visitors(self) -> Visitors:
        from chalicelib.storage.visitors import Visitors

        return Visitors(self.table)

    @cached_property
    def contacts(self) -> Contacts:
        from chalicelib.storage.contacts import Contacts

        return Contacts(self.table)

    @cached_property
    def threads(self) -> Threads:
        from chalicelib.storage.threads import Threads

        return Threads(self.table, self.vault.sign)

    @cached_property
    def ledgers(self) -> Ledgers:
        from chalicelib.storage.ledgers import Ledgers

        return Ledgers(self.table, self.ledger_places)

    @cached_property
    def ledger_places(self) -> LedgerPlaces:
        from chalicelib.storage.ledger_places import LedgerPlaces

        return LedgerPlaces(self.table, self.vault)

    @cached_property
    def messages(self) -> Messages:
        from chalicelib.storage.messages import Messages

        return Messages(self.table)

    @cached_property
    def journeys(self) -> Journeys:
        from chalicelib.storage.journeys import Journeys

        return Journeys(self.table)

    @cached_property
    def journey_rehearsals(self) -> JourneyRehearsals:
        from chalicelib.storage.journey_rehearsals import JourneyRehearsals

        return JourneyRehearsals(self.table)

    @cached_property
    def enrolments(self) -> Enrolments:
        from chalicelib.storage.enrolments import Enrolments

        return Enrolments(self.table)

    @cached_property
    def counters(self) -> Counters:
        from chalicelib.storage.counters import Counters

        return Counters(self.table)

    @cached_property
    def daybook(self) -> Daybook:
        from chalicelib.storage.daybook import Daybook

        return Daybook(self.table)

    @cached_property
    def halts(self) -> Halts:
        from chalicelib.storage.halts import Halts

        return Halts(self.table, self.kept)

    @cached_property
    def promo_pools(self) -> PromoPools:
        from chalicelib.storage.promo_pools import PromoPools

        return PromoPools(self.table)

    @cached_property
    def dead_letters(self) -> DeadLetters:
        from chalicelib.storage.dead_letters import DeadLetters

        return DeadLetters(self._client("sqs"), self.settings.dead_letters_url, self.settings.send_queue_url)

    @cached_property
    def send_queue(self) -> SendQueue:
        from chalicelib.storage.send_queue import SendQueue

        return SendQueue(self._client("sqs"), self.settings.send_queue_url)

    @cached_property
    def vault(self) -> Vault:
        from chalicelib.vault import Vault, secrets_reader

        return Vault(secrets_reader(lambda: self._calls("ssm"), self.settings.keys_path))

    @cached_property
    def network_cookies(self) -> NetworkCookies:
        from chalicelib.storage.networks import NetworkCookies

        return NetworkCookies(self.table)

    @cached_property
    def consent_ledgers(self) -> ConsentLedgers:
        from chalicelib.storage.consent_ledgers import ConsentLedgers

        return ConsentLedgers(self.table)

    @cached_property
    def base_sizes(self) -> BaseSizes:
        from chalicelib.storage.base_sizes import BaseSizes

        return BaseSizes(self.table)

    @cached_property
    def rosters(self) -> Rosters:
        from chalicelib.storage.rosters import Rosters

        return Rosters(self.table)

    @cached_property
    def segments(self) -> Segments:
        from chalicelib.storage.segments import Segments

        return Segments(self.table)

    @cached_property
    def surveys(self) -> Surveys:
        from chalicelib.storage.surveys import Surveys

        return Surveys(self.table, self.kept)

    @cached_property
    def survey_entries(self) -> SurveyEntries:
        from chalicelib.storage.survey_entries import SurveyEntries

        return SurveyEntries(self.table, self.counters)

    @cached_property
    def participants(self) -> Participants:
        from chalicelib.storage.participants import Participants

        return Participants(self.table)

    @cached_property
    def members(self) -> Members:
        from chalicelib.storage.segments import Members

        return Members(self.table)

    @cached_property
    def broadcasts(self) -> Broadcasts:
        from chalicelib.storage.broadcasts import Broadcasts

        return Broadcasts(self.table)

    @cached_property
    def jobs(self) -> Jobs:
        from chalicelib.storage.jobs import Jobs

        return Jobs(self.table)

    @cached_property
    def conversion_log(self) -> ConversionLog:
        from chalicelib.storage.conversions import ConversionLog

        return ConversionLog(self.table)

    @cached_property
    def ordered(self) -> OrderedLog:
        from chalicelib.storage.ordered import OrderedLog

        return OrderedLog(self.table)

    @cached_property
    def sold(self) -> SoldLog:
        from chalicelib.storage.sold import SoldLog

        return SoldLog(self.table)

    @cached_property
    def automatic_answers(self) -> AutomaticAnswers:
        from chalicelib.storage.automatic_answers import AutomaticAnswers

        return AutomaticAnswers(self.table)

    @cached_property
    def complements(self) -> Complements:
        from chalicelib.storage.complements import Complements

        return Complements(self.table)

    @cached_property
    def click_log(self) -> ClickLog:
        from chalicelib.storage.clicks import ClickLog

        return ClickLog(self.table)

    @cached_property
    def operator_caps(self) -> OperatorCaps:
        from chalicelib.storage.caps import OperatorCaps

        return OperatorCaps(self.table, self.kept)

    @cached_property
    def breakers(self) -> Breakers:
        from chalicelib.storage.breakers import Breakers

        return Breakers(self.table, self.kept)

    @cached_property
    def templates(self) -> Templates:
        from chalicelib.storage.templates import Templates

        return Templates(self.table)

    @cached_property
    def lead_sources(self) -> LeadSources:
        from chalicelib.storage.lead_sources import LeadSources

        return LeadSources(self.table)

    @cached_property
    def shop_sources(self) -> ShopSources:
        from chalicelib.storage.shop_sources import ShopSources

        return ShopSources(self.table)

    @cached_property
    def catalogue(self) -> Catalogue:
        from chalicelib.storage.catalogue import Catalogue

        return Catalogue(self.table)

    @cached_property
    def heard_texts(self) -> HeardTexts:
        from chalicelib.storage.heard_texts import HeardTexts

        return HeardTexts(self.table)

    @cached_property
    def keyword_numbers(self) -> KeywordNumbers:
        from chalicelib.storage.keyword_numbers import KeywordNumbers

        return KeywordNumbers(self.table)

    @cached_property
    def webhooks(self) -> Webhooks:
        from chalicelib.storage.webhooks import Webhooks

        return Webhooks(self.table, self.clock)

    @cached_property
    def deliveries(self) -> Deliveries:
        from chalicelib.storage.deliveries import Deliveries

        return Deliveries(self.table)

    @cached_property
    def notice_queue(self) -> NoticeQueue:
        from chalicelib.storage.notice_queue import NoticeQueue

        return NoticeQueue(self._client("sqs"), self.settings.notice_queue_url)

    @cached_property
    def notice_book(self) -> NoticeBook:
        from chalicelib.storage.notices import NoticeBook

        return NoticeBook(self.table, self.kept)
