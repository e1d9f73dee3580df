"""Bodies and answers about senders."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import StringConstraints

from chalicelib.messaging.senders import Sender
from chalicelib.web.body import Body, example


class SenderSettings(Body):
    """What an advertiser's SMS to a country may come from."""

    model_config = example({})

    verified: bool = False
    """That it is the advertiser's to use: the operator's word only."""
    stop_number: Annotated[str, StringConstraints(pattern=r"^[0-9]{3,8}$")] | None = None
    """The short code that takes the STOPs to a name."""


def sender_answer(sender: Sender, *, default: bool) -> dict[str, Any]:
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
