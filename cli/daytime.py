"""Takes a stage's time into the hours in which marketing may be sent: a rehearsal at night would show nothing."""

from __future__ import annotations

from chalicelib.clock import HOUR
from chalicelib.messaging.hours import check_hours
from chalicelib.messaging.recipients import place_of
from cli.clock import StageClock

ROOM = 4 * HOUR
"""What is left of the day then, at least."""
_METROPOLITAN = "+33639980001"


def into_the_day(clock: StageClock) -> bool:
    """Move a stage's time on to a moment with some of the day left in France; False where it is one already."""
    now = clock.now()
    if is_open(now) and is_open(now + ROOM):
        return False
    later = check_hours(place_of(_METROPOLITAN), "marketing", now + ROOM if is_open(now) else now).next
    if later is None or later == now:
        return False
    clock.move_to(later)
    return True


def is_open(at: int) -> bool:
    """Whether marketing may be sent in France at a moment (epoch ms)."""
    return check_hours(place_of(_METROPOLITAN), "marketing", at).allowed
