"""A rehearsal added up: how many would get it, why the others would not, what it costs, and how it loads the hours.

Exact where everybody was looked at. Of a sample it tells estimates with the interval that they lie in 95 times of a
hundred (messaging/shares.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil, floor
from typing import TYPE_CHECKING, Any

from chalicelib.clock import HOUR
from chalicelib.messaging.foresight import PriceOf
from chalicelib.messaging.shares import wilson
from chalicelib.storage.broadcasts import Foreseen

if TYPE_CHECKING:
    from chalicelib.messaging.rehearsal_shapes import People, PriceTold, Reach

_MOST_HOURS = 200
WIN_BACK: Mapping[str, str] = {
    "no_sms_marketing_consent": "ask for consent where they buy or sign up: checkout, account, widget, keyword",
    "no_sms_notification_consent": "ask for notifications at checkout",
    "no_double_opt_in": "have them confirm it: the widget, the opt-in page and the shop's double opt-in do",
    "no_order": "they have only ordered: ask for consent at checkout",
    "opposed": "nothing may be sent; only their own START or a form with a code brings them back",
    "number_invalid": "ask for the new number by e-mail or at the till, then import it",
    "number_not_mobile": "ask for a mobile number",
    "kind_unwanted": "they want no offers of this kind: send another kind",
    "fewer_wanted": "they asked for fewer SMS: choose a later moment",
    "cap_reached": "choose a later moment, or let it wait at the cap (at_cap: defer)",
    "cap_past_expiry": "let it make sense longer, or choose a later moment",
    "hours_past_expiry": "begin earlier in the day, or let it make sense longer",
    "expired": "let it make sense longer",
    "ledger_full": "wait: they have had more SMS in a month than anybody may get",
    "not_composable": "fill in the fields that the template names, or give it other words where they are missing",
    "unknown_template": "save the template",
    "template_reclassified": "the template's class has changed: change the broadcast",
    "survey_not_open": "open the survey, or choose a moment at which answers count",
    "sender_unregistered": "register a sender for the country",
    "sender_unverified": "have the operator verify the sender",
    "sender_wrong_class": "register a sender that may carry this class",
    "sender_one_way": "give it a sender that can be answered, or do not invite a reply",
    "promo_out_of_codes": "fill up the pool of promo codes",
    "promo_over": "give the promo codes a later end",
    "promo_closed": "open the pool of promo codes",
    "price_unknown": "tell what an SMS to the country costs (SMS_PRICES)",
    "budget_past_expiry": "raise the day's budget, or let it make sense longer",
    "country_unsigned": "have the operator sign the country's rules",
    "zone_unknown": "import their time zone or postcode",
    "unknown_contact": "they have left the base",
}
"""What would win somebody back, by the reason that they are not reached for."""


@dataclass(slots=True)
class Tally:
    """What was foreseen so far."""

    looked_at: int = 0
    sends: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    waits: Counter[str] = field(default_factory=Counter)
    """Of the sends, those that would not leave at their own moment yet, by reason."""
    parts: Counter[tuple[str, int]] = field(default_factory=Counter)
    """By country and parts of one SMS."""
    hours: Counter[int] = field(default_factory=Counter)
    first_at: int | None = None
    last_at: int | None = None

    def add(self, foreseen: Iterable[Foreseen]) -> None:
        """Count them in."""
        for one in foreseen:
            self.looked_at += 1
            if one.outcome == "refused":
                self.refused[one.reason or ""] += 1
                continue
            self.sends += 1
            if one.waited_for:
                self.waits[one.waited_for] += 1
            self.parts[one.country, one.parts] += 1
            self.hours[one.at - one.at % HOUR] += 1
            self.first_at = min(self.first_at or one.at, one.at)
            self.last_at = max(self.last_at or one.at, one.at)

    def state(self) -> dict[str, Any]:
        """All that was counted, as JSON can hold it."""
        kept = {name: getattr(self, name) for name in self.__slots__}
        parts = [[country, parts, number] for (country, parts), number in self.parts.items()]
        counted = {"refused": dict(self.refused), "waits": dict(self.waits), "hours": list(self.hours.items())}
        return kept | counted | {"parts": parts}

    @classmethod
    def of_state(cls, state: Mapping[str, Any]) -> Tally:
        """What `state` told."""
        counted = {
            "refused": Counter(state["refused"]),
            "waits": Counter(state["waits"]),
            "hours": Counter(dict(state["hours"])),
            "parts": Counter({(country, parts): number for country, parts, number in state["parts"]}),
        }
        return cls(**{**state, **counted})

    def told(self, audience: int, price: PriceOf) -> Reach:
        """The summary for an audience of so many. Money in micro-units, times in epoch ms."""
        share = audience / self.looked_at if self.looked_at else 0
        parts = sum(parts * number for (_, parts), number in self.parts.items())
        hours = sorted(self.hours.items())[:_MOST_HOURS]
        return {
            "audience": audience,
            "looked_at": self.looked_at,
            "exact": self.looked_at == audience,
            "sends": self._share_of(self.sends, audience),
            "later": {reason: self._share_of(number, audience) for reason, number in self.waits.most_common()},
            "unreached": {
                reason: {**self._share_of(number, audience), "win_back": WIN_BACK.get(reason)}
                for reason, number in self.refused.most_common()
            },
            "parts": {"total": round(parts * share), "average": round(parts / self.sends, 3) if self.sends else None},
            "price": self._price(audience, share, price),
            "hours": [{"hour": hour, "people": round(number * share)} for hour, number in hours],
            "first_at": self.first_at,
            "last_at": self.last_at,
        }

    def _share_of(self, number: int, audience: int) -> People:
        """How many of the audience that is: exact, or an estimate with its bounds."""
        if self.looked_at in (0, audience):
            return {"people": number, "at_least": number, "at_most": number}
        low, high = wilson(number, self.looked_at)
        people = round(number * audience / self.looked_at)
        return {"people": people, "at_least": floor(low * audience), "at_most": ceil(high * audience)}

    def _price(self, audience: int, share: float, price: PriceOf) -> PriceTold | None:
        """What all of it costs; None where the price of a country is not known, or there are several currencies."""
        micro = 0
        currencies: set[str] = set()
        for (country, parts), number in self.parts.items():
            each = price(country, parts)
            if each is None:
                return None
            micro += each.micro * number
            currencies.add(each.currency)
        if len(currencies) != 1:
            return None
        sends = self._share_of(self.sends, audience)
        at_most = micro if self.looked_at == audience else ceil(micro / self.sends * sends["at_most"])
        return {"micro": round(micro * share), "at_most_micro": at_most, "currency": currencies.pop()}
