"""Bodies and answers of test SMS in the admin API."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from chalicelib.units import Moment
from chalicelib.web.body import Body, example
from chalicelib.web.template_models import Row


class NewTrialPhone(Body):
    """A phone that shall get test SMS."""

    model_config = example({"phone": "+33 6 39 98 00 01"})

    phone: Annotated[str, Field(min_length=1, max_length=60)]
    country: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] = "FR"
    language: Literal["fr", "en"] = "fr"


class ConfirmTrialPhone(NewTrialPhone):
    """The same phone, with the code that it got."""

    model_config = example({"phone": "+33 6 39 98 00 01", "verification": "ver_none", "code": "123456"})

    verification: Annotated[str, Field(min_length=1, max_length=80)]
    code: Annotated[str, Field(min_length=1, max_length=20)]


class NewTrial(Body):
    """What to fill the template in with."""

    model_config = example({"row": {"first_name": "Zoé"}})

    row: Row = Row()


class TrialPhoneTold(TypedDict):
    """A phone that gets test SMS."""

    person: str
    """Its own name for the routes."""
    ends_in: str
    """Its last two digits."""
    verified_at: Moment
