"""Numbers that no phone has, reserved for examples and films: none of them is ever handed to a real provider."""

from __future__ import annotations

import re

from chalicelib.sms_providers.contract import SendError

_FICTIONAL = re.compile(r"\+3363998[0-9]{4}")


def is_fictional(e164: str) -> bool:
    """Whether a number is one of those that France reserves for fiction: +33 6 39 98 00 00 to 99 99.

    phonenumbers calls them invalid. Relance treats them as French mobiles, so that examples and tests never name
    a number that rings; every real provider refuses them. Source: ARCEP's numbering plan, decision 2018-0881.
    """
    return _FICTIONAL.fullmatch(e164) is not None


def refuse_fiction(e164: str) -> None:
    """SendError where a number is one of fiction: the first thing that a real provider does."""
    if is_fictional(e164):
        raise SendError("invalid_number")
