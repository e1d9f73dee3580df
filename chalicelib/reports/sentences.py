"""What a comparison says, in a plain sentence or two: whether it may be chance, and how much it was worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from chalicelib.reports.intervals import Interval

Language = Literal["fr", "en"]
_MICRO = 1_000_000
_WORDS: Mapping[Language, Mapping[str, str]] = {
    "fr": {
        "shares": "{one} : {share} ont acheté ; {other} : {other_share}.",
        "everybody": "Parmi les personnes à qui l'on a écrit",
        "nobody": "parmi celles qui n'ont rien reçu",
        "variant": "Variante {name}",
        "other_variant": "variante {name}",
        "too_early": "Il est trop tôt pour conclure : il faut 100 personnes de chaque côté et 10 acheteurs en tout.",
        "chance": "L'écart peut être dû au hasard : entre {low} et {high} points.",
        "more": "L'écart dépasse le hasard : {value} points, entre {low} et {high}.",
        "money": "Ventes en plus, remises et remboursements déduits : {value} {currency}, entre {low} et {high}.",
        "money_chance": "Les ventes en plus peuvent être dues au hasard : entre {low} et {high} {currency}.",
        "no_money": "La boutique ne confirme aucun montant.",
    },
    "en": {
        "shares": "{one}, {share} bought; {other}, {other_share}.",
        "everybody": "Of the people who were written to",
        "nobody": "of those who got nothing",
        "variant": "Of variant {name}",
        "other_variant": "of variant {name}",
        "too_early": "It is too early to say: it takes at least 100 people on each side and 10 buyers in all.",
        "chance": "The difference may be chance: between {low} and {high} points.",
        "more": "The difference is more than chance: {value} points, between {low} and {high}.",
        "money": "Additional revenue, net of discounts and refunds: {value} {currency}, between {low} and {high}.",
        "money_chance": "The additional revenue may be chance: between {low} and {high} {currency}.",
        "no_money": "No revenue is confirmed by the shop.",
    },
}


@dataclass(frozen=True, slots=True)
class Found:
    """What a comparison found. Shares as (buyers, people); money in micro-units by currency, of all people of `one`."""

    one: str
    other: str
    against_nothing: bool
    shares: tuple[int, int]
    other_shares: tuple[int, int]
    apart: Interval | None
    revenue: Mapping[str, Interval]


def said(found: Found, language: Language, *, too_early: bool) -> str:
    """The sentences, of which the first tells the shares."""
    words = _WORDS[language]
    if found.against_nothing:
        one, other = words["everybody"], words["nobody"]
    else:
        one = words["variant"].format(name=found.one)
        other = words["other_variant"].format(name=found.other)
    share, other_share = (_percent(*shares, language) for shares in (found.shares, found.other_shares))
    lines = [words["shares"].format(one=one, share=share, other=other, other_share=other_share)]
    if too_early or found.apart is None:
        return " ".join([*lines, words["too_early"]])
    points = _bounds(found.apart.times(100), language, 1)
    lines.append(words["chance" if found.apart.may_be_chance else "more"].format(**points))
    for currency, revenue in found.revenue.items():
        money = _bounds(revenue.times(1 / _MICRO), language, 0)
        lines.append(words["money_chance" if revenue.may_be_chance else "money"].format(currency=currency, **money))
    if not found.revenue:
        lines.append(words["no_money"])
    return " ".join(lines)


def _bounds(interval: Interval, language: Language, decimals: int) -> dict[str, str]:
    return {name: _number(getattr(interval, name), language, decimals) for name in ("value", "low", "high")}


def _percent(number: int, of: int, language: Language) -> str:
    return f"{_number(100 * number / of if of else 0.0, language, 1)} %"


def _number(value: float, language: Language, decimals: int) -> str:
    text = f"{value:,.{decimals}f}".replace("-", "−")
    return text.replace(",", "\u202f").replace(".", ",") if language == "fr" else text
