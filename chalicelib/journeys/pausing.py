"""Whether a conversation lets a journey's next step wait. Pure (docs/adr/0033).

It is asked of the conversation when the step is due, and not told to the journey when the text comes: a journey that
begins while its person talks waits as well, and no order in which texts and events come makes a difference.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.clock import HOUR
from chalicelib.journeys.definition import Journey
from chalicelib.storage.conversation import Thread
from chalicelib.storage.enrolments import Enrolment


def paused_until(journey: Journey, thread: Thread | None, now: int) -> int | None:
    """Until when the next step waits for the conversation's end at the longest; None where it does not wait."""
    if thread is None or thread.state == "closed" or not thread.last_in_at:
        return None
    until = max((thread.last_in_at + pause.hours * HOUR for pause in journey.pauses), default=0)
    return until if until > now else None


def resumed(enrolment: Enrolment, now: int) -> Enrolment | None:
    """An enrolment whose conversation was closed, with its pause over; None where it has none that lasts."""
    if enrolment.state != "active" or enrolment.due_at is None or enrolment.paused_until <= now:
        return None
    return replace(enrolment, paused_until=now)
