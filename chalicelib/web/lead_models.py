"""The body that registers a lead source."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from chalicelib.web.body import Body, Name

Path = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Secret = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]


class NewLeadSource(Body):
    """A tool that sends leads: a signed webhook, or Facebook Lead Ads."""

    name: Name
    kind: Literal["webhook", "facebook"]
    mapping: Annotated[dict[str, Path], Field(min_length=1, max_length=50)]
    """Field to dotted path, or to the name of Facebook's question or check box."""
    wording: Name
    """Version of the text that the form shows beside the check box."""
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5_000)] | None = None
    """That text; it may be left out where the wording is registered."""
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "FR"
    brokers: list[Name] = Field(default_factory=list, max_length=10)
    app_secret: Secret | None = None
    """Facebook: the app's secret, which its notifications are signed with."""
    access_token: Secret | None = None
    """Facebook: a long-lived token of the page, with the right leads_retrieval."""
