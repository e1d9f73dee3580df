"""A company's settings in plain words."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.web.console_pages.condition_words import Say
from chalicelib.web.console_pages.form_words import Own

TARGETS = (30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)
"""Seconds within which somebody shall be answered; the API takes these."""
FIELDS: Mapping[str, str] = {
    "safeguards.stop_percent": "stop_percent",
    "safeguards.daily_budget.micro": "budget",
    "safeguards.approve_people": "approve_people",
    "safeguards.approve_micro": "approve_amount",
    "attribution_s": "attribution_days",
}
"""The API's names of what the form calls otherwise."""
_AMOUNT = ("Un montant, comme 50 ou 49,90.", "An amount, such as 50 or 49.90.")
_PERCENT = ("De 0 à 100, sans virgule.", "From 0 to 100, a whole number.")
_DAYS = ("De 1 à 30 jours.", "From 1 to 30 days.")
_RULES = ("greater_than_equal", "less_than_equal", "int_parsing", "int_type")
WRONG: Own = {
    **{(field, rule): _AMOUNT for field in ("budget", "approve_amount") for rule in ("int_parsing", "int_type")},
    **{("stop_percent", rule): _PERCENT for rule in _RULES},
    **{("attribution_days", rule): _DAYS for rule in _RULES},
}


def minutes_said(seconds: int, say: Say) -> str:
    """A time to answer in: `5 minutes`, `2 heures`."""
    if seconds < 60:
        return say(f"{seconds} secondes", f"{seconds} seconds")
    number, french, english = (
        (seconds // 60, "minute", "minute") if seconds < 3600 else (seconds // 3600, "heure", "hour")
    )
    many = "" if number == 1 else "s"
    return say(f"{number} {french}{many}", f"{number} {english}{many}")
