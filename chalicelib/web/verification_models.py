"""Bodies and answers of one-time codes in the admin API."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from chalicelib.audience.verification import Outcome
from chalicelib.units import Moment
from chalicelib.web.body import Body, example


class NewVerification(Body):
    """A phone whose holder shall prove to have it in hand."""

    model_config = example({"phone": "+33 6 39 98 00 01"})

    phone: Annotated[str, Field(min_length=1, max_length=60)]
    country: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] = "FR"
    """Of numbers in national writing."""
    language: Literal["fr", "en"] = "fr"
    ip: Annotated[str, Field(max_length=45)] | None = None
    """The person's address, where it is known: codes are limited by it too. It is truncated at once."""
    advertiser: Annotated[str, Field(max_length=80)] | None = None
    """For the operator's key; an advertiser's key is its own."""


class CheckVerification(Body):
    """What the person typed."""

    model_config = example({"code": "123456"})

    code: Annotated[str, Field(min_length=1, max_length=20)]
    advertiser: Annotated[str, Field(max_length=80)] | None = None


class VerificationStarted(TypedDict):
    """A code that was sent."""

    verification: str
    expires_at: Moment


class VerificationChecked(TypedDict):
    """What came of a code: it is right once."""

    outcome: Outcome
