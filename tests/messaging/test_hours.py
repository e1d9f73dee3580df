from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays as library
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.messaging.hours import OwnHours, check_hours, leave_at, spread
from chalicelib.messaging.profile import CLASSES, ClassHours, CountryProfile, profile_for, shipped
from chalicelib.messaging.recipients import Place, place_of
from chalicelib.storage.messages import MessageClass
from chalicelib.storage.sending_hours import Window

PARIS = "+33639980012"
MINUTE = 60_000
DAY = 24 * 60 * MINUTE
PLACES = {
    name: place_of(phone, postcode)
    for name, (phone, postcode) in {
        "Paris": (PARIS, None),
        "Strasbourg": (PARIS, "67000"),
        "Réunion": ("+262692123456", None),
        "Mayotte or Réunion": ("+262691123456", None),
        "+590": ("+590690123456", None),
        "Guyane": ("+594694123456", None),
        "Martinique": ("+596696123456", None),
        "Miquelon": ("+508551234", None),
        "Paris and Réunion": (PARIS, "97400"),
    }.items()
}


def ms(text: str) -> int:
    moment = datetime.fromisoformat(text)
    assert moment.tzinfo
    return int(moment.replace(microsecond=0).timestamp()) * 1000 + moment.microsecond // 1000


# Moments in the recipient's own clock, the rule, and the first allowed moment where it is another.
MOMENTS = [
    # The edges of a working day
    ("Paris", "2026-03-03T07:59:59.999+01:00", "outside_hours", "2026-03-03T08:00+01:00"),
    ("Paris", "2026-03-03T08:00:00.000+01:00", "within_hours", None),
    ("Paris", "2026-03-03T19:59:59.999+01:00", "within_hours", None),
    ("Paris", "2026-03-03T20:00:00.000+01:00", "outside_hours", "2026-03-04T08:00+01:00"),
    ("Paris", "2026-03-03T23:59:59.999+01:00", "outside_hours", "2026-03-04T08:00+01:00"),
    ("Paris", "2026-03-03T00:00:00.000+01:00", "outside_hours", "2026-03-03T08:00+01:00"),
    # Saturday, Sunday, a holiday Monday
    ("Paris", "2026-03-07T19:59+01:00", "within_hours", None),
    ("Paris", "2026-03-07T20:00+01:00", "outside_hours", "2026-03-09T08:00+01:00"),
    ("Paris", "2026-03-08T12:00+01:00", "closed_day", "2026-03-09T08:00+01:00"),
    ("Paris", "2026-04-04T20:00+02:00", "outside_hours", "2026-04-07T08:00+02:00"),
    ("Paris", "2026-04-06T12:00+02:00", "public_holiday", "2026-04-07T08:00+02:00"),
    ("Paris", "2026-05-23T20:30+02:00", "outside_hours", "2026-05-26T08:00+02:00"),
    # Good Friday, Ascension, the end of the year
    ("Paris", "2026-04-03T12:00+02:00", "within_hours", None),
    ("Strasbourg", "2026-04-03T12:00+02:00", "public_holiday", "2026-04-04T08:00+02:00"),
    ("Paris", "2026-05-14T12:00+02:00", "public_holiday", "2026-05-15T08:00+02:00"),
    ("Paris", "2026-12-24T20:00+01:00", "outside_hours", "2026-12-26T08:00+01:00"),
    ("Strasbourg", "2026-12-24T20:00+01:00", "outside_hours", "2026-12-28T08:00+01:00"),
    ("Paris", "2027-12-31T20:00+01:00", "outside_hours", "2028-01-03T08:00+01:00"),
    ("Paris", "2026-12-31T23:30+00:00", "public_holiday", "2027-01-02T08:00+01:00"),
    # The clock is changed on 29 March and 25 October 2026
    ("Paris", "2026-03-28T20:00+01:00", "outside_hours", "2026-03-30T08:00+02:00"),
    ("Paris", "2026-10-24T19:59+02:00", "within_hours", None),
    ("Paris", "2026-10-24T20:00+02:00", "outside_hours", "2026-10-26T08:00+01:00"),
    ("Paris", "2026-10-26T07:30+01:00", "outside_hours", "2026-10-26T08:00+01:00"),
    # Overseas, by their own clocks and days
    ("Réunion", "2026-12-19T19:59+04:00", "within_hours", None),
    ("Réunion", "2027-12-20T12:00+04:00", "public_holiday", "2027-12-21T08:00+04:00"),
    ("Paris", "2027-12-20T12:00+01:00", "within_hours", None),
    ("Mayotte or Réunion", "2026-03-03T08:30+04:00", "outside_hours", "2026-03-03T09:00+04:00"),
    ("Mayotte or Réunion", "2026-03-03T19:30+03:00", "outside_hours", "2026-03-04T08:00+03:00"),
    ("Mayotte or Réunion", "2026-04-27T12:00+03:00", "public_holiday", "2026-04-28T08:00+03:00"),
    ("Mayotte or Réunion", "2027-12-20T12:00+03:00", "public_holiday", "2027-12-21T08:00+03:00"),
    ("+590", "2026-05-27T10:00-04:00", "public_holiday", "2026-05-29T08:00-04:00"),
    ("+590", "2026-10-09T10:00-04:00", "public_holiday", "2026-10-10T08:00-04:00"),
    ("Martinique", "2026-05-22T10:00-04:00", "public_holiday", "2026-05-23T08:00-04:00"),
    ("Guyane", "2026-06-10T10:00-03:00", "public_holiday", "2026-06-11T08:00-03:00"),
    ("Miquelon", "2026-03-07T20:00-03:00", "outside_hours", "2026-03-09T08:00-02:00"),
    ("Paris and Réunion", "2026-03-03T17:00+01:00", "outside_hours", "2026-03-04T08:00+01:00"),
    ("Paris and Réunion", "2026-03-03T16:59+04:00", "within_hours", None),
]


