"""What was typed into a form, as the API takes it. What is nothing of the kind stays as it is: the API says so."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from chalicelib.clock import SECOND

_MICRO = 1_000_000


def number(text: str) -> int | str | None:
    """A whole number, with or without spaces between its digits; None where nothing was typed."""
    plain = "".join(text.split())
    if not plain:
        return None
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 16 else text


def amount_micro(text: str) -> int | str | None:
    """Money in micro-units: `12,50` and `12.50` are 12 500 000."""
    plain = "".join(text.split()).replace(",", ".")
    if not plain:
        return None
    try:
        amount = Decimal(plain) * _MICRO
    except InvalidOperation:
        return text
    return int(amount) if amount.is_finite() and amount == int(amount) else text


def moment(text: str, zone: str) -> int | str | None:
    """The epoch milliseconds of a date and time of a zone's clock, as browsers send them; None for nothing."""
    if not text.strip():
        return None
    try:
        at = datetime.fromisoformat(text.strip()).replace(tzinfo=ZoneInfo(zone))
        return int(at.timestamp() * SECOND)
    except (ValueError, OverflowError):
        return text


def moment_field(at: int | None, zone: str) -> str:
    """The same the other way: what a field for a date and time shows."""
    return datetime.fromtimestamp(at / SECOND, ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") if at is not None else ""


def lines(text: str) -> list[str]:
    """The lines that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]
