"""Caps in the admin API: an advertiser's, and the operator's over all advertisers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal, NotRequired

from pydantic import Field, model_validator
from typing_extensions import TypedDict

from chalicelib.clock import SECOND
from chalicelib.storage.advertisers import AtCap
from chalicelib.storage.caps import LONGEST_WINDOW, CapRule, Counts, Level
from chalicelib.storage.messages import MessageClass
from chalicelib.units import Count, Seconds
from chalicelib.web.body import Body, example

Class = Literal["marketing", "notification"]
WindowSeconds = Annotated[int, Field(ge=60, le=LONGEST_WINDOW // SECOND)]
Limit = Annotated[int, Field(ge=0, le=100)]


class CapBody(Body):
    """At most `limit` SMS to a phone in any window of so many seconds."""

    limit: Limit
    window_s: WindowSeconds = 7 * 24 * 3600
    level: Literal["all", "advertiser", "campaign"] = "all"
    """Whose sends count: everybody's to that phone, the advertiser's, those of the campaign or journey."""
    counts: Counts = "messages"
    classes: Annotated[list[Class], Field(min_length=1, max_length=2, default=["marketing"])]
    campaign: Annotated[str, Field(min_length=1, max_length=80)] | None = None
    """At level `campaign`: the one that it holds for; without it, each by itself."""

    @model_validator(mode="after")
    def _of_a_campaign(self) -> CapBody:
        if self.campaign is not None and self.level != "campaign":
            raise ValueError("a campaign is named only at the level campaign")
        return self


class SingleCap(Body):
    """The one cap that an advertiser had before it could have several: marketing SMS, whoever sent them."""

    messages: Limit = 3
    window_s: WindowSeconds = 7 * 24 * 3600


Caps = Annotated[list[CapBody], Field(max_length=20)]


class OperatorCaps(Body):
    """The caps that hold for every advertiser beside its own."""

    model_config = example({"caps": [{"limit": 9, "window_s": 604800}]})

    caps: Caps


class AdvertiserCaps(Body):
    """An advertiser's caps, and what becomes of an SMS that is over one."""

    model_config = example({"caps": [{"limit": 3, "window_s": 604_800}]})

    caps: Caps
    at_cap: AtCap = "skip"


class CapTold(TypedDict):
    """At most `limit` SMS to a phone in any window of so many seconds."""

    limit: Count
    window_s: Seconds
    level: Level
    """Whose sends count."""
    counts: Counts
    classes: list[MessageClass]
    campaign: NotRequired[str]
    """The one that it holds for; without it, each by itself."""


class SingleCapTold(TypedDict):
    """The one cap that an advertiser has."""

    messages: Count
    window_s: Seconds


class WithSingleCap(TypedDict):
    """What an advertiser's settings have beside `caps`."""

    cap: NotRequired[SingleCapTold]
    """The same as `caps`, for who reads that, where it can be said so."""


def rules(caps: Iterable[CapBody]) -> tuple[CapRule, ...]:
    """What is stored of caps."""
    return tuple(
        CapRule(
            cap.limit, cap.window_s * SECOND, cap.level, cap.counts, tuple(dict.fromkeys(cap.classes)), cap.campaign
        )
        for cap in caps
    )


def caps_answer(caps: Iterable[CapRule]) -> list[CapTold]:
    """Caps as the API tells them."""
    return [_cap(rule) for rule in caps]


def _cap(rule: CapRule) -> CapTold:
    told: CapTold = {
        "limit": rule.limit,
        "window_s": rule.window_ms // SECOND,
        "level": rule.level,
        "counts": rule.counts,
        "classes": list(rule.classes),
    }
    return {**told, "campaign": rule.campaign} if rule.campaign else told


def single_cap_answer(caps: tuple[CapRule, ...]) -> WithSingleCap:
    """The same as `cap`, for who reads that, where it can be said so."""
    if len(caps) != 1 or caps[0] != CapRule(caps[0].limit, caps[0].window_ms):
        return {}
    return {"cap": {"messages": caps[0].limit, "window_s": caps[0].window_ms // SECOND}}
