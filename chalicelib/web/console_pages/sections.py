"""The console's sections, in the order and the groups of its menu."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from chalicelib.web.permissions import may

if TYPE_CHECKING:
    from chalicelib.storage.admin_keys import Role


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the console. Its module is imported when it is asked for, and no sooner."""

    name: str
    """In the address, and of the module in console_pages (with `_` for `-`)."""
    french: str
    english: str
    about: str
    """What the API calls it: whose role may not read that does not see the section."""
    group: str = ""
    """Under which of GROUPS it stands; what is looked at each day stands above them all."""
    built_in: bool = False
    """It has routes of its own."""


GROUPS: dict[str, tuple[str, str]] = {
    "": ("", ""),
    "sms": ("Vos SMS", "Your SMS"),
    "people": ("Vos clients", "Your customers"),
    "shop": ("Boutique et équipe", "Shop and team"),
}
SECTIONS: tuple[Section, ...] = (
    Section("journeys", "Parcours", "Journeys", "journeys"),
    Section("flash-sales", "Ventes flash", "Flash sales", "broadcasts"),
    Section("inbox", "Conversations", "Conversations", "conversations", built_in=True),
    Section("results", "Résultats", "Results", "reports"),
    Section("halt", "Arrêt", "Stop", "halts"),
    Section("messages", "Messages", "Messages", "templates", "sms"),
    Section("caps", "Limites et horaires", "Limits and hours", "caps", "sms"),
    Section("senders", "Expéditeurs", "Senders", "senders", "sms"),
    Section("promo-codes", "Codes promo", "Promo codes", "promo-pools", "sms"),
    Section("answers", "Réponses", "Answers", "automatic-answers", "sms"),
    Section("surveys", "Sondages", "Surveys", "surveys", "sms"),
    Section("links", "Liens courts", "Short links", "links", "sms"),
    Section("contacts", "Contacts", "Contacts", "imports", "people"),
    Section("segments", "Segments", "Segments", "segments", "people"),
    Section("opt-in", "Inscriptions", "Opt-in form", "sites", "people"),
    Section("people", "Une personne", "A person", "people", "people"),
    Section("sites", "Sites", "Sites", "sites", "shop"),
    Section("company", "Votre entreprise", "Your company", "settings", "shop"),
    Section("keys", "Accès", "Access", "keys", "shop"),
    Section("exports", "Exports", "Exports", "exports", "shop"),
    Section("audit", "Journal", "Change log", "audit", "shop"),
    Section("webhooks", "Webhooks", "Webhooks", "webhooks", "shop"),
)


def readable_by(role: Role) -> list[Section]:
    """The sections that a role sees."""
    return [one for one in SECTIONS if may(role, "GET", f"/v1/advertisers/{{advertiser}}/{one.about}")]


def menu_of(role: Role) -> list[tuple[tuple[str, str], list[Section]]]:
    """The same by group, each with its words, French and English."""
    return [(GROUPS[name], list(those)) for name, those in groupby(readable_by(role), lambda one: one.group)]