@pytest.mark.parametrize(("where", "at", "rule", "following"), MOMENTS)
def test_marketing_in_france(where: str, at: str, rule: str, following: str | None) -> None:
    found = check_hours(PLACES[where], "marketing", ms(at))
    assert (found.rule, found.next) == (rule, ms(following or at))
    assert found.allowed == (following is None)


@pytest.mark.parametrize(
    ("at", "allowed", "following"),
    [
        ("2026-03-08T06:59:59.999+01:00", False, "2026-03-08T07:00+01:00"),
        ("2026-03-08T07:00+01:00", True, None),
        ("2026-12-25T21:59:59.999+01:00", True, None),
        ("2026-12-25T22:00+01:00", False, "2026-12-26T07:00+01:00"),
        ("2026-03-28T22:00+01:00", False, "2026-03-29T07:00+02:00"),
    ],
)
def test_notifications_wait_for_the_day_any_day(at: str, allowed: bool, following: str | None) -> None:
    found = check_hours(PLACES["Paris"], "notification", ms(at))
    assert (found.allowed, found.next) == (allowed, ms(following or at))


@given(st.datetimes(datetime(2001, 1, 1), datetime(2098, 1, 1)))
def test_a_code_is_sent_at_any_time(at: datetime) -> None:
    assert check_hours(PLACES["Strasbourg"], "authorisation", int(at.replace(tzinfo=UTC).timestamp()) * 1000).allowed


@pytest.mark.parametrize("phone", ["+12125551234", "+447400123456", "+41791234567", "+34612345678", "+14165551234"])
def test_a_country_that_nobody_signed_can_only_be_rehearsed(phone: str) -> None:
    at = ms("2026-03-03T17:00:00+00:00")
    for message_class in CLASSES:
        found = check_hours(place_of(phone), message_class, at)
        assert (found.allowed, found.rule, found.next) == (False, "country_unsigned", None)
    assert check_hours(place_of(phone), "marketing", at, rehearse=True).next is not None


def test_what_is_not_known_is_a_no() -> None:
    at = ms("2026-03-03T12:00:00+00:00")
    assert check_hours(place_of("+99912345678"), "marketing", at).rule == "number_invalid"
    assert check_hours(place_of(PARIS, zone="Nowhere"), "marketing", at).rule == "zone_unknown"
    assert check_hours(PLACES["Paris"], "marketing", ms("1969-03-03T12:00:00+00:00")).rule == "outside_calendar"
    assert check_hours(PLACES["Paris"], "marketing", ms("2150-03-03T12:00:00+00:00")).next is None


def test_several_zones_allow_only_what_all_allow() -> None:
    anywhere = place_of("+18765551234")
    assert not check_hours(anywhere, "marketing", ms("2026-03-03T18:00:00+00:00"), rehearse=True).allowed
    canary = check_hours(place_of("+34612345678"), "marketing", ms("2026-03-03T09:30:00+00:00"), rehearse=True)
    assert (canary.zone, canary.next) == ("Atlantic/Canary", ms("2026-03-03T10:00:00+00:00"))


# Own hours


def test_an_advertiser_may_open_until_ten_and_not_a_minute_longer() -> None:
    late = OwnHours((Window(0, 1440),))
    assert check_hours(PLACES["Paris"], "marketing", ms("2026-03-03T21:59:59.999+01:00"), late).allowed
    found = check_hours(PLACES["Paris"], "marketing", ms("2026-03-03T22:00:00+01:00"), late)
    assert (found.rule, found.next) == ("outside_hours", ms("2026-03-04T08:00:00+01:00"))


