"""Bodies and answers about senders."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints
from typing_extensions import TypedDict

from chalicelib.messaging.senders import Sender
from chalicelib.storage.messages import MessageClass
from chalicelib.storage.senders import SenderKind
from chalicelib.units import Country
from chalicelib.web.body import Body, example


class SenderSettings(Body):
    """What an advertiser's SMS to a country may come from."""

    model_config = example({})

    verified: bool = False
    """That it is the advertiser's to use: the operator's word only."""
    stop_number: Annotated[str, StringConstraints(pattern=r"^[0-9]{3,8}$")] | None = None
    """The short code that takes the STOPs to a name."""


class SenderTold(TypedDict):
    """What SMS may come from, with what it may do in its country."""

    country: Country
    value: str
    kind: SenderKind
    default: bool
    """Whether it is the advertiser's own, which is taken where nothing is said."""
    verified: bool
    two_way: bool
    """Whether it can be answered."""
    classes: list[MessageClass]
    """What it may carry."""
    stop_number: str | None


def sender_answer(sender: Sender, *, default: bool) -> SenderTold:
    """A sender as the API tells it."""
    return {
        "country": sender.country,
        "value": sender.value,
        "kind": sender.kind,
        "default": default,
        "verified": sender.verified,
        "two_way": sender.two_way,
        "classes": sorted(sender.classes),
        "stop_number": sender.stop_number,
    }
