"""Makes the SMS of a message: its sender, its text, its personal link. In clear, so in memory only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from chalicelib.audience.profile import Profile
from chalicelib.clock import SECOND
from chalicelib.links.codes import Codes
from chalicelib.links.targets import rules_for
from chalicelib.messaging.agents import open_name
from chalicelib.messaging.compose import Composed, cart_template, compose, own_template
from chalicelib.messaging.content import invitation, own_words
from chalicelib.messaging.decide import Permit
from chalicelib.messaging.given import Given, open_given
from chalicelib.messaging.personal_link import personal_link, with_code
from chalicelib.messaging.recipients import Place
from chalicelib.messaging.sender_book import SenderBook
from chalicelib.messaging.senders import NoSender, Sender, choose_sender, written_to
from chalicelib.messaging.survey_text import asking
from chalicelib.messaging.template_language import NotComposable
from chalicelib.messaging.values import promo_value, values_of
from chalicelib.promotions.desk import PromoDesk, Reserved
from chalicelib.promotions.offers import NotOffered
from chalicelib.sms_providers.contract import Sms
from chalicelib.storage import links
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.contacts import FieldValue
from chalicelib.storage.messages import Message
from chalicelib.storage.survey_entries import Asked, asks
from chalicelib.storage.surveys import Survey, Surveys
from chalicelib.storage.table import Put, Write
from chalicelib.storage.templates import Template, Templates
from chalicelib.vault import Vault

Unwritable = (
    NoSender | NotOffered | Literal["unknown_template", "template_reclassified", "survey_not_open", "not_composable"]
)


@dataclass(frozen=True, slots=True)
class Written:
    """An SMS that is ready to go, and its personal link's code."""

    sms: Sms
    code: str | None
    link: Put | None = None
    """The write that brings the link into being; None where it is there already."""
    country: str = ""
    """Of the phone, ISO 3166-1 alpha-2."""
    template: str = ""
    """Its id."""
    promo: Reserved | None = None
    """The promo code in its text; the claim takes it."""
    asks: tuple[Write, ...] = ()
    """The writes that it asks a survey's question; the claim makes them."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a message says, and from whom. Nothing is taken for it yet."""

    template: Template
    sender: Sender
    stop_number: str | None
    """Where a STOP to it goes."""
    composed: Composed
    promo: Reserved | None
    survey: Survey | None = None
    """What it asks."""