def test_own_hours_narrow_and_may_cross_midnight() -> None:
    evening = OwnHours((Window(18 * 60, 9 * 60, (0, 5)),))  # opens on Mondays and Saturdays
    found = check_hours(PLACES["Paris"], "marketing", ms("2026-03-03T08:30:00+01:00"), evening)
    assert found.allowed, "Monday's evening lasts until Tuesday at 9"
    found = check_hours(PLACES["Paris"], "marketing", ms("2026-03-03T09:00:00+01:00"), evening)
    assert (found.rule, found.next) == ("outside_own_hours", ms("2026-03-07T18:00:00+01:00"))
    sunday = check_hours(PLACES["Paris"], "marketing", ms("2026-03-08T08:30:00+01:00"), evening)
    assert sunday.rule == "closed_day", "Saturday's window does not open Sunday"


def test_own_hours_that_never_meet_the_countrys_have_no_next() -> None:
    night = OwnHours((Window(23 * 60, 5 * 60),))
    assert check_hours(PLACES["Paris"], "marketing", ms("2026-03-03T12:00:00+01:00"), night).next is None


# A time that does not exist, or exists twice: seen through a profile that is open at night.


@pytest.mark.parametrize(
    ("opens", "at", "following"),
    [
        (150, "2026-03-29T01:59+01:00", "2026-03-29T03:00+02:00"),  # 02:30 is skipped: from 03:00 on it is past
        (180, "2026-03-29T01:59+01:00", "2026-03-29T03:00+02:00"),
        (150, "2026-10-25T02:29+02:00", "2026-10-25T02:30+02:00"),
        (150, "2026-10-25T02:29+01:00", "2026-10-25T02:30+01:00"),  # the second 02:30
    ],
)
def test_an_opening_in_the_hour_that_changes(opens: int, at: str, following: str) -> None:
    own = OwnHours((Window(opens, 300),))
    found = check_hours(PLACES["Paris"], "notification", ms(at), own, profile=_open_at_night())
    assert (found.allowed, found.next) == (False, ms(following))


def test_a_closing_time_that_comes_twice_closes_twice() -> None:
    own = OwnHours((Window(60, 150),))  # 01:00 to 02:30
    found = check_hours(PLACES["Paris"], "notification", ms("2026-10-25T02:45+02:00"), own, profile=_open_at_night())
    assert found.next == ms("2026-10-25T02:00+01:00"), "the clock goes back into the window"


def _open_at_night() -> CountryProfile:
    profile, night = profile_for("FR"), Window(0, 1440)
    hours = ClassHours(night, night, frozenset(), closed_on_holidays=False, source="test")
    return replace(profile, hours={**profile.hours, "notification": hours})


# Promises

moments = st.datetimes(datetime(2024, 1, 1), datetime(2036, 12, 31)).map(
    lambda moment: int(moment.replace(tzinfo=UTC).timestamp() * 1000)
)
# Around where it goes wrong: changes of the clock, holidays, ends of years.
tricky = st.sampled_from(
    ["2026-03-28", "2026-10-24", "2026-04-02", "2026-05-13", "2026-12-24", "2027-12-31", "2027-05-21", "2028-02-28"]
).flatmap(lambda day: st.integers(0, 4 * DAY).map(lambda later: ms(f"{day}T00:00:00+00:00") + later))
windows = st.tuples(
    st.integers(0, 1439),
    st.integers(0, 1439),
    st.frozensets(st.integers(0, 6), min_size=1).map(lambda days: tuple(sorted(days))),
).filter(lambda window: window[0] != window[1])
owns = st.none() | st.lists(windows, min_size=1, max_size=3).map(
    lambda all_: OwnHours(tuple(Window(*one) for one in all_))
)
classes: st.SearchStrategy[MessageClass] = st.sampled_from(["marketing", "notification"])
places = st.sampled_from(sorted(PLACES)).map(PLACES.__getitem__)


def _allowed(place: Place, message_class: MessageClass, at: int, own: OwnHours | None) -> bool:
    return check_hours(place, message_class, at, own).allowed


