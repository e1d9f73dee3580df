"""Makes the SMS of a message: its sender, its text, its personal link. In clear, so in memory only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from chalicelib.audience.profile import Profile
from chalicelib.clock import SECOND
from chalicelib.links.codes import Codes
from chalicelib.links.targets import rules_for
from chalicelib.messaging.compose import cart_template, compose
from chalicelib.messaging.decide import Permit
from chalicelib.messaging.given import open_given
from chalicelib.messaging.personal_link import personal_link
from chalicelib.messaging.recipients import Place
from chalicelib.messaging.sender_book import SenderBook
from chalicelib.messaging.senders import NoSender, choose_sender
from chalicelib.messaging.template_language import NotComposable
from chalicelib.messaging.values import promo_value, values_of
from chalicelib.promotions.desk import PromoDesk, Reserved
from chalicelib.promotions.offers import NotOffered
from chalicelib.sms_providers.contract import Sms
from chalicelib.storage import links
from chalicelib.storage.messages import Message
from chalicelib.storage.table import Put, Write
from chalicelib.storage.templates import Template, Templates
from chalicelib.vault import Vault

Unwritable = NoSender | NotOffered | Literal["unknown_template", "not_composable"]


@dataclass(frozen=True, slots=True)
class Written:
    """An SMS that is ready to go, and its personal link's code."""

    sms: Sms
    code: str | None
    link: Put | None = None
    """The write that brings the link into being; None where it is there already."""
    country: str = ""
    """Of the phone, ISO 3166-1 alpha-2."""
    promo: Reserved | None = None
    """The promo code in its text; the claim takes it."""


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
    ) -> None:
        self._templates = templates
        self._promos = promos
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
        template = self._template(message, permitted)
        if template is None:
            return "unknown_template"
        sender = choose_sender(
            self._senders.of(permitted.advertiser), place.country, message.message_class, wanted=template.sender
        )
        if isinstance(sender, str):
            return sender
        promo = self._promo(message, template, place.zones)
        if isinstance(promo, str):
            return promo
        code = self._codes.new()
        page = f"{self._origin}/u/{code}"
        given = open_given(self._vault, message)
        values = values_of(
            permitted.advertiser,
            profile,
            message.product,
            link=f"{self._origin}/{code}",
            way_out=page,
            fields=permitted.contact.fields,
            data=given.values,
        )
        if promo:
            values = replace(values, code=promo_value(promo.code, promo.benefit, template.language, place.zones))
        try:
            composed = compose(template, values, sender.stop_number or self._stop_number)
        except NotComposable:
            return "not_composable"
        sms = self._sms(message, profile.phone, sender.value, composed.text, composed.count.parts, now)
        link = personal_link(message, permitted.site, code, now, self._targets, given.link or page)
        return Written(sms, code, links.create(link), place.country, promo)

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

    def _template(self, message: Message, permitted: Permit) -> Template | None:
        if message.template is None:
            return cart_template(permitted.advertiser)
        return self._templates.get(message.advertiser, message.template)

    def _promo(self, message: Message, template: Template, zones: Sequence[str]) -> Reserved | NotOffered | None:
        if template.promo_pool is None:
            return None
        return self._promos.reserve(message.advertiser, template.promo_pool, message.id, zones)

    def _sms(self, message: Message, phone: str, sender: str, text: str, parts: int, now: int) -> Sms:
        validity_s = (message.expires_at - now) // SECOND
        return Sms(message.id, phone, sender, text, message.message_class, validity_s=validity_s, parts=parts)
