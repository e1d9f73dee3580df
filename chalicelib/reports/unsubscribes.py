"""How many leave, by two measures."""

from __future__ import annotations

from collections.abc import Mapping

from chalicelib.reports.shapes import Unsubscribes

_TAPS = ("opposed.unsubscribe", "opposed.unsubscribe_all")


def unsubscribes(counts: Mapping[str, int], contacts: int) -> Unsubscribes:
    """Unsubscriptions on the page of an SMS ÷ contacts in the base (SMSAPI's measure), and ÷ messages delivered.

    `counts` are the advertiser's of the time asked for; `contacts` is how many its base has now. A rate is a fraction
    of 1 with six decimals, None where there is nothing to divide by.
    """
    taps = sum(counts.get(name, 0) for name in _TAPS)
    delivered = counts.get("message.delivered", 0)
    return {
        "unsubscribed": taps,
        "contacts": contacts,
        "delivered": delivered,
        "of_contacts": _rate(taps, contacts),
        "of_delivered": _rate(taps, delivered),
    }


def _rate(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole > 0 else None
