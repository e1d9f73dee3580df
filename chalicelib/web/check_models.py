"""Bodies and answers of what may be asked about a number and a text."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from chalicelib.audience.phones import parse_mobile
from chalicelib.errors import FieldError
from chalicelib.messaging.hours import Hours
from chalicelib.messaging.sms_text import count
from chalicelib.storage.messages import MessageClass
from chalicelib.web.body import Body, example

Encoded = Annotated[str, StringConstraints(max_length=2_000)]


class HoursQuestion(Body):
    """Whether an SMS may go to a number at a moment."""

    model_config = example({"phone": "+33639980001", "at": "2026-03-03T10:00:00+01:00"})

    phone: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    """In E.164, or as it is written in France. In a body, so that it stands in no address and no log."""
    at: datetime | None = None
    """The moment, with its offset; now where it is not said."""
    message_class: MessageClass = "marketing"
    postcode: Annotated[str, Field(max_length=20)] | None = None
    zone: Annotated[str, Field(max_length=60)] | None = None


class TextQuestion(Body):
    """What a text takes."""

    model_config = example({"text": "Lumen: -20 % jusqu'à ce soir. STOP au 36111"})

    text: Encoded


class HoursTold(TypedDict):
    """Whether it may, by which rule, and the first moment from then on (epoch ms); none where there is none."""

    allowed: bool
    country: str
    zone: str
    rule: str
    next: int | None


class TextTold(TypedDict):
    """What a text takes as it is, and its rewriting in the cheap alphabet."""

    encoding: str
    units: int
    parts: int
    culprits: list[str]
    safe: str


def number(told: str) -> str:
    """A number as the rules look at it; one that is no mobile as it was told, since it has its own rule."""
    parsed = parse_mobile(told, "FR")
    return told.replace(" ", "") if isinstance(parsed, FieldError) else parsed


def hours_told(found: Hours) -> HoursTold:
    """What was found about a moment."""
    return {
        "allowed": found.allowed,
        "country": found.country,
        "zone": found.zone,
        "rule": found.rule,
        "next": found.next,
    }


def text_told(text: str) -> TextTold:
    """What was counted of a text."""
    counted = count(text)
    return {
        "encoding": counted.encoding,
        "units": counted.units,
        "parts": counted.parts,
        "culprits": list(counted.culprits),
        "safe": counted.safe,
    }
