"""Days and hours of a zone, changes of the clock among them."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.clock import DAY, HOUR
from chalicelib.reports.buckets import by_day, by_hour
from chalicelib.reports.periods import Period, asked, clock_of

PARIS = "Europe/Paris"
NOON = 1_795_604_400_000
"""2026-11-25 12:00 in Paris."""
FORTH, BACK = date(2026, 3, 29), date(2026, 10, 25)
ZONES = (PARIS, "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Chatham", "America/Sao_Paulo")


@pytest.mark.parametrize(("day", "hours"), [(FORTH, 23), (BACK, 25), (date(2026, 11, 25), 24)])
def test_a_day_has_as_many_hours_as_its_clock(day: date, hours: int) -> None:
    period = Period(day, day, PARIS)
    rows = by_hour(period, {hour: Counter(sent=1) for hour in period.hours()})
    assert (len(rows), sum(row["sent"] for row in rows)) == (hours, hours)
    shown = [row["hour"] for row in rows]
    assert (shown.count("02:00"), shown[0], shown[-1]) == ({23: 0, 24: 1, 25: 2}[hours], "00:00", "23:00")


def test_several_days_are_told_by_the_hour_of_the_clock() -> None:
    period = Period(date(2026, 3, 28), date(2026, 3, 30), PARIS)
    rows = by_hour(period, {hour: Counter(sent=1) for hour in period.hours()})
    assert [row["sent"] for row in rows] == [2 if hour == 2 else 3 for hour in range(24)]


def test_a_day_begins_at_midnight_in_the_zone() -> None:
    period = Period(date(2026, 11, 25), date(2026, 11, 26), PARIS)
    assert period.since == NOON - 12 * HOUR
    rows = by_day(period, {period.since: Counter(sent=1), period.since + DAY - HOUR: Counter(sent=2)})
    assert [(row["day"], row["sent"]) for row in rows] == [("2026-11-25", 3), ("2026-11-26", 0)]


@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.integers(0, 40), st.sampled_from(ZONES))
def test_days_neither_overlap_nor_leave_an_hour_out(first: date, more: int, zone: str) -> None:
    period = Period(first, date.fromordinal(first.toordinal() + more), zone)
    alone = [hour for day in period.days for hour in Period(day, day, zone).hours()]
    assert alone == list(period.hours())
    assert {clock_of(hour, zone).date() for hour in alone} == set(period.days)
    assert period.before().until + HOUR == period.since


@pytest.mark.parametrize(
    ("since", "until", "wrong"),
    [
        ("", "", []),
        ("2026-11-01", "2026-11-20", []),
        ("2026-08-26", "2026-11-25", []),
        ("2026-08-25", "2026-11-25", [("since", "too_long")]),
        ("2026-11-20", "2026-11-01", [("since", "after_until")]),
        ("yesterday", "25/11/2026", [("until", "date"), ("since", "date")]),
        ("0001-01-01", "9999-12-31", [("until", "date"), ("since", "date")]),
    ],
)
def test_what_may_be_asked(since: str, until: str, wrong: list[tuple[str, str]]) -> None:
    found = asked(since, until, PARIS, NOON)
    assert wrong == ([] if isinstance(found, Period) else [(error.field, error.rule) for error in found])


def test_nothing_said_is_the_last_28_days() -> None:
    found = asked("", "", "Pacific/Auckland", NOON + 12 * HOUR)
    assert found == Period(date(2026, 10, 30), date(2026, 11, 26), "Pacific/Auckland")
