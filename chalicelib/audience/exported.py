"""What an export tells of a person's purchases and journeys, in plain data. Pure."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from chalicelib.storage.conversions import Conversion
from chalicelib.storage.enrolments import Enrolment


def bought(conversion: Conversion) -> dict[str, Any]:
    """A purchase that was held to be the person's, or to come of a link to them."""
    found, purchase = conversion.attribution, conversion.purchase
    return {
        "site": conversion.site,
        "transaction": conversion.transaction,
        "at": purchase.at if purchase else None,
        "clicked_at": found.clicked_at if found else None,
        "link": found.link if found else None,
    }


def walked(enrolment: Enrolment) -> dict[str, Any]:
    """A contact's place in a journey, for an export."""
    steps = [{"step": ran.step, "at": ran.at, "outcome": ran.outcome} for ran in enrolment.ran]
    told = asdict(enrolment)
    kept = ("journey", "subject", "state", "reason", "entered_at", "due_at", "held_out")
    return {name: told[name] for name in kept} | {"steps": steps}
