"""Body and answers of lead sources in the admin API."""

from __future__ import annotations

from typing import Annotated, NotRequired

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from chalicelib.storage.lead_sources import Kind, LeadSource
from chalicelib.units import Address, Country, Moment
from chalicelib.web.body import Body, Name, example

Path = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Secret = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]


class NewLeadSource(Body):
    """A tool that sends leads: a signed webhook, or Facebook Lead Ads."""

    model_config = example(
        {
            "name": "Form",
            "kind": "webhook",
            "mapping": {"phone": "tel", "consent.sms_marketing": "sms", "consent_at": "at"},
            "wording": "form-1",
            "text": "J'accepte",
        }
    )

    name: Name
    kind: Kind
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


class LeadSourceMade(TypedDict):
    """A tool that was registered just now."""

    source: str
    kind: Kind
    url: Address
    """Where it sends its leads."""
    secret: NotRequired[str]
    """What a webhook signs with; shown this once."""
    verify_token: NotRequired[str]
    """What Meta shows; shown this once."""


class SourceRotated(TypedDict):
    """Another secret of a tool or of a shop platform."""

    source: str
    secret: NotRequired[str]
    """Shown this once; not where it was told."""
    verify_token: NotRequired[str]
    """Of Facebook, in place of a secret; shown this once."""
    former_until: NotRequired[Moment]
    """Until then the secret before is taken, too."""


class LeadSourceTold(TypedDict):
    """A tool that sends leads, without its secrets."""

    source: str
    name: str
    kind: Kind
    url: Address
    """Where it sends them."""
    mapping: dict[str, str]
    wording: str
    country: Country
    brokers: list[str]
    former_until: Moment | None
    """Until then the secret before is taken, too."""


def lead_source_answer(source: LeadSource, origin: str) -> LeadSourceTold:
    """A source as the API tells it."""
    return {
        "source": source.id,
        "name": source.name,
        "kind": source.kind,
        "url": lead_url(source.kind, source.id, origin),
        "mapping": dict(source.mapping),
        "wording": source.wording,
        "country": source.country,
        "brokers": list(source.brokers),
        "former_until": source.former_until or None,
    }


def lead_url(kind: Kind, source_id: str, origin: str) -> str:
    """The address that a source's leads are sent to."""
    return f"{origin}/hooks/{'facebook' if kind == 'facebook' else 'leads'}/{source_id}"
