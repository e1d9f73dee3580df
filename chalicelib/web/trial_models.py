"""Bodies of test SMS in the admin API."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from chalicelib.web.body import Body
from chalicelib.web.template_models import Row


class NewTrialPhone(Body):
    """A phone that shall get test SMS."""

    phone: Annotated[str, Field(min_length=1, max_length=60)]
    country: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] = "FR"
    language: Literal["fr", "en"] = "fr"


class ConfirmTrialPhone(NewTrialPhone):
    """The same phone, with the code that it got."""

    verification: Annotated[str, Field(min_length=1, max_length=80)]
    code: Annotated[str, Field(min_length=1, max_length=20)]


class NewTrial(Body):
    """What to fill the template in with."""

    row: Row = Row()
