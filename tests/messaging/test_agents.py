"""Who signs, and when somebody answers."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from chalicelib.messaging.agents import staffed
from chalicelib.storage.sending_hours import Agent, Window

WORKING_DAYS = tuple(range(5))
LOU = Agent((Window(9 * 60, 12 * 60, WORKING_DAYS), Window(14 * 60, 18 * 60, WORKING_DAYS)))


def moment(text: str, zone: str = "Europe/Paris") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1_000)


@pytest.mark.parametrize(
    ("at", "answers"),
    [
        ("2026-03-02T09:00:00", True),  # a Monday
        ("2026-03-02T08:59:59", False),
        ("2026-03-02T11:59:59", True),
        ("2026-03-02T12:00:00", False),
        ("2026-03-02T17:59:59", True),
        ("2026-03-02T18:00:00", False),
        ("2026-03-07T10:00:00", False),  # a Saturday
        ("2026-03-30T09:00:00", True),  # the first Monday of summer time
    ],
)
def test_somebody_answers_in_staffed_hours_of_the_advertisers_clock(at: str, *, answers: bool) -> None:
    assert staffed(LOU, moment(at)) is answers


def test_the_zone_is_the_advertisers() -> None:
    assert staffed(Agent(LOU.hours, "Indian/Reunion"), moment("2026-03-02T09:00:00", "Indian/Reunion"))
    assert not staffed(LOU, moment("2026-03-02T09:00:00", "Indian/Reunion"))


def test_nobody_answers_where_nobody_is_named_or_no_hour_is() -> None:
    assert not staffed(None, moment("2026-03-02T10:00:00"))
    assert not staffed(Agent(()), moment("2026-03-02T10:00:00"))
