"""The texts that people agree to, by version. A changed text is another version: what was agreed to stays known."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.storage.contacts import Purpose

VERSION = "optin-1"
_TEXTS: Mapping[str, Mapping[Purpose, str]] = {
    "fr": {
        "sms_marketing": "J’accepte de recevoir par SMS les offres et les rappels de {brand}.",
        "matching": "J’accepte aussi que {brand} relie mes visites sur son site à mon numéro, pour m’écrire au sujet de"
        " ce que j’y ai regardé. C’est facultatif.",
    },
    "en": {
        "sms_marketing": "I agree to receive offers and reminders from {brand} by SMS.",
        "matching": "I also agree that {brand} ties my visits to its site to my number, to write to me about what I"
        " looked at there. This is optional.",
    },
}


@dataclass(frozen=True, slots=True)
class Wording:
    """What stands beside the two boxes, in one language."""

    id: str
    texts: Mapping[Purpose, str]

    @property
    def hash(self) -> str:
        """SHA-256 of the texts as they were shown."""
        return hashlib.sha256("\n".join(self.texts.values()).encode()).hexdigest()


def wording(brand: str, language: str) -> Wording:
    """The current texts for a brand; French where the language is another."""
    known = language if language in _TEXTS else "fr"
    texts: dict[Purpose, str] = {purpose: text.format(brand=brand) for purpose, text in _TEXTS[known].items()}
    return Wording(f"{VERSION}-{known}", texts)
