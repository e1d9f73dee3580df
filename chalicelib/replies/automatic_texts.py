"""The words of automatic answers: ours as data (`automatic_texts.toml`), an advertiser's own instead, filled in."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from chalicelib.clock import SECOND
from chalicelib.errors import FieldError
from chalicelib.messaging.content import marketing_reasons, own_words
from chalicelib.messaging.template_language import NotComposable, fill_in, names_in
from chalicelib.replies.answering import LINK
from chalicelib.replies.automatic import Answer
from chalicelib.replies.order_news import Told

LANGUAGES = ("fr", "en", "es", "de", "it", "nl")
"""Those that replies are read in; ours are in the first two, an advertiser's in any."""
_VALUES = frozenset({"brand", "link", "order", "order.number", "data", "data.date"})
_LONGEST = 459
"""Three SMS."""

Texts = Mapping[str, Mapping[str, str]]
"""By language and name."""


@cache
def ours() -> Texts:
    """The texts that are there without an advertiser's word."""
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def names() -> tuple[str, ...]:
    """What can be said in other words."""
    return tuple(name for name in ours()["fr"] if name not in ("brand", "day"))


def written(answer: Answer, brand: str, own: Texts, languages: tuple[str | None, ...], zone: str) -> str:
    """The text of an answer, with LINK where its link stands; in the first of the languages that has all of it.

    `zone` (IANA) is the recipient's. Raises NotComposable.
    """
    wanted = [f"status.{told.status}" for told in answer.orders] or [answer.name]
    language = next(one for one in (*languages, "fr") if one and all(_text(name, one, own) for name in wanted))
    frame = ours().get(language, ours()["en"])
    link = LINK if answer.link else ""
    said = " ".join(
        fill_in(_text(name, language, own) or "", _values(brand, told, frame["day"], link, zone))
        for name, told in zip(wanted, answer.orders or (None,), strict=True)
    )
    return said if brand.casefold() in said.casefold() else fill_in(frame["brand"], {"brand": brand}) + said


def check(own: Texts) -> list[FieldError]:
    """What is wrong with an advertiser's own texts: a name or language that is not known, an offer, broken Liquid."""
    found = []
    for language, named in own.items():
        if language not in LANGUAGES:
            found.append(FieldError(f"texts.{language}", "language", "one of " + ", ".join(LANGUAGES)))
        found += [
            error
            for name, text in named.items()
            if (error := _wrong(f"texts.{language}.{name}", name, text)) is not None
        ]
    return found


def _wrong(field: str, name: str, text: str) -> FieldError | None:
    if name not in names():
        return FieldError(field, "unknown", "there is no such answer")
    if len(text) > _LONGEST or not text.strip():
        return FieldError(field, "length", f"1 to {_LONGEST} characters")
    if reasons := marketing_reasons(own_words(text)):
        return FieldError(field, "offer", f"an answer offers nothing: {reasons[0].words}")
    try:
        unknown = sorted(names_in(text) - _VALUES)
    except NotComposable as refused:
        return FieldError(field, refused.reason, refused.errors[0].message)
    if unknown:
        return FieldError(field, "unknown_value", f"an answer does not know {unknown[0]}")
    return None


def _text(name: str, language: str, own: Texts) -> str | None:
    return own.get(language, {}).get(name) or ours().get(language, {}).get(name)


def _values(brand: str, told: Told | None, day: str, link: str, zone: str) -> dict[str, object]:
    values: dict[str, object] = {"brand": brand, "link": link or None}  # An empty text is true in Liquid.
    if told:
        local = datetime.fromtimestamp(told.at / SECOND, UTC).astimezone(ZoneInfo(zone))
        values |= {"order": {"number": told.number}, "data": {"date": local.strftime(day)}}
    return values
