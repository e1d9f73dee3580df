"""What conditions can ask of a step's sender: whether its SMS can be answered."""

from __future__ import annotations

from collections.abc import Iterable

from chalicelib.audience.conditions import Fact
from chalicelib.journeys.definition import Journey
from chalicelib.messaging.senders import Sender, choose_sender


def sender_facts(senders: Iterable[Sender], journey: Journey, step: int, country: str) -> dict[str, Fact]:
    """Facts of the sender that a step's SMS would come from in a country, if it invited a reply."""
    wanted = journey.steps[step].sender
    found = choose_sender(senders, country, journey.message_class, invites_reply=True, wanted=wanted)
    return {"sender.two_way": isinstance(found, Sender)}
