"""Takes a stage's time into the hours in which marketing may be sent: a rehearsal at night would show nothing."""

from __future__ import annotations

from chalicelib.clock import HOUR
from chalicelib.messaging.hours import check_hours
from chalicelib.messaging.recipients import Place, place_of
from cli.clock import StageClock

ROOM = 4 * HOUR
"""What is left of the day then, at least."""
_METROPOLITAN = "+33639980001"


def into_the_day(clock: StageClock) -> bool:
    """Move a stage's time on to a moment with some of the day left in France; False where it is one already."""
    now, place = clock.now(), place_of(_METROPOLITAN)
    if _is_open(place, now) and _is_open(place, now + ROOM):
        return False
    later = check_hours(place, "marketing", now + ROOM if _is_open(place, now) else now).next
    if later is None or later == now:
        return False
    clock.move_to(later)
    return True


def _is_open(place: Place, at: int) -> bool:
    return check_hours(place, "marketing", at).allowed
