"""The composition root: one container's services, each built when it is first used.

What a service needs is imported when it is built: a redirect must not pay for the composer at its cold start.
"""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING

from chalicelib import settings as stage_settings
from chalicelib.clock import HOUR, SystemClock
from chalicelib.links.recent import RecentLinks
from chalicelib.stores import Stores

if TYPE_CHECKING:
    from chalicelib.audience.consent_verify import ConsentVerifier
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
    from chalicelib.audience.segment_watch import SegmentWatch
    from chalicelib.audience.shop_desk import ShopDesk
    from chalicelib.audience.ties import Ties
    from chalicelib.audience.verification import OneTimeCodes
    from chalicelib.audience.wordings import WordingBook
    from chalicelib.aws.lean import Patience
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
    from chalicelib.links.codes import Codes
    from chalicelib.links.conversions import Conversions
    from chalicelib.links.desk import LinkDesk
    from chalicelib.messaging.broadcast_desk import BroadcastDesk
    from chalicelib.messaging.broadcast_run import BroadcastRun
    from chalicelib.messaging.desk import MessageDesk
    from chalicelib.messaging.dispatch import Dispatch
    from chalicelib.messaging.foresight import Foresight, PriceOf
    from chalicelib.messaging.gate import Gate
    from chalicelib.messaging.hand_over import HandOver
    from chalicelib.messaging.opt_outs import OptOutPull
    from chalicelib.messaging.receipts import ReceiptDesk
    from chalicelib.messaging.rehearser import Rehearser
    from chalicelib.messaging.sender_book import SenderBook
    from chalicelib.messaging.signing import CountryBook
    from chalicelib.messaging.stop_watch import StopWatch
    from chalicelib.messaging.suggesting import TextModel
    from chalicelib.messaging.tick import Tick
    from chalicelib.messaging.trials import Trials
    from chalicelib.messaging.writing import Writer
    from chalicelib.promotions.desk import PromoDesk
    from chalicelib.replies.answering import Answering
    from chalicelib.replies.asked_before import AskedBefore
    from chalicelib.replies.auto_answering import AutoAnswering
    from chalicelib.replies.beside import BesideReader
    from chalicelib.replies.conversation_desk import ConversationDesk
    from chalicelib.replies.inbound import Inbound
    from chalicelib.replies.keywords import Keywords
    from chalicelib.replies.long_texts import LongTexts
    from chalicelib.replies.notices import Waiting
    from chalicelib.replies.quick_replies import QuickReplyBook
    from chalicelib.replies.survey_book import SurveyBook
    from chalicelib.replies.survey_desk import SurveyDesk
    from chalicelib.replies.waiting_mail import Mail, WaitingMail
    from chalicelib.sms_providers.contract import Provider
    from chalicelib.sms_providers.directory import Directory
    from chalicelib.sms_providers.outbox import OutboxProvider
    from chalicelib.sms_providers.reports import Reports
    from chalicelib.storage.advertisers import Advertiser
    from chalicelib.storage.templates import Templates
    from chalicelib.tracking.collect import Collector
    from chalicelib.tracking.network import NetworkDoor
    from chalicelib.webhooks.announcer import Announcer
    from chalicelib.webhooks.deliverer import Deliverer
    from chalicelib.webhooks.desk import WebhookDesk
    from chalicelib.webhooks.due import DueNotices


