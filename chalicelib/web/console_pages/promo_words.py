"""Promo codes in plain words: what they are worth, how long they hold, and why one does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.web.console_pages.condition_words import Say
from chalicelib.web.console_pages.fact_words import Both
from chalicelib.web.console_pages.form_words import Own

FIELDS: Mapping[str, str] = {
    "benefit": "kind",
    "benefit.share.percent": "worth",
    "benefit.amount.amount_micro": "worth",
    "benefit.amount.currency": "worth",
}
"""The API's names of what the form calls otherwise."""
_PERCENT = ("De 1 à 100 %, sans virgule.", "From 1 to 100%, a whole number.")
_AMOUNT = ("Un montant, comme 5 ou 7,50.", "An amount, such as 5 or 7.50.")
_CODES = ("Écrivez au moins un code, un par ligne.", "Write at least one code, one a line.")
_MADE = ("De 1 à 2 000.", "From 1 to 2,000.")
WRONG: Own = {
    **{("worth", rule): _PERCENT for rule in ("greater_than_equal", "less_than_equal")},
    **{("worth", rule): _AMOUNT for rule in ("int_parsing", "int_type")},
    ("until", "value_error"): ("La fin vient après le début.", "The end comes after the beginning."),
    ("codes", "too_short"): _CODES,
    ("codes", "too_long"): ("2 000 codes au plus à la fois.", "At most 2,000 codes at a time."),
    **{("fill_up_to", rule): _MADE for rule in ("greater_than_equal", "less_than_equal", "int_parsing")},
}
REASONS: Mapping[str, Both] = {
    "mistyped_code": (
        "Un caractère est faux : vérifiez ce qui a été tapé.",
        "A character is wrong: check what was typed.",
    ),
    "unknown_code": ("Ce code n’existe pas.", "There is no such code."),
    "not_issued": ("Ce code n’est parti dans aucun SMS.", "No SMS has carried this code."),
    "not_yet": ("Ce code ne vaut pas encore.", "This code does not hold yet."),
    "over": ("Ce code n’est plus valable.", "This code is over."),
    "used_up": ("Ce code a déjà servi.", "This code was used already."),
}


def worth_said(benefit: Mapping[str, Any], say: Say) -> str:
    """What a code takes off: `−10 %`, `−7,50 EUR`."""
    match benefit["kind"]:
        case "share":
            return say(f"−{benefit['percent']} %", f"−{benefit['percent']}%")
        case "amount":
            units, cents = divmod(benefit["amount_micro"] // 10_000, 100)
            return say(f"−{units},{cents:02} {benefit['currency']}", f"−{units}.{cents:02} {benefit['currency']}")
        case _:
            return say("Livraison offerte", "Free delivery")


def validity_said(pool: Mapping[str, Any], say: Say, day: Callable[[int], str]) -> list[str]:
    """How long a code holds, a line for each bound; `day` writes a moment on the advertiser's clock."""
    lines = []
    if hours := pool["valid_for_h"]:
        lines.append(say(f"{hours} h à partir du SMS", f"{hours} h from the SMS on"))
    if pool["until_midnight"]:
        lines.append(say("Jusqu’à minuit, le jour du SMS", "Until midnight of the SMS’s day"))
    if (since := pool["since"]) is not None:
        lines.append(say(f"À partir du {day(since)}", f"From {day(since)} on"))
    if (until := pool["until"]) is not None:
        lines.append(say(f"Jusqu’au {day(until)}", f"Until {day(until)}"))
    if not lines:
        lines.append(say("Sans date de fin", "With no end"))
    uses = pool["uses"]
    if uses != 1:
        lines.append(
            say(f"Chaque code sert {uses} fois", f"Each code is used {uses} times")
            if uses
            else say("Chaque code sert autant de fois qu’on veut", "Each code can be used any number of times")
        )
    return lines
