"""What a rehearsal of a journey tells, for the API's description."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from chalicelib.messaging.rehearsal_shapes import Reach
from chalicelib.units import Count, Country, Moment


class MessageForeseen(TypedDict):
    """What would become of a message."""

    person: NotRequired[str]
    """Not there in a rehearsal that is kept: of who is erased, nothing is."""
    step: str | None
    variant: str | None
    message: str
    outcome: Literal["sent", "refused"]
    at: Moment
    """When it would leave."""
    reason: str | None
    parts: Count
    country: Country | Literal[""]
    waited_for: str | None
    """Why it would not leave at its own moment."""


class OutlookTold(TypedDict):
    """What became of the contacts that were looked at."""

    contacts_looked_at: Count
    people: Count
    """For whom a message would be made, whether it leaves or not."""
    became: dict[str, Count]
    """What the journey would come to, by name."""
    messages: Reach
    rows: list[MessageForeseen]
    """The first of them."""


class JourneyForeseen(OutlookTold):
    """Thirty days of a journey, as if they came again."""

    journey: str
    version: Count
    start_at: Moment
    days: Count
    contacts: Count
    """How many the base has."""
