"""Bodies and answers of links in the admin API. Times in epoch milliseconds."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal, cast

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from chalicelib import units
from chalicelib.links.agents import Kind
from chalicelib.links.desk import Wanted
from chalicelib.storage.click_records import Record
from chalicelib.storage.link_settings import Device, LinkSettings, Rule, Variant
from chalicelib.storage.links import Link
from chalicelib.units import Address, Count, Country, Milliseconds
from chalicelib.web.body import Body, example

_DOMAIN = r"^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])$"
Target = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Moment = Annotated[units.Moment, Field(ge=0, le=253_402_300_799_999)]
Campaign = dict[
    Literal["source", "medium", "campaign", "term", "content"],
    Annotated[str, StringConstraints(min_length=1, max_length=100)],
]


class LinkDomain(Body):
    """A domain for an advertiser's short links."""

    model_config = example({"domain": "go.lumen.example"})

    domain: Annotated[str, StringConstraints(to_lower=True, max_length=253, pattern=_DOMAIN)]


class LinkRule(Body):
    """Another target for some browsers."""

    target: Target
    device: Literal["ios", "android", "desktop"] | None = None
    language: Annotated[str, StringConstraints(pattern="^[a-z]{2}$")] | None = None
    app: Annotated[str, StringConstraints(max_length=540)] | None = None


class LinkVariant(Body):
    """One of several targets; the shares of all make 100."""

    target: Target
    share: Annotated[int, Field(ge=1, le=99)]


class LinkChange(Body):
    """What shall be otherwise about a link; what is not named stays."""

    model_config = example({"target": "https://shop.example/new"})

    target: Target | None = None
    utm: Campaign | None = None
    tracked: bool | None = None
    disabled: bool | None = None
    since: Moment | None = None
    until: Moment | None = None
    expired_target: Target | None = None
    rules: Annotated[list[LinkRule], Field(max_length=10)] | None = None
    variants: Annotated[list[LinkVariant], Field(max_length=10)] | None = None
    tags: Annotated[list[Tag], Field(max_length=20)] | None = None


class NewLink(LinkChange):
    """A standalone link to make."""

    model_config = example({"target": "https://shop.example/new", "tags": ["poster"]})

    target: Target
    domain: Annotated[str, StringConstraints(to_lower=True, max_length=253)] = ""
    slug: Annotated[str, StringConstraints(to_lower=True, max_length=64)] = ""


class RuleTold(TypedDict):
    """Another target for some browsers."""

    target: str
    device: Device | None
    language: str | None
    app: str | None
    """An address that opens the app, where it is there."""


class VariantTold(TypedDict):
    """One of several targets, and its share in percent."""

    target: str
    share: Count


class LinkTold(TypedDict):
    """A link with its settings."""

    code: str
    """On a domain of the advertiser's own, its slug."""
    domain: str | None
    url: Address
    target: str
    utm: dict[str, str]
    tracked: bool
    """Whether clicks are told apart by person."""
    message: str | None
    """Whose personal link it is."""
    created_at: Moment
    version: Count
    disabled: bool
    since: Moment | None
    """From when it leads to its target."""
    until: Moment | None
    expired_target: str | None
    """Where it leads before and after."""
    rules: list[RuleTold]
    """Other targets for some browsers; the first that fits."""
    variants: list[VariantTold]
    tags: list[str]


class LinkListed(LinkTold):
    """A link in the list."""

    clicks: Count
    """Of people."""


class ClickListed(TypedDict):
    """A click in a list."""

    click: str
    at: Moment
    kind: Kind
    reasons: list[str]
    rules: Count
    """The version of the rules that said so."""
    link: str
    message: str | None
    """Whose link it is; none for a standalone one."""
    device: str
    country: Country | None
    referrer: str | None
    utm: dict[str, str]
    since_sent: Milliseconds | None
    """From when the SMS left."""


def changed(wanted: Wanted, body: LinkChange) -> Wanted:
    """A link as a body wants it. What is named and null goes back to what it is by default."""
    named = body.model_fields_set
    settings: dict[str, Any] = {
        name: getattr(body, name) for name in ("since", "until", "expired_target") if name in named
    }
    if "disabled" in named:
        settings["disabled"] = bool(body.disabled)
    if "rules" in named:
        settings["rules"] = tuple(Rule(**rule.model_dump()) for rule in body.rules or ())
    if "variants" in named:
        settings["variants"] = tuple(Variant(**variant.model_dump()) for variant in body.variants or ())
    if "tags" in named:
        settings["tags"] = tuple(dict.fromkeys(body.tags or ()))
    return replace(
        wanted,
        target=body.target or wanted.target,
        utm={str(name): value for name, value in (body.utm or {}).items()} if "utm" in named else wanted.utm,
        tracked=body.tracked is not False if "tracked" in named else wanted.tracked,
        settings=replace(wanted.settings, **settings),
    )


def wanted_from(body: NewLink) -> Wanted:
    """A new link as a body wants it."""
    return changed(Wanted(body.target, settings=LinkSettings()), body)


def link_answer(link: Link, url: str) -> LinkTold:
    """A link as the API tells it. Whose a personal one is it does not tell; its message does."""
    domain, _, name = link.code.rpartition("/")
    settings = link.settings
    return {
        "code": name,
        "domain": domain or None,
        "url": url,
        "target": link.target,
        "utm": dict(link.utm),
        "tracked": link.tracked,
        "message": link.message or None,
        "created_at": link.sent_at,
        "version": link.version,
        "disabled": settings.disabled,
        "since": settings.since,
        "until": settings.until,
        "expired_target": settings.expired_target,
        "rules": [
            {"target": one.target, "device": one.device, "language": one.language, "app": one.app}
            for one in settings.rules
        ],
        "variants": [{"target": one.target, "share": one.share} for one in settings.variants],
        "tags": list(settings.tags),
    }


def click_answer(record: Record) -> ClickListed:
    """A click as a list tells it: nothing of the network that it came by."""
    return {
        "click": record.click.id,
        "at": record.click.at,
        "kind": cast("Kind", record.verdict.click_class),
        "reasons": list(record.verdict.reasons),
        "rules": record.verdict.rules,
        "link": record.link,
        "message": record.message or None,
        "device": record.device,
        "country": record.click.country or None,
        "referrer": record.click.referrer or None,
        "utm": dict(record.utm),
        "since_sent": record.since_sent,
    }
