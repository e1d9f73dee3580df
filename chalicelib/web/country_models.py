"""The body that signs what a country allows."""

from __future__ import annotations

from typing import Any

from chalicelib.web.body import Body, Name, example

_HOURS = {"open": "09:00", "close": "19:00", "closed": ["sunday", "holidays"], "source": "our counsel, 3 March 2026"}
_SENDER = {
    "kind": "alphanumeric",
    "pattern": "[A-Za-z]{3,11}",
    "classes": ["marketing", "notification"],
    "two_way": False,
    "source": "our provider's list",
}
_BELGIUM = {"marketing": _HOURS, "notification": _HOURS, "senders": [_SENDER]}


class SignedValues(Body):
    """Values with their sources, as in `relance countries sign`; docs/countries.md has an example."""

    model_config = example({"values": _BELGIUM, "by": "Inès Martin, legal"})

    values: dict[str, Any]
    by: Name
    """Who answers for them."""
