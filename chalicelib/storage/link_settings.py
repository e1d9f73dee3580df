"""What a link may do beside leading to its one target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Device = Literal["ios", "android", "desktop"]


@dataclass(frozen=True, slots=True)
class Rule:
    """Another target for some browsers: of a device, of a language, or of both."""

    target: str
    device: Device | None = None
    language: str | None = None
    """ISO 639-1, such as `fr`."""
    app: str | None = None
    """An address that an app opens, such as `shop://cart`: offered on a page beside the target, its fall-back."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One of several targets, and how many of a hundred clicks it takes."""

    target: str
    share: int


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """Times are epoch milliseconds; `until` is the first moment at which the link is over."""

    disabled: bool = False
    since: int | None = None
    until: int | None = None
    expired_target: str | None = None
    rules: tuple[Rule, ...] = ()
    """The first that holds decides."""
    variants: tuple[Variant, ...] = ()
    """In place of the link's own target; their shares make 100."""
    tags: tuple[str, ...] = ()


PLAIN = LinkSettings()


def from_item(item: Mapping[str, Any]) -> LinkSettings:
    """Settings as the table holds them."""
    return LinkSettings(
        disabled=item["disabled"],
        since=item.get("since"),
        until=item.get("until"),
        expired_target=item.get("expired_target"),
        rules=tuple(Rule(**rule) for rule in item["rules"]),
        variants=tuple(Variant(**variant) for variant in item["variants"]),
        tags=tuple(item["tags"]),
    )
