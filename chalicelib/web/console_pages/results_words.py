"""How the results say a number, a share and a sum, and what they call the stages, in French and English."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib.messaging.amounts import written
from chalicelib.web.inbox_words import JOURNEYS

STAGES: Mapping[str, tuple[str, str]] = {
    "visits": ("Visites de la boutique", "Visits of the shop"),
    "matched": ("Visiteur reconnu", "Visitor recognised"),
    "enrolled": ("Parcours commencé", "Journey begun"),
    "begun": ("Parcours commencés", "Journeys begun"),
    "written_to": ("Ont donné un SMS", "Led to an SMS"),
    "made": ("SMS préparés", "SMS prepared"),
    "sent": ("Partis", "Sent"),
    "delivered": ("Remis au téléphone", "Delivered to the phone"),
    "clicked": ("Lien ouvert par une personne", "Link opened by a person"),
    "converted": ("Suivis d’un achat", "Followed by a purchase"),
}
COUNTED: Mapping[str, tuple[str, str]] = {
    "visit": ("Une visite : un navigateur sur votre boutique, un jour.", "A visit: a browser at your shop on a day."),
    "journey": (
        "Un parcours : une personne, chaque fois qu’elle y est entrée.",
        "A journey: a person, each time that one was begun.",
    ),
    "sms": (
        "Chaque SMS préparé ces jours-là, avec ce qui lui est arrivé depuis.",
        "Each SMS prepared on these days, with what has become of it since.",
    ),
}
UNITS: Mapping[str, tuple[str, str]] = {
    "visit": ("Des visites aux parcours", "From visits to journeys"),
    "journey": ("Des parcours aux SMS", "From journeys to SMS"),
    "sms": ("Des SMS aux achats", "From SMS to purchases"),
}
COLUMNS: Mapping[str, tuple[str, str]] = {
    "visits": ("Visites", "Visits"),
    "begun": ("Parcours commencés", "Journeys begun"),
    "sent": ("SMS partis", "SMS sent"),
    "delivered": ("Remis", "Delivered"),
    "failed": ("Échoués", "Failed"),
    "clicks": ("Clics", "Clicks"),
    "said_no": ("Ont dit non", "Said no"),
    "codes_used": ("Codes utilisés", "Codes used"),
    "purchases": ("Achats après un SMS", "Purchases after an SMS"),
}
LED: Mapping[str, tuple[str, str]] = {
    **JOURNEYS,
    "broadcast": ("envoi à un segment", "broadcast"),
    "api": ("demandé par votre boutique", "asked for by your shop"),
    "cart": ("panier abandonné", "abandoned cart"),
}
CLASSES: Mapping[str, tuple[str, str]] = {
    "notification": ("de service", "service"),
    "authorisation": ("code d’accès", "one-time code"),
}
CHANNELS: Mapping[str, tuple[str, str]] = {"till": ("en caisse", "at the till"), "web": ("en ligne", "online")}
ARMS: Mapping[str, tuple[str, str]] = {
    "holdout": ("Groupe témoin, qui ne reçoit rien", "Holdout, which gets nothing"),
    "everyone": ("Tous", "Everyone"),
}
UNKNOWN: Mapping[str, tuple[str, str]] = {
    "no_cost": ("aucun SMS payé dans cette monnaie", "no SMS was paid in this currency"),
    "no_price": ("le prix de certains SMS n’est pas connu", "the price of some SMS is not known"),
    "no_revenue": (
        "votre boutique ne confirme aucune vente : branchez son serveur",
        "your shop confirms no sale: connect its back end",
    ),
}


_MANY = 10
_LONG = re.compile(r"\d{4,}")


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers as the reader's language writes them."""

    language: Literal["fr", "en"]

    def whole(self, number: int) -> str:
        """`12 345` in French, `12,345` in English."""
        return self._local(f"{number:,}")

    def percent(self, share: float) -> str:
        """A fraction of 1: `8,3 %`, `8.3%`; of many times the whole, without decimals."""
        return self._local(f"{100 * share:,.{0 if abs(share) >= _MANY else 1}f}".replace("-", "−")) + (
            "\u00a0%" if self.language == "fr" else "%"
        )

    def rate(self, rate: Mapping[str, float] | None) -> str:
        """A share, or a dash where there is nothing to divide by."""
        return self.percent(rate["value"]) if rate else "–"

    def share(self, share: float | None) -> str:
        """The same of a share without bounds."""
        return "–" if share is None else self.percent(share)

    def between(self, rate: Mapping[str, float] | None) -> str:
        """The bounds of a share."""
        if not rate:
            return ""
        low, high = self.percent(rate["low"]), self.percent(rate["high"])
        return f"{low} – {high}"

    def channels(self, by_channel: Mapping[str, int]) -> str:
        """Where codes were used, and how often."""
        return ", ".join(f"{self.of(CHANNELS, name)} : {number}" for name, number in sorted(by_channel.items()))

    def money(self, by_currency: Mapping[str, int]) -> str:
        """Sums of each currency, apart; a dash where there is none."""
        sums = (written(micro, currency, self.language) for currency, micro in sorted(by_currency.items()))
        whole = (_LONG.sub(lambda found: self.whole(int(found[0])), one).replace(" ", "\u00a0") for one in sums)
        return ", ".join(whole) or "–"

    def day(self, day: str) -> str:
        """A day as one writes it: `26/11/2026`; ISO in English, which has two ways."""
        return "/".join(reversed(day.split("-"))) if self.language == "fr" else day

    def short(self, place: str) -> str:
        """The same below a picture, without its year; an hour as it is."""
        return self.day(place)[:5] if self.language == "fr" or ":" in place else place[5:]

    def of(self, words: Mapping[str, tuple[str, str]], name: str) -> str:
        """What something is called; a name of the advertiser's own as it is."""
        french, english = words.get(name, (name, name))
        return english if self.language == "en" else french

    def stage(self, name: str) -> str:
        """A stage's name."""
        return self.of(STAGES, name)

    def counted(self, name: str) -> str:
        """What each of its numbers counts."""
        return self.of(COUNTED, name)

    def unit(self, name: str) -> str:
        """What a part of the funnel is about."""
        return self.of(UNITS, name)

    def columns(self) -> list[tuple[str, str]]:
        """The columns of days and hours, with their heads."""
        return [(name, self.of(COLUMNS, name)) for name in COLUMNS]

    def led(self, name: str) -> str:
        """What led to a campaign's SMS."""
        return self.of(LED, name)

    def kind(self, row: Mapping[str, Any]) -> str:
        """The same of a row of campaigns; where its SMS are not marketing, it says so."""
        led, other = self.led(row["led"]), self.of(CLASSES, row["class"])
        return led if row["class"] == "marketing" else f"{led} ({other})"

    def arm(self, name: str) -> str:
        """A group that is compared; a variant has its own name."""
        return self.of(ARMS, name)

    def unknown(self, name: str) -> str:
        """Why a return cannot be said."""
        return self.of(UNKNOWN, name)

    def measured(self, found: Mapping[str, Any] | None) -> str:
        """What stands beside a vendor's figure: a share, or a sum; a dash where nothing was measured."""
        if not found:
            return "–"
        return self.rate(found["rate"]) if "rate" in found else self.money({k: int(v) for k, v in found.items()})

    def _local(self, text: str) -> str:
        return text.replace(",", "\u202f").replace(".", ",") if self.language == "fr" else text
