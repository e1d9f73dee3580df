"""How the results say a number, a share and a sum, and what they call the stages, in French and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib.messaging.amounts import written

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
    "said_no": ("Non", "Noes"),
    "codes_used": ("Codes utilisés", "Codes used"),
    "purchases": ("Achats", "Purchases"),
}
LED: Mapping[str, tuple[str, str]] = {
    "broadcast": ("envoi à un segment", "broadcast"),
    "api": ("demandé par votre boutique", "asked for by your shop"),
    "answer": ("réponse", "answer"),
}
CHANNELS: Mapping[str, tuple[str, str]] = {"till": ("en caisse", "at the till"), "web": ("en ligne", "online")}
UNKNOWN: Mapping[str, tuple[str, str]] = {
    "no_cost": ("aucun SMS payé dans cette monnaie", "no SMS was paid in this currency"),
    "no_price": ("le prix de certains SMS n’est pas connu", "the price of some SMS is not known"),
    "no_revenue": (
        "votre boutique ne confirme aucune vente : branchez son serveur",
        "your shop confirms no sale: connect its back end",
    ),
}


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers as the reader's language writes them."""

    language: Literal["fr", "en"]

    def whole(self, number: int) -> str:
        """`12 345` in French, `12,345` in English."""
        return self._local(f"{number:,}")

    def percent(self, share: float) -> str:
        """A fraction of 1: `8,3 %`, `8.3%`."""
        return self._local(f"{100 * share:,.1f}".replace("-", "−")) + ("\u00a0%" if self.language == "fr" else "%")

    def rate(self, rate: Mapping[str, float] | None) -> str:
        """A share, or a dash where there is nothing to divide by."""
        return self.percent(rate["value"]) if rate else "–"

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
        return ", ".join(sums) or "–"

    def of(self, words: Mapping[str, tuple[str, str]], name: str) -> str:
        """What something is called; a name of the advertiser's own as it is."""
        french, english = words.get(name, (name, name))
        return english if self.language == "en" else french

    def stage(self, name: str) -> str:
        """A stage's name."""
        return self.of(STAGES, name)

    def unit(self, name: str) -> str:
        """What a part of the funnel is about."""
        return self.of(UNITS, name)

    def columns(self) -> list[tuple[str, str]]:
        """The columns of days and hours, with their heads."""
        return [(name, self.of(COLUMNS, name)) for name in COLUMNS]

    def led(self, name: str) -> str:
        """What led to a campaign's SMS."""
        return self.of(LED, name)

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