class Writer:
    """Writes what a permitted message says to its person."""

    def __init__(
        self,
        templates: Templates,
        senders: SenderBook,
        vault: Vault,
        codes: Codes,
        origin: str,
        stop_number: str | None,
        promos: PromoDesk,
        surveys: Surveys,
    ) -> None:
        self._templates = templates
        self._promos = promos
        self._surveys = surveys
        self._senders = senders
        self._vault = vault
        self._codes = codes
        self._origin = origin
        self._stop_number = stop_number
        self._targets = rules_for(origin)

    def write(
        self, message: Message, permitted: Permit, profile: Profile, place: Place, now: int
    ) -> Written | Unwritable:
        """The SMS, or why there is none to send."""
        code = self._codes.new()
        given = open_given(self._vault, message)
        try:
            draft = self.draft(
                message, permitted.advertiser, profile, permitted.contact.fields, place, given, code, now
            )
        except NotComposable:
            return "not_composable"
        if isinstance(draft, str):
            return draft
        composed = draft.composed
        if message.is_answer and given.link is None:
            sms = self._sms(message, profile.phone, draft.sender.value, composed.text, composed.count.parts, now)
            return Written(sms, None, country=place.country)
        sms = self._sms(message, profile.phone, draft.sender.value, composed.text, composed.count.parts, now)
        target = with_code(given.link or self._way_out(code), draft.promo.code.code if draft.promo else None)
        link = personal_link(message, permitted.site, code, now, self._targets, target)
        return Written(
            sms, code, links.create(link), place.country, draft.template.id, draft.promo, _asks(message, draft, now)
        )

    def draft(
        self,
        message: Message,
        advertiser: Advertiser,
        profile: Profile,
        fields: Mapping[str, FieldValue],
        place: Place,
        given: Given,
        code: str,
        at: int,
    ) -> Draft | Unwritable:
        """What a message would say at `at` to somebody with a personal link of this code. Raises NotComposable."""
        template = self._template(message, advertiser, given)
        if template is None:
            return "unknown_template"
        if template.message_class != message.message_class:
            return "template_reclassified"
        survey = self._survey(message, template, at)
        if isinstance(survey, str):
            return survey
        sender = self._sender(message, advertiser, template, given, place)
        if isinstance(sender, str):
            return sender
        promo = self._promo(message, template, place.zones)
        if isinstance(promo, str):
            return promo
        values = values_of(
            advertiser,
            profile,
            message.product,
            language=template.language,
            cart=message.cart,
            agent=open_name(self._vault, advertiser),
            link=f"{self._origin}/{code}",
            way_out=self._way_out(code),
            fields=fields,
            data=given.values,
            order=given.order,
        )
        if promo:
            values = replace(values, code=promo_value(promo.code, promo.benefit, template.language, place.zones))
        if survey:
            values = replace(values, survey=asking(survey.questions[0], template.language))
        stop_number = sender.stop_number or self._stop_number
        composed = compose(template, values, stop_number, country=place.country)
        return Draft(template, sender, stop_number, composed, promo, survey)

    def undone(self, message: Message, written: Written) -> list[Write]:
        """The writes that give back what an SMS took with its claim: it did not leave."""
        return self._promos.release(message.advertiser, written.promo.code) if written.promo else []

    def written_before(self, message: Message, profile: Profile, now: int) -> Written:
        """The same to the letter as when it was claimed: an idempotency key holds for the same request."""
        text = self._vault.open(message.text or b"", f"message/{message.id}")
        return Written(
            self._sms(message, profile.phone, message.sender or "", text, message.parts, now),
            message.code,
            country=message.country or "",
        )

    def _sender(
        self, message: Message, advertiser: Advertiser, template: Template, given: Given, place: Place
    ) -> Sender | NoSender:
        """An answer comes from the number that the person wrote to: that one can be answered, and nothing is sold."""
        if message.is_answer and given.sender:
            return written_to(given.sender, place.country)
        return choose_sender(
            self._senders.of(advertiser),
            place.country,
            message.message_class,
            invites_reply=template.survey is not None or invitation(own_words(template.text)) is not None,
            wanted=given.sender or template.sender,
        )

    def _template(self, message: Message, advertiser: Advertiser, given: Given) -> Template | None:
        if given.text is not None:
            return own_template(given.text, message.message_class)
        if message.template is None:
            return cart_template(advertiser)
        return self._templates.get(message.advertiser, message.template)

    def _way_out(self, code: str) -> str:
        return f"{self._origin}/u/{code}"

    def _promo(self, message: Message, template: Template, zones: Sequence[str]) -> Reserved | NotOffered | None:
        if template.promo_pool is None:
            return None
        return self._promos.reserve(message.advertiser, template.promo_pool, message.id, zones)

    def _survey(self, message: Message, template: Template, at: int) -> Survey | Literal["survey_not_open"] | None:
        """What the template asks, while an answer to it would count."""
        if template.survey is None:
            return None
        survey = self._surveys.known(message.advertiser, template.survey)
        return survey if survey and survey.is_open(at) else "survey_not_open"

    def _sms(self, message: Message, phone: str, sender: str, text: str, parts: int, now: int) -> Sms:
        validity_s = (message.expires_at - now) // SECOND
        return Sms(message.id, phone, sender, text, message.message_class, validity_s, parts, message.is_answer)


def _asks(message: Message, draft: Draft, now: int) -> tuple[Write, ...]:
    if draft.survey is None:
        return ()
    asked = Asked(draft.survey.questions[0].id, now, message.id)
    return tuple(asks(message.base, message.person, message.advertiser, draft.survey.id, asked))
