"""Moments as exports write them, and what is refused because it can be read two ways."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from chalicelib.audience.moments import Unclear, read_moment

DAY_31_MARCH = 1_774_915_200_000
"""2026-03-31 00:00 UTC."""
HOUR_14_30 = 52_200_000


@pytest.mark.parametrize(
    "text", ["2026-03-31", "20260331", "2026/03/31", "2026.3.31", "31/03/2026", "31.03.2026", "31-03-2026", "31-3-2026"]
)
def test_a_day_is_its_first_moment(text: str) -> None:
    assert read_moment(text, UTC, day_first=False) == DAY_31_MARCH


@pytest.mark.parametrize(
    "text",
    ["2026-03-31T14:30:00Z", "2026/03/31 14:30", "31-03-2026 14:30:00", "31/03/2026 à 14h30", "2026-03-31 16:30+02:00"],
)
def test_a_time_of_day_is_kept(text: str) -> None:
    assert read_moment(text, UTC, day_first=False) == DAY_31_MARCH + HOUR_14_30


def test_a_moment_without_a_zone_is_in_the_one_that_is_told() -> None:
    paris = read_moment("31-03-2026 14:30", ZoneInfo("Europe/Paris"), day_first=False)
    assert paris == DAY_31_MARCH + HOUR_14_30 - 7_200_000


def test_the_third_of_april_is_told() -> None:
    for text in ("03/04/2026", "3.4.2026", "03-04-2026"):
        assert read_moment(text, UTC, day_first=False) is Unclear.DAY_OR_MONTH
        assert read_moment(text, UTC, day_first=True) == read_moment("2026-04-03", UTC, day_first=False)
    assert read_moment("04/04/2026", UTC, day_first=False) == read_moment("2026-04-04", UTC, day_first=False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "02/13/2026",
        "31/04/2026",
        "2026/31/03",
        "31/03-2026",
        "31/12/25",
        "46112",
        "2026-03-31 25:00",
        "31/3",
    ],
)
def test_anything_else_is_no_moment(text: str) -> None:
    assert read_moment(text, UTC, day_first=True) is Unclear.DATE
