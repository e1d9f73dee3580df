"""Everything between a message and a phone: countries, senders, the gate, the text, the provider, receipts.

What a service needs is imported when it is built: a redirect must not pay for the composer at its cold start.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.clock import HOUR, SystemClock
from chalicelib.composition.links import LinkServices

if TYPE_CHECKING:
    from chalicelib.messaging.dispatch import Dispatch
    from chalicelib.messaging.foresight import PriceOf
    from chalicelib.messaging.gate import Gate
    from chalicelib.messaging.hand_over import HandOver
    from chalicelib.messaging.opt_outs import OptOutPull
    from chalicelib.messaging.receipts import ReceiptDesk
    from chalicelib.messaging.responses import Responses
    from chalicelib.messaging.sender_book import SenderBook
    from chalicelib.messaging.signing import CountryBook
    from chalicelib.messaging.stop_watch import StopWatch
    from chalicelib.messaging.suggesting import TextModel
    from chalicelib.messaging.tick import Tick
    from chalicelib.messaging.writing import Writer
    from chalicelib.promotions.desk import PromoDesk
    from chalicelib.replies.answering import Answering
    from chalicelib.replies.waiting_mail import Mail
    from chalicelib.sms_providers.contract import Provider
    from chalicelib.sms_providers.directory import Directory
    from chalicelib.sms_providers.outbox import OutboxProvider
    from chalicelib.sms_providers.reports import Reports
    from chalicelib.storage.senders import Senders
    from chalicelib.storage.templates import Templates


class SendingServices(LinkServices):
    """Everything between a message and a phone: countries, senders, the gate, the text, the provider, receipts."""

    @cached_property
    def stop_watch(self) -> StopWatch:
        from chalicelib.messaging.stop_watch import StopWatch

        return StopWatch(self.table, self.counters, self.halts, self.advertisers, self.clock)

    @cached_property
    def responses(self) -> Responses:
        from chalicelib.messaging.responses import Responses

        return Responses(self.messages)

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
    def countries(self) -> CountryBook:
        from chalicelib.messaging.signing import CountryBook
        from chalicelib.storage.signed_countries import SignedCountries

        return CountryBook(SignedCountries(self.table, self.kept), self.clock)

    @cached_property
    def sender_book(self) -> SenderBook:
        from chalicelib.messaging.sender_book import SenderBook

        return SenderBook(self.senders, self.countries, self.clock)

    @cached_property
    def senders(self) -> Senders:
        from chalicelib.storage.senders import Senders

        return Senders(self.table, self.kept, self.clock)

    @cached_property
    def answering(self) -> Answering:
        from chalicelib.replies.answering import Answering

        return Answering(self.messages, self.ledgers, self.counters, self.send_queue, self.vault)

    @cached_property
    def mail(self) -> Mail | None:
        """What sends e-mail, where the stage has it."""
        from chalicelib.aws.mail import SesMail

        sender = self.settings.mail_from
        return SesMail(lambda: self._client("sesv2"), sender) if sender else None

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
            heard=self.settings.heard_providers,
        )
