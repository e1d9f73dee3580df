"""What an advertiser's reports go by."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.web.body import Body, example
from chalicelib.web.hours_models import Zone

Margin = Annotated[int, Field(ge=1, le=100)]


class ReportSettings(Body):
    """Whose clock, and what is left of sales."""

    model_config = example({"zone": "Europe/Paris", "margin_percent": 40})

    zone: Zone = "Europe/Paris"
    """Whose days and hours the reports are in: a name of the IANA time zone database."""
    margin_percent: Margin | None = None
    """What is left of sales once the goods are paid for; nothing where it is not to be told."""
