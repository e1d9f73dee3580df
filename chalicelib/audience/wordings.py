"""The texts that people agree to, by version. A changed text is another version: what was agreed to stays known.

An advertiser registers its own; Relance has its own for the opt-in form. A statement that names a wording which is
known carries its hash, and none that contradicts it. One that is not known is taken as it was named, without a hash of
ours: the consent was given whether or not its text is registered here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from chalicelib.errors import Conflict, FieldError, InvalidInput
from chalicelib.storage.advertisers import Advertiser, Advertisers, Site
from chalicelib.storage.contacts import Purpose
from chalicelib.storage.wordings import Wording, Wordings

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
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_OURS = re.compile(r"(optin|preferences)-[0-9]+-[a-z]{2}")
_LANGUAGE = re.compile(r"[a-z]{2}")
_LONGEST = 5_000
_FORM: tuple[Purpose, ...] = ("sms_marketing", "matching")
"""The two boxes of the opt-in form."""


class WordingBook:
    """The wordings that a base's statements may name."""

    def __init__(self, store: Wordings, advertisers: Advertisers) -> None:
        self._store = store
        self._advertisers = advertisers

    def add(self, base: str, wording: Wording) -> bool:
        """Register a wording; False where the very same one is there.

        Raises InvalidInput, or Conflict where the id has another text.
        """
        errors = check(wording)
        if errors:
            raise InvalidInput(errors)
        before = self._store.add(base, wording)
        if before is not None and before != wording:
            raise Conflict("this id has another text, which people may have agreed to: give the new text a new id")
        return before is None

    def all(self, base: str) -> list[Wording]:
        """What a base has registered."""
        return self._store.all(base)

    def get(self, base: str, wording_id: str) -> Wording | None:
        """A wording of a base, or Relance's own for that advertiser; None for every other id."""
        if not _OURS.fullmatch(wording_id):
            return self._store.get(base, wording_id) if _ID.fullmatch(wording_id) else None
        advertiser = self._advertisers.get(base)
        ours = [own(advertiser.brand, language) for language in _TEXTS] if advertiser else []
        return next((wording for wording in ours if wording.id == wording_id), None)

    def hash_of(
        self, base: str, wording_id: str | None, told: str | None = None, field: str = "wording_hash"
    ) -> str | None:
        """The hash that a statement carries which names this wording, and was told that hash or none.

        InvalidInput names `field` where what was told is not the known text's hash.
        """
        known = self.get(base, wording_id) if wording_id else None
        if known is None:
            return told
        if told not in (None, known.hash):
            raise InvalidInput(
                [FieldError(field, "registered_text", "this is not the text registered as this wording")]
            )
        return known.hash

    def shown(self, site: Site, advertiser: Advertiser, language: str, seen: str = "") -> Wording:
        """What stands beside the two boxes of a site's form. `seen`: the wording that the browser says it showed."""
        chosen = (site.optin.get("wording") or {}).get(language)
        for wording_id in (seen, chosen):
            found = self.get(advertiser.id, wording_id) if wording_id else None
            if found and not unfit(found, language):
                return found
        return own(advertiser.brand, language)


def own(brand: str, language: str) -> Wording:
    """Relance's current texts for a brand; French where the language is another."""
    known = language if language in _TEXTS else "fr"
    texts: dict[Purpose, str] = {purpose: text.format(brand=brand) for purpose, text in _TEXTS[known].items()}
    return Wording(f"{VERSION}-{known}", known, texts)


def check(wording: Wording) -> list[FieldError]:
    """What keeps a wording from being registered."""
    errors = []
    if not _ID.fullmatch(wording.id):
        errors.append(FieldError("id", "wording_id", "up to 80 letters, digits, points, dashes and underscores"))
    elif _OURS.fullmatch(wording.id):
        errors.append(FieldError("id", "reserved", "Relance's own texts are called so: take another id"))
    if not _LANGUAGE.fullmatch(wording.language):
        errors.append(FieldError("language", "language", "two small letters, such as fr"))
    if not wording.texts.get("sms_marketing"):
        errors.append(FieldError("texts.sms_marketing", "required", "say what people agree to"))
    errors += [
        FieldError(f"texts.{purpose}", "max_length", f"from 1 to {_LONGEST} characters")
        for purpose, text in wording.texts.items()
        if not 0 < len(text) <= _LONGEST
    ]
    return errors


def unfit(wording: Wording, language: str) -> str | None:
    """Why a wording cannot stand on the opt-in form in a language; None where it can."""
    if wording.language != language:
        return "it is in another language"
    if any(purpose not in wording.texts for purpose in _FORM):
        return "the form has two boxes: it needs a text for sms_marketing and one for matching"
    return None
