"""What people write: their texts read, answered, talked about, counted.

What a service needs is imported when it is built: a redirect must not pay for the composer at its cold start.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.composition.journeys import JourneyServices

if TYPE_CHECKING:
    from chalicelib.replies.asked_before import AskedBefore
    from chalicelib.replies.auto_answering import AutoAnswering
    from chalicelib.replies.beside import BesideReader
    from chalicelib.replies.conversation_desk import ConversationDesk
    from chalicelib.replies.inbound import Inbound
    from chalicelib.replies.keywords import Keywords
    from chalicelib.replies.long_texts import LongTexts
    from chalicelib.replies.quick_replies import QuickReplyBook
    from chalicelib.replies.survey_book import SurveyBook
    from chalicelib.replies.survey_desk import SurveyDesk
    from chalicelib.reports.base_standing import BaseStandings
    from chalicelib.reports.desk import Report
    from chalicelib.reports.periods import Period
    from chalicelib.reports.person_file import PersonFiles
    from chalicelib.storage.advertisers import Advertiser


class ReplyServices(JourneyServices):
    """What people write: their texts read, answered, talked about, counted."""

    @cached_property
    def base_standings(self) -> BaseStandings:
        from chalicelib.reports.base_standing import BaseStandings

        return BaseStandings(self.base_sizes, self.rosters, self.contacts, self.ledgers)

    @cached_property
    def person_files(self) -> PersonFiles:
        from chalicelib.reports.person_file import PersonFiles

        return PersonFiles(self.erasure, self.consent_verifier, self.messages, self.click_log, self.visitors)

    def report(self, advertiser: Advertiser, period: Period) -> Report:
        """An advertiser's reports of some days."""
        from chalicelib.reports.desk import Report

        return Report(self.counters, self.base_sizes, advertiser, period)

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
        from chalicelib.replies.number_owners import NumberOwners
        from chalicelib.replies.seeing import Seer
        from chalicelib.replies.telling import Telling

        seer = Seer(
            ledgers=self.ledgers,
            messages=self.messages,
            advertisers=self.advertisers,
            countries=self.countries,
            keywords=self.keywords,
            owners=NumberOwners(self.senders, self.contacts, self.threads),
            surveys=self.survey_desk,
            contacts=self.contacts,
            model=self.reply_model,
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
