"""The console's sections, in the order of its menu."""

from __future__ import annotations

from dataclasses import dataclass
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
    built_in: bool = False
    """It has routes of its own."""


SECTIONS: tuple[Section, ...] = (
    Section("journeys", "Parcours", "Journeys", "journeys"),
    Section("flash-sales", "Ventes flash", "Flash sales", "broadcasts"),
    Section("segments", "Segments", "Segments", "segments"),
    Section("inbox", "Conversations", "Conversations", "conversations", built_in=True),
    Section("results", "Résultats", "Results", "reports"),
    Section("messages", "Messages", "Messages", "templates"),
    Section("senders", "Expéditeurs", "Senders", "senders"),
    Section("caps", "Limites et horaires", "Limits and hours", "caps"),
    Section("sites", "Sites", "Sites", "sites"),
    Section("contacts", "Contacts", "Contacts", "imports"),
    Section("people", "Une personne", "A person", "people"),
    Section("halt", "Arrêt", "Stop", "halts"),
    Section("keys", "Accès", "Access", "keys"),
    Section("audit", "Journal", "Change log", "audit"),
    Section("webhooks", "Webhooks", "Webhooks", "webhooks"),
)


def readable_by(role: Role) -> list[Section]:
    """The sections that a role sees."""
    return [one for one in SECTIONS if may(role, "GET", f"/v1/advertisers/{{advertiser}}/{one.about}")]