@settings(max_examples=60, deadline=None)
@given(places, classes, moments | tricky, owns)
def test_next_is_the_first_allowed_moment(
    place: Place, message_class: MessageClass, at: int, own: OwnHours | None
) -> None:
    found = check_hours(place, message_class, at, own)
    if found.next is None:
        return
    assert _allowed(place, message_class, found.next, own)
    if found.next > at:
        assert found.next % MINUTE == 0
        assert not _allowed(place, message_class, found.next - 1, own)
    last = min(found.next, at + 9 * DAY)
    for moment in range(at // MINUTE * MINUTE + MINUTE, last, 7 * MINUTE):
        assert not _allowed(place, message_class, moment, own)


_LIBRARY = {"Paris": None, "Strasbourg": "57", "Réunion": "974", "Guyane": "973", "Martinique": "972"}


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(_LIBRARY)), moments | tricky)
def test_marketing_agrees_with_a_reading_of_the_rule_in_other_words(where: str, at: int) -> None:
    place = PLACES[where]
    local = datetime.fromtimestamp(at // 1000, ZoneInfo(place.zones[0]))
    days = library.country_holidays("FR", subdiv=_LIBRARY[where], years=local.year)
    expected = 8 <= local.hour < 20 and local.isoweekday() != 7 and local.date() not in days
    assert _allowed(place, "marketing", at, None) == expected


@settings(max_examples=200, deadline=None)
@given(places, classes, moments | tricky, owns)
def test_own_hours_never_reach_beyond_the_countrys(
    place: Place, message_class: MessageClass, at: int, own: OwnHours | None
) -> None:
    limits = {"marketing": (8, 22), "notification": (7, 22)}
    if not _allowed(place, message_class, at, own):
        return
    for zone in place.zones:
        local = datetime.fromtimestamp(at // 1000, ZoneInfo(zone))
        earliest, latest = limits[message_class]
        assert earliest <= local.hour < latest
        assert message_class != "marketing" or local.weekday() != 6


@given(st.integers(0, 10**13), st.text(max_size=30), st.integers(0, DAY))
def test_a_message_keeps_its_place_in_the_spread(opening: int, message: str, length: int) -> None:
    moment = spread(opening, message, length)
    assert opening <= moment < opening + max(length, 1)
    assert moment == spread(opening, message, length)


def test_a_nights_messages_leave_evenly() -> None:
    buckets = [0] * 6
    for number in range(6_000):
        buckets[spread(0, f"msg_{number}", 30 * MINUTE) // (5 * MINUTE)] += 1
    assert min(buckets) > 850


def test_each_shipped_profile_names_its_sources() -> None:
    for code in shipped():
        profile = profile_for(code)
        assert profile.code == code
        assert profile.holidays_source
        assert all(hours.source for hours in profile.hours.values())
        assert profile.sends == (code in {"FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF"})
    assert profile_for("DE").code == "strictest"
    assert not profile_for("DE").sends


def test_the_strictest_is_the_strictest() -> None:
    strictest = profile_for("DE").hours
    for code in shipped():
        for name, hours in profile_for(code).hours.items():
            assert strictest[name].limit.open >= hours.limit.open
            assert strictest[name].limit.close <= hours.limit.close
            assert strictest[name].closed_days >= hours.closed_days


def test_days_follow_each_other_without_a_gap() -> None:
    """A whole year in Paris, hour by hour: openings are days of marketing, 296 of them in 2026."""
    openings = [
        moment
        for before, moment in pairwise(
            range(ms("2026-01-01T00:00:00+01:00"), ms("2027-01-01T00:00:00+01:00"), 60 * MINUTE)
        )
        if _allowed(PLACES["Paris"], "marketing", moment, None)
        and not _allowed(PLACES["Paris"], "marketing", before, None)
    ]
    first = datetime(2026, 1, 1, tzinfo=UTC)
    days = {(first + timedelta(days=number)).date() for number in range(365)}
    closed = {day for day in days if day.isoweekday() == 7} | set(library.country_holidays("FR", years=2026))
    assert len(openings) == len(days - closed)


@settings(max_examples=100, deadline=None)
@given(places, classes, moments | tricky, owns, st.text(max_size=12), st.integers(0, 4 * 60 * MINUTE))
def test_a_message_never_leaves_outside_its_hours(
    place: Place, message_class: MessageClass, at: int, own: OwnHours | None, message: str, length: int
) -> None:
    moment = leave_at(place, message_class, at, own, message, length)
    if moment is None:
        assert check_hours(place, message_class, at, own).next is None
        return
    first = check_hours(place, message_class, at, own).next
    assert first is not None
    assert first <= moment < first + max(length, 1)
    assert _allowed(place, message_class, moment, own)


def test_a_spread_that_would_pass_the_closing_leaves_at_the_opening() -> None:
    short = OwnHours((Window(9 * 60, 9 * 60 + 10),))
    opening = ms("2026-03-04T09:00:00+01:00")
    leaving = [
        leave_at(PLACES["Paris"], "marketing", ms("2026-03-03T12:00:00+01:00"), short, f"msg_{number}", 60 * MINUTE)
        for number in range(100)
    ]
    assert all(moment is not None and opening <= moment < opening + 10 * MINUTE for moment in leaving)
    assert len(set(leaving)) > 5
    now = ms("2026-03-04T09:05:00+01:00")
    assert leave_at(PLACES["Paris"], "marketing", now, short, "msg_1", 60 * MINUTE) == now
