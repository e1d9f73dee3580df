"""What would become of messages at moments to come: the deciders of the dispatch, asked ahead. Nothing is taken.

A message that would wait is decided anew at the moment until which it would: as far as is known today. What others
send meanwhile, and who changes their mind, is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.audience.profile import Profile, open_profile
from chalicelib.messaging.budget import day_of
from chalicelib.messaging.decide import Defer, Facts, Permit, Refuse, Where, moment, permit
from chalicelib.messaging.given import open_given
from chalicelib.messaging.recipients import place_of_contact
from chalicelib.messaging.signing import CountryBook
from chalicelib.messaging.template_language import NotComposable
from chalicelib.messaging.writing import Draft, Writer
from chalicelib.promotions.desk import Reserved
from chalicelib.promotions.foreseen import ForeseenCodes
from chalicelib.sms_providers.prices import Money
from chalicelib.storage.advertisers import Advertiser, Site
from chalicelib.storage.broadcasts import Foreseen
from chalicelib.storage.caps import OperatorCaps
from chalicelib.storage.contacts import Contact, Contacts
from chalicelib.storage.ledger import Ledger, Send
from chalicelib.storage.ledgers import Ledgers
from chalicelib.storage.messages import Message
from chalicelib.vault import Vault

PriceOf = Callable[[str, int], Money | None]
"""What so many parts to a country cost, or None where that is not known."""
_CODE = "Ab3dE5gH7j"
"""As long as a personal link's, and nobody's."""
_MOST_WAITS = 20


@dataclass(frozen=True, slots=True)
class _Text:
    """What it would take to say it."""

    parts: int
    promo: Reserved | None = None


class Foresight:
    """One rehearsal: what it foresees of a message counts for the next ones, as codes, budget and caps go."""

    def __init__(
        self,
        *,
        advertiser: Advertiser,
        site: Callable[[str], Site | None],
        contacts: Contacts,
        ledgers: Ledgers,
        operator_caps: OperatorCaps,
        countries: CountryBook,
        writer: Writer,
        codes: ForeseenCodes,
        price: PriceOf,
        vault: Vault,
    ) -> None:
        self._advertiser = advertiser
        self._site = site
        self._contacts = contacts
        self._ledgers = ledgers
        self._operator_caps = operator_caps
        self._countries = countries
        self._writer = writer
        self._codes = codes
        self._price = price
        self._vault = vault
        self._spent: dict[int, int] = {}
        self._foreseen: dict[str, list[Send]] = {}

    def state(self) -> dict[str, Any]:
        """What was foreseen that counts for other people, as JSON can hold it: money spent, and codes gone."""
        return {"spent": list(self._spent.items()), "codes": dict(self._codes.taken)}

    def go_on(self, state: Mapping[str, Any]) -> None:
        """Count what a part of the rehearsal that came before has foreseen."""
        self._spent = dict(state["spent"])
        self._codes.taken = Counter(state["codes"])

    def of(self, messages: Sequence[Message]) -> list[Foreseen]:
        """What would become of up to 100 messages of the advertiser's own base, in the order of their moments."""
        people = [message.person for message in messages]
        # The ledgers first, as the dispatch does.
        found = self._ledgers.get_all(people)
        contacts = self._contacts.get_all(self._advertiser.id, people)
        return [self._of(message, contacts.get(message.person), found[message.person]) for message in messages]

    def _of(self, message: Message, contact: Contact | None, ledger: Ledger) -> Foreseen:
        at = message.due_at or message.created_at
        caps = self._operator_caps.get()
        ledger = replace(ledger, sends=(*ledger.sends, *self._foreseen.get(message.person, ())))
        site = self._site(message.site) if message.site else None
        facts = Facts(message, self._advertiser, site, contact, ledger, purchased=False, operator_caps=caps)
        permitted = permit(facts, at)
        if isinstance(permitted, Refuse):
            return Foreseen(message.id, "refused", at, permitted.reason)
        profile = open_profile(self._vault, permitted.contact)
        place = place_of_contact(profile.phone, permitted.contact.fields)
        where = Where(place, self._countries.profile(place.country))
        waited_for: str | None = None
        for _ in range(_MOST_WAITS):
            if at >= message.expires_at:
                return Foreseen(message.id, "refused", at, "expired", country=place.country)
            text = self._text(message, permitted, profile, where, at)
            if isinstance(text, str):
                return Foreseen(message.id, "refused", at, text, country=place.country)
            decision = moment(permitted, facts, text.parts, where, at)
            if isinstance(decision, Refuse):
                return Foreseen(message.id, "refused", at, decision.reason, text.parts, place.country)
            if isinstance(decision, Defer):
                at, waited_for = decision.until, waited_for or decision.reason
                continue
            held = self._hold(message, text, place.country, at)
            if isinstance(held, str):
                return Foreseen(message.id, "refused", at, held, text.parts, place.country)
            if held is None:
                if text.promo:
                    self._codes.gone(text.promo)
                self._foreseen.setdefault(message.person, []).append(decision.counted)
                return Foreseen(message.id, "sent", at, None, text.parts, place.country, waited_for)
            at, waited_for = held, waited_for or "budget_spent"
        return Foreseen(message.id, "refused", at, "expired", country=place.country)

    def _text(self, message: Message, permitted: Permit, profile: Profile, where: Where, at: int) -> _Text | str:
        """How long the text would be; one part where no template is asked about."""
        if message.template is None:
            return _Text(1)
        self._codes.at = at
        given = open_given(self._vault, message)
        try:
            draft = self._writer.draft(
                message, self._advertiser, profile, permitted.contact.fields, where.place, given, _CODE, at
            )
        except NotComposable:
            return "not_composable"
        return _Text(draft.composed.count.parts, draft.promo) if isinstance(draft, Draft) else draft

    def _hold(self, message: Message, text: _Text, country: str, at: int) -> int | str | None:
        """Until when the day's budget would hold it back, or why for good; None where it does not."""
        safeguards = self._advertiser.safeguards
        budget, cost = safeguards.budget_micro, self._price(country, text.parts)
        if budget is None or message.message_class == "authorisation":
            return None
        if cost is None or cost.currency != safeguards.currency:
            return "price_unknown"
        _, ends = day_of(at)
        spent = self._spent.get(ends, 0) + cost.micro
        if spent <= budget:
            self._spent[ends] = spent
            return None
        return ends if ends < message.expires_at else "budget_past_expiry"
