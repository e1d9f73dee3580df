"""Bodies and answers of outgoing webhooks and notices in the admin API."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints
from typing_extensions import TypedDict

from chalicelib.storage.webhooks import Format, Pause, State, Webhook
from chalicelib.units import Count, Moment
from chalicelib.web.body import Body, Name, example
from chalicelib.webhooks.events import EVENTS, SUBSCRIBABLE, VERSION, Event

_LONGEST_OVERLAP_H = 7 * 24


def _known(event: str) -> str:
    if event not in SUBSCRIBABLE:
        raise ValueError(f"one of {', '.join(SUBSCRIBABLE)}")
    return event


EventName = Annotated[str, AfterValidator(_known), Field(json_schema_extra={"enum": list(SUBSCRIBABLE)})]
Url = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
Events = Annotated[list[EventName], Field(min_length=1, max_length=len(SUBSCRIBABLE))]
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s,;<>]{1,64}@[^@\s,;<>]+\.[^@\s,;<>.]+$"),
]


class NewWebhook(Body):
    """An address of the advertiser's own that is told events, signed."""

    model_config = example({"name": "Helpdesk", "url": "https://shop.example/told", "events": ["stop.received"]})

    name: Name
    url: Url
    """https, on a public address. Slack: that of an incoming webhook."""
    events: Events
    format: Format = "json"


class WebhookSettings(Body):
    """A webhook's settings, all of them; without `url` it stays where it is."""

    model_config = example({"name": "Helpdesk", "events": ["stop.received"]})

    name: Name
    url: Url | None = None
    events: Events
    format: Format = "json"
    state: State = "active"


class SecretRotation(Body):
    """How long the secret of before signs beside the new one."""

    model_config = example({"overlap_hours": 24})

    overlap_hours: Annotated[int, Field(ge=0, le=_LONGEST_OVERLAP_H)] = 24


class NoticeAddresses(Body):
    """Who is told by e-mail that conversations wait, and when."""

    model_config = example({"emails": ["service@shop.example"], "after_minutes": 10})

    emails: Annotated[list[Email], Field(max_length=10)]
    after_minutes: Annotated[int, Field(ge=0, le=24 * 60)] = 0
    """A conversation that is answered within this time is told to nobody, by webhook neither."""
    every_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 15
    """The least time from one e-mail to the next."""
    language: Literal["fr", "en"] = "fr"


class WebhookTold(TypedDict):
    """A webhook, without its secret."""

    webhook: str
    name: str
    url: str
    """Of Slack's only the host: its path is a secret."""
    format: Format
    events: list[str]
    state: State
    paused: Pause | None
    """Why it is."""
    failing_since: Moment | None
    created_at: Moment


class WebhookMade(WebhookTold):
    """A webhook that was made just now."""

    secret: str
    """What its deliveries are signed with; shown this once."""


class SecretRotated(TypedDict):
    """A webhook's new secret."""

    webhook: str
    secret: str
    """Shown this once."""
    former_until: Moment
    """Until then the one of before signs beside it."""


class NoticesTold(TypedDict):
    """Who is told by e-mail that conversations wait."""

    advertiser: str
    mail: Literal["on", "off"]
    """Whether the stage sends any."""
    emails: list[str]
    after_minutes: Count
    every_minutes: Count
    language: Literal["fr", "en"]


def notices_answer(advertiser: str, settings: NoticeAddresses, *, mail: bool) -> NoticesTold:
    """Who is told, as the API tells it."""
    return {
        "advertiser": advertiser,
        "mail": "on" if mail else "off",
        "emails": settings.emails,
        "after_minutes": settings.after_minutes,
        "every_minutes": settings.every_minutes,
        "language": settings.language,
    }


def webhook_answer(webhook: Webhook, url: str) -> WebhookTold:
    """A webhook as the API tells it. Times are UTC epoch milliseconds."""
    return {
        "webhook": webhook.id,
        "name": webhook.name,
        "url": url,
        "format": webhook.format,
        "events": list(webhook.events),
        "state": webhook.state,
        "paused": webhook.paused,
        "failing_since": webhook.failing_since,
        "created_at": webhook.created_at,
    }


def described() -> dict[str, Any]:
    """OpenAPI's `webhooks`: what each event's delivery holds."""
    return {name: {"post": _delivery(name, event)} for name, event in EVENTS.items()}


def _delivery(name: str, event: Event) -> dict[str, Any]:
    fields = {**event.always, **event.may}
    data = {
        "type": "object",
        "properties": {field: dict(kind.schema) for field, kind in fields.items()},
        "required": sorted(event.always),
    }
    schema = {
        "type": "object",
        "properties": {
            "type": {"const": name},
            "version": {"const": VERSION},
            "timestamp": {"type": "string", "format": "date-time"},
            "advertiser": {"type": "string"},
            "data": data,
        },
        "required": ["type", "version", "timestamp", "advertiser", "data"],
    }
    headers = [
        {"name": header, "in": "header", "required": True, "schema": {"type": "string"}}
        for header in ("webhook-id", "webhook-timestamp", "webhook-signature")
    ]
    return {
        "summary": event.summary,
        "security": [],
        "parameters": headers,
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {
            "2XX": {"description": "Taken"},
            "410": {"description": "Not wanted any more: the webhook is paused"},
            "default": {"description": "Told again, for three days"},
        },
    }
