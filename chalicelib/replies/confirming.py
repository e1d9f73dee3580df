"""The words by which a text is answered that asks for no conversation: a STOP, CONTACT, an opt-in. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from chalicelib.storage.advertisers import Advertiser

Said = Literal["stopped", "stopped_everywhere", "contact", "confirmation", "way_back"]

_FRENCH: Mapping[Said, str] = {
    "stopped": "{brand}: c'est noté, vous ne recevrez plus de SMS de notre part.{back}",
    "stopped_everywhere": "{brand}: c'est noté, plus aucune de nos enseignes ne vous écrira par SMS.",
    "contact": "{details}",
    "confirmation": (
        "{brand}: merci, c'est noté. Vous recevrez nos SMS commerciaux à ce numéro."
        " STOP au {number} pour ne plus en recevoir."
    ),
    "way_back": (
        "{brand}: vous aviez demandé STOP, nous ne vous écrivons donc plus. Pour revenir, envoyez START au {number}."
    ),
}
_ENGLISH: Mapping[Said, str] = {
    "stopped": "{brand}: noted, you will get no more SMS from us.{back}",
    "stopped_everywhere": "{brand}: noted, none of the brands that use this service will text you any more.",
    "contact": "{details}",
    "confirmation": "{brand}: thank you, noted. You will get our marketing SMS here. STOP to {number} ends it.",
    "way_back": "{brand}: you had asked us to STOP, so we no longer text you. To come back, send START to {number}.",
}
_BACK = {"fr": " Pour revenir: START au {number}.", "en": " To come back: START to {number}."}


def words(said: Said, advertiser: Advertiser, number: str, language: str | None = None) -> str:
    """What is said to a person for an advertiser; `number` is the one that was written to, empty where it is none.

    French, unless the person has written in another language: then English.
    """
    tongue = "fr" if language in (None, "fr") else "en"
    text = (_FRENCH if tongue == "fr" else _ENGLISH)[said]
    back = _BACK[tongue].format(number=number) if number else ""
    return text.format(brand=advertiser.brand, details=details(advertiser), number=number, back=back)


def details(advertiser: Advertiser) -> str:
    """The brand, the company's name where it is another, and how to reach it where the advertiser has said so."""
    return " - ".join(part for part in dict.fromkeys((advertiser.brand, advertiser.name, advertiser.contact)) if part)