class Services(Stores):
    """Everything that handlers call."""

    @cached_property
    def recent_links(self) -> RecentLinks:
        return RecentLinks()

    @cached_property
    def link_desk(self) -> LinkDesk:
        from chalicelib.links.desk import LinkDesk

        return LinkDesk(self.links, self.link_domains, self.advertisers, self.clock, self.settings.origin)

    @cached_property
    def trials(self) -> Trials:
        from chalicelib.messaging.trials import Trials
        from chalicelib.storage.trial_phones import TrialPhones
        from chalicelib.storage.verifications import Verifications

        phones, limits = TrialPhones(self.table), Verifications(self.table)
        return Trials(phones, self.verifications, limits, self.provider, self.vault, self.clock)

    @cached_property
    def stop_watch(self) -> StopWatch:
        from chalicelib.messaging.stop_watch import StopWatch

        return StopWatch(self.table, self.counters, self.halts, self.advertisers, self.clock)

    @cached_property
    def promo_desk(self) -> PromoDesk:
        from chalicelib.promotions.desk import PromoDesk
        from chalicelib.storage.promo_codes import PromoCodes

        return PromoDesk(self.promo_pools, PromoCodes(self.table), self.clock)

    @cached_property
    def collector(self) -> Collector:
        from chalicelib.tracking.collect import Collector

        return Collector(self.events, self.advertisers, self.counters, self.vault, self.clock)

    @cached_property
    def network_door(self) -> NetworkDoor:
        from chalicelib.tracking.network import NetworkDoor

        return NetworkDoor(self.advertisers, enabled=self.settings.network_cookie)

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
            conversations=Conversations(self.threads, self.vault),
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
    def segment_watch(self) -> SegmentWatch:
        from chalicelib.audience.segment_watch import SegmentWatch

        return SegmentWatch(self.segments, self.members, self.base_sizes, self.fact_reader, self.clock)

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

        return Endings(self.ledgers, self.messages, self.advertisers, self.enroller, self.experiments)

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

        return Conversions(self.conversion_log, self.click_log, self.links, self.messages, self.advertisers, self.clock)

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
            self.conversions,
            self.clock,
        )

    @cached_property
    def codes(self) -> Codes:
        from chalicelib.links.codes import Codes

        return Codes(self.vault.link_salt)

    @cached_property
    def tick(self) -> Tick:
        from chalicelib.messaging.tick import Tick

        return Tick(self.messages, self.halts, self.send_queue, self.table_identity, self.clock)

    @cached_property
    def hand_over(self) -> HandOver:
        from chalicelib.messaging.hand_over import HandOver

        return HandOver(
            messages=self.messages,
            ledgers=self.ledgers,
            contacts=self.contacts,
            provider=self.provider,
            clock=self.clock,
            word_within=self.settings.word_within_h * HOUR,
        )

    @cached_property
    def dispatch(self) -> Dispatch:
        from chalicelib.messaging.dispatch import Dispatch
        from chalicelib.messaging.read_ahead import ReadAhead

        return Dispatch(
            table_identity=self.table_identity,
            messages=self.messages,
            contacts=self.contacts,
            ledgers=self.ledgers,
            events=self.events,
            advertisers=self.advertisers,
            enrolments=self.enrolments,
            operator_caps=self.operator_caps,
            hand_over=self.hand_over,
            writer=self.writer,
            countries=self.countries,
            halts=self.halts,
            ahead=ReadAhead(self.kept, self.settings.providers),
            gate=self.gate,
            queue=self.send_queue,
            vault=self.vault,
            clock=self.clock,
        )

    @cached_property
    def writer(self) -> Writer:
        return self._writer(self.templates, self.promo_desk)

    def _writer(self, templates: Templates, promos: PromoDesk) -> Writer:
        from chalicelib.messaging.writing import Writer

        stop_number = self.settings.stop_number or None
        origin, surveys = self.settings.origin, self.surveys
        return Writer(templates, self.sender_book, self.vault, self.codes, origin, stop_number, promos, surveys)

    @cached_property
    def text_model(self) -> TextModel | None:
        """What suggests texts, where the stage has one."""
        return self._model(self.settings.text_model)

    @cached_property
    def reply_model(self) -> TextModel | None:
        """What is asked about replies that the rules are unsure of, where the stage has one."""
        return self._model(self.settings.reply_model)

    def _model(self, named: str) -> TextModel | None:
        from chalicelib.aws.bedrock import Bedrock

        return Bedrock(lambda: self._client("bedrock-runtime"), named) if named else None

    @cached_property
    def broadcast_desk(self) -> BroadcastDesk:
        from chalicelib.links.targets import rules_for
        from chalicelib.messaging.broadcast_desk import BroadcastDesk

        return BroadcastDesk(
            broadcasts=self.broadcasts,
            segments=self.segment_desk,
            templates=self.templates,
            rehearser=self.rehearser,
            halts=self.halts,
            targets=rules_for(self.settings.origin),
            clock=self.clock,
        )

    @cached_property
    def rehearser(self) -> Rehearser:
        from chalicelib.messaging.rehearser import Rehearser

        return Rehearser(
            broadcasts=self.broadcasts,
            members=self.members,
            foresight=self._foresight,
            price=self._price,
            vault=self.vault,
            clock=self.clock,
        )

    def _foresight(self, advertiser: Advertiser) -> Foresight:
        from chalicelib.messaging.foresight import Foresight
        from chalicelib.promotions.foreseen import ForeseenCodes
        from chalicelib.storage.promo_codes import PromoCodes
        from chalicelib.storage.templates import TemplatesOnce

        codes = ForeseenCodes(self.promo_pools, PromoCodes(self.table), self.clock)
        return Foresight(
            advertiser=advertiser,
            site=self.advertisers.site,
            contacts=self.contacts,
            ledgers=self.ledgers,
            operator_caps=self.operator_caps,
            countries=self.countries,
            writer=self._writer(TemplatesOnce(self.table), codes),
            codes=codes,
            price=self._price,
            vault=self.vault,
        )

    @cached_property
    def broadcast_run(self) -> BroadcastRun:
        from chalicelib.messaging.broadcast_run import BroadcastRun

        return BroadcastRun(
            broadcasts=self.broadcasts,
            members=self.members,
            messages=self.messages,
            halts=self.halts,
            templates=self.templates,
            opt_outs=self.opt_out_pull,
            vault=self.vault,
            clock=self.clock,
        )

    @cached_property
    def _price(self) -> PriceOf:
        from chalicelib.sms_providers.prices import own_prices, price

        own = own_prices(self.settings.prices)
        return lambda country, parts: price(self.settings.providers[0], country, parts, own)

    @cached_property
    def gate(self) -> Gate:
        from chalicelib.messaging.budget import Budget
        from chalicelib.messaging.gate import Gate
        from chalicelib.messaging.pace import Limits, Pace
        from chalicelib.sms_providers.prices import own_prices, price
        from chalicelib.storage.allowances import Allowances

        own = own_prices(self.settings.prices)
        allowances = Allowances(self.table)
        limits = Limits(self.settings.provider_rate, self.settings.sender_rate)
        return Gate(
            breakers=self.breakers,
            providers=self.settings.providers,
            budget=Budget(allowances),
            price=lambda provider, country, parts: price(provider, country, parts, own),
            pace=Pace(allowances, limits, self.clock),
            clock=self.clock,
        )

    @cached_property
    def message_desk(self) -> MessageDesk:
        from chalicelib.messaging.desk import MessageDesk

        return MessageDesk(
            messages=self.messages,
            contacts=self.contacts,
            ledgers=self.ledgers,
            templates=self.templates,
            intake=self.intake,
            writer=self.writer,
            countries=self.countries,
            counters=self.counters,
            vault=self.vault,
            clock=self.clock,
        )

    @cached_property
    def countries(self) -> CountryBook:
        from chalicelib.messaging.signing import CountryBook
        from chalicelib.storage.signed_countries import SignedCountries

        return CountryBook(SignedCountries(self.table, self.kept), self.clock)

    @cached_property
    def sender_book(self) -> SenderBook:
        from chalicelib.messaging.sender_book import SenderBook
        from chalicelib.storage.senders import Senders

        return SenderBook(Senders(self.table, self.kept, self.clock), self.countries, self.clock)

    @cached_property
    def answering(self) -> Answering:
        from chalicelib.replies.answering import Answering

        return Answering(self.messages, self.ledgers, self.counters, self.send_queue, self.vault)

    @cached_property
    def conversation_desk(self) -> ConversationDesk:
        from chalicelib.replies.conversation_desk import ConversationDesk

        return ConversationDesk(
            threads=self.threads,
            answering=self.answering,
            ledgers=self.ledgers,
            endings=self.endings,
            counters=self.counters,
            announcer=self.announcer,
            vault=self.vault,
            clock=self.clock,
        )

    @cached_property
    def beside_reader(self) -> BesideReader:
        from chalicelib.replies.beside import BesideReader

        return BesideReader(
            table=self.table,
            advertisers=self.advertisers,
            contacts=self.contacts,
            ledgers=self.ledgers,
            messages=self.messages,
            visitors=self.visitors,
            ordered=self.ordered,
            enrolments=self.enrolments,
            vault=self.vault,
        )

    @cached_property
    def quick_reply_book(self) -> QuickReplyBook:
        from chalicelib.replies.quick_replies import QuickReplyBook
        from chalicelib.storage.quick_replies import QuickReplies

        return QuickReplyBook(QuickReplies(self.table), self.vault, self.clock)

    @cached_property
    def asked_before(self) -> AskedBefore:
        from chalicelib.replies.asked_before import AskedBefore

        return AskedBefore(self.ledgers, self.messages)

    @cached_property
    def auto_answering(self) -> AutoAnswering:
        from chalicelib.replies.auto_answering import AutoAnswering

        return AutoAnswering(
            answers=self.automatic_answers,
            answering=self.answering,
            threads=self.threads,
            ledgers=self.ledgers,
            asked=self.asked_before,
            links=self.links,
            ordered=self.ordered,
            templates=self.templates,
            advertisers=self.advertisers,
            countries=self.countries,
            enroller=self.enroller,
            counters=self.counters,
            vault=self.vault,
            clock=self.clock,
        )

    @cached_property
    def inbound(self) -> Inbound:
        from chalicelib.replies.following import JourneyReplies, SurveyReplies
        from chalicelib.replies.inbound import Inbound
        from chalicelib.replies.seeing import Seer
        from chalicelib.replies.telling import Telling

        seer = Seer(
            ledgers=self.ledgers,
            messages=self.messages,
            advertisers=self.advertisers,
            countries=self.countries,
            keywords=self.keywords,
            surveys=self.survey_desk,
            vault=self.vault,
        )
        return Inbound(
            seer=seer,
            texts=self.heard_texts,
            long_texts=self.long_texts,
            ledgers=self.ledgers,
            advertisers=self.advertisers,
            threads=self.threads,
            keywords=self.keywords,
            answering=self.answering,
            counters=self.counters,
            followers=[
                JourneyReplies(self.endings, self.asked_before),
                SurveyReplies(self.survey_desk, self.answering, self.announcer, self.clock),
                self.auto_answering,
            ],
            telling=Telling(self.announcer, self.waiting, self.threads, self.clock),
            vault=self.vault,
            clock=self.clock,
        )

    @cached_property
    def long_texts(self) -> LongTexts:
        from chalicelib.replies.long_texts import LongTexts
        from chalicelib.storage.text_parts import TextParts

        return LongTexts(TextParts(self.table), self.reports, self.vault, self.clock)

    @cached_property
    def announcer(self) -> Announcer:
        from chalicelib.webhooks.announcer import Announcer

        return Announcer(self.webhooks, self.deliveries, self.notice_queue, self.clock)

    @cached_property
    def webhook_desk(self) -> WebhookDesk:
        from chalicelib.links.targets import check_target, rules_for
        from chalicelib.webhooks.desk import WebhookDesk

        rules = rules_for(self.settings.origin)
        return WebhookDesk(
            webhooks=self.webhooks,
            deliveries=self.deliveries,
            queue=self.notice_queue,
            target=lambda url: check_target(url, rules),
            loopback=self.settings.webhooks_to_loopback,
            vault=self.vault,
            clock=self.clock,
        )

    @cached_property
    def waiting(self) -> Waiting:
        from chalicelib.replies.notices import Waiting

        return Waiting(
            book=self.notice_book,
            threads=self.threads,
            webhooks=self.webhooks,
            announcer=self.announcer,
            mail=self.waiting_mail,
            queue=self.notice_queue,
            clock=self.clock,
        )

    @cached_property
    def waiting_mail(self) -> WaitingMail:
        from chalicelib.replies.waiting_mail import WaitingMail

        return WaitingMail(
            book=self.notice_book,
            threads=self.threads,
            counters=self.counters,
            mail=self.mail,
            queue=self.notice_queue,
            vault=self.vault,
            origin=self.settings.origin,
            clock=self.clock,
        )

    @cached_property
    def mail(self) -> Mail | None:
        """What sends e-mail, where the stage has it."""
        from chalicelib.aws.mail import SesMail

        sender = self.settings.mail_from
        return SesMail(lambda: self._client("sesv2"), sender) if sender else None

    @cached_property
    def deliverer(self) -> Deliverer:
        from chalicelib.webhooks.deliverer import Deliverer
        from chalicelib.webhooks.post import Poster

        return Deliverer(
            webhooks=self.webhooks,
            deliveries=self.deliveries,
            counters=self.counters,
            poster=Poster(loopback=self.settings.webhooks_to_loopback),
            vault=self.vault,
            origin=self.settings.origin,
            clock=self.clock,
            real=SystemClock(),
        )

    @cached_property
    def due_notices(self) -> DueNotices:
        from chalicelib.storage.jobs import Jobs
        from chalicelib.storage.keys import NOTICES
        from chalicelib.webhooks.due import DueNotices

        return DueNotices(Jobs(self.table, NOTICES), self.notice_queue, self.table_identity, self.clock)

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

    @cached_property
    def survey_desk(self) -> SurveyDesk:
        from chalicelib.replies.survey_desk import SurveyDesk

        return SurveyDesk(self.surveys, self.survey_entries, self.advertisers, self.vault, self.clock)

    @cached_property
    def survey_book(self) -> SurveyBook:
        from chalicelib.replies.survey_book import SurveyBook

        return SurveyBook(self.surveys, self.survey_entries, self.message_desk, self.vault, self.clock)

    @cached_property
    def keywords(self) -> Keywords:
        from chalicelib.replies.keywords import Keywords

        return Keywords(
            numbers=self.keyword_numbers,
            advertisers=self.advertisers,
            ledgers=self.ledgers,
            contacts=self.contacts,
            intake=self.intake,
            counters=self.counters,
            answering=self.answering,
            vault=self.vault,
            clock=self.clock,
        )

    @cached_property
    def outbox(self) -> OutboxProvider:
        from chalicelib.sms_providers.outbox import OutboxProvider
        from chalicelib.storage.outbox import Outbox

        return OutboxProvider(Outbox(self.table), self.vault, self.clock)

    @cached_property
    def provider(self) -> Provider:
        return self.providers.provider()

    @cached_property
    def reports(self) -> Reports:
        from chalicelib.sms_providers.reports import Reports
        from chalicelib.storage.receipt_queue import ReceiptQueue

        return Reports(ReceiptQueue(self._client("sqs"), self.settings.receipt_queue_url), self.vault)

    @cached_property
    def receipt_desk(self) -> ReceiptDesk:
        from chalicelib.messaging.receipts import ReceiptDesk
        from chalicelib.storage.receipts import Receipts

        return ReceiptDesk(self.messages, Receipts(self.table), self.ledgers, self.clock)

    @cached_property
    def opt_out_pull(self) -> OptOutPull:
        from chalicelib.messaging.opt_outs import OptOutPull
        from chalicelib.storage.opt_out_pulls import OptOutPulls

        return OptOutPull(self.providers.opt_out_lists, OptOutPulls(self.table), self.ledgers, self.vault, self.clock)

    @cached_property
    def providers(self) -> Directory:
        from chalicelib.sms_providers.accounts import Accounts
        from chalicelib.sms_providers.circuit_breaker import CircuitBreaker
        from chalicelib.sms_providers.directory import Directory
        from chalicelib.vault import secrets_reader

        read = secrets_reader(lambda: self._calls("ssm"), self.settings.providers_path)
        return Directory(
            self.settings.sms_provider,
            lambda: self.outbox,
            Accounts(read, SystemClock()),
            self._client,
            self.settings.origin,
            self.clock,
            guarded=lambda provider: CircuitBreaker(provider, self.breakers, self.clock),
        )


@cache
def services() -> Services:
    """The container's services; ConfigurationError where the stage may not start."""
    return Services(stage_settings.from_environment())


@cache
def lean_services() -> Services:
    """As above without boto3, for collect, which comes down to one call (docs/adr/0013)."""
    from chalicelib.aws.lean import PATIENT

    return _lean(PATIENT)


@cache
def landing_services() -> Services:
    """The same for the redirect, where a person waits: it gives a silent table up within seconds."""
    from chalicelib.aws.lean import IN_A_HURRY

    return _lean(IN_A_HURRY)


def _lean(patience: Patience) -> Services:
    from chalicelib.aws.lean import LeanClient

    access = stage_settings.aws_access()
    return Services(
        stage_settings.from_environment(), calls=lambda service: LeanClient(service, access, patience=patience)
    )
