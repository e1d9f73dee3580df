"""The hour of a person's clicks, over zones and changes of the clock, and a step that is moved to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.journeys.best_hour import AT_MOST, best_hour, moved_to
from chalicelib.journeys.definition import Journey
from tests.journeys.test_experiments import IPHONE, click
from tests.journeys.test_steps import abandon, sent
from tests.support.journeys import CART, ONE_STEP, pass_time, start, template
from tests.support.shop import CAMILLE, Shop
from tests.support.stream import Stream

PARIS, REUNION, KOLKATA = "Europe/Paris", "Indian/Reunion", "Asia/Kolkata"


def at(local: str, zone: str = PARIS, *, fold: int = 0) -> int:
    moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return int(moment.timestamp()) * 1_000


def daily(hour: str, times: int, zone: str = PARIS) -> list[int]:
    return [at(f"2026-03-{day:02d}T{hour}", zone) for day in range(1, times + 1)]


def test_of_four_clicks_nothing_is_said() -> None:
    assert best_hour(daily("19:30", 4), PARIS) is None
    assert best_hour(daily("19:30", 5), PARIS) == 19


@pytest.mark.parametrize("zone", [PARIS, REUNION, KOLKATA])
def test_it_is_the_persons_own_hour(zone: str) -> None:
    assert best_hour(daily("19:30", 6, zone), zone) == 19


def test_neighbours_say_something_too() -> None:
    """Three at ten, and two each at six and eight in the evening: seven has nobody, and all of them beside it."""
    clicks = [*daily("10:15", 3), *daily("18:40", 3), *daily("20:05", 3), *daily("19:00", 1)]
    assert best_hour(clicks, PARIS) == 19


def test_the_day_is_round_and_of_equals_the_earliest_is_it() -> None:
    assert best_hour([*daily("23:30", 3), *daily("00:30", 3), *daily("01:10", 2)], PARIS) == 0
    assert best_hour([*daily("09:00", 5), *daily("15:00", 5)], PARIS) == 9


def test_summer_time_moves_with_the_person() -> None:
    clicks = [*daily("19:30", 3), *(at(f"2026-04-{day:02d}T19:30") for day in range(1, 4))]
    assert best_hour(clicks, PARIS) == 19


@pytest.mark.parametrize(
    ("hour", "planned", "ends", "expected"),
    [
        (19, "2026-03-02T11:20", "2026-03-04T00:00", "2026-03-02T19:00"),
        (11, "2026-03-02T11:20", "2026-03-04T00:00", "2026-03-02T11:20"),
        (10, "2026-03-02T11:20", "2026-03-04T00:00", "2026-03-02T11:20"),  # Twenty-three hours away.
        (19, "2026-03-02T11:20", "2026-03-02T19:00", "2026-03-02T11:20"),  # It would have expired.
        (8, "2026-03-02T22:00", "2026-03-04T00:00", "2026-03-03T08:00"),
        (2, "2026-03-28T23:30", "2026-03-30T00:00", "2026-03-28T23:30"),  # The clock skips it.
        (9, "2026-03-28T23:30", "2026-03-30T00:00", "2026-03-29T09:00"),
    ],
)
def test_a_moment_is_moved_to_the_hour_or_stays(hour: int, planned: str, ends: str, expected: str) -> None:
    assert moved_to(hour, at(planned), at(ends), PARIS) == at(expected)


def test_of_an_hour_that_comes_twice_it_is_the_first() -> None:
    assert moved_to(2, at("2026-10-25T00:10"), at("2026-10-26T00:00"), PARIS) == at("2026-10-25T02:00")
    second = at("2026-10-25T02:30", fold=1)
    assert moved_to(2, second, second + DAY, PARIS) == second


@settings(max_examples=200, deadline=None)
@given(
    st.integers(0, 23),
    st.integers(at("2025-01-01T00:00"), at("2027-12-31T00:00")),
    st.integers(1, 48 * 60),
    st.sampled_from([PARIS, REUNION, KOLKATA, "America/St_Johns", "Australia/Lord_Howe"]),
)
def test_never_sooner_nor_too_late_and_the_same_when_asked_again(
    hour: int, planned: int, minutes: int, zone: str
) -> None:
    ends = planned + minutes * MINUTE
    moved = moved_to(hour, planned, ends, zone)
    assert planned <= moved <= planned + AT_MOST and moved < ends
    if moved != planned:
        local = datetime.fromtimestamp(moved / 1_000, ZoneInfo(zone))
        assert local.hour == hour
        assert moved_to(hour, moved, ends, zone) == moved


@pytest.fixture
def timed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    template(shop, "cart-1", "{{ brand }} : votre panier {{ link }}")
    step: dict[str, Any] = {"id": "only", "wait": {"minutes": 45, "best_hour": True}, "texts": [{"template": "cart-1"}]}
    start(shop, "cart", CART | {"steps": [step]})
    clicks: list[int] = []
    monkeypatch.setattr(shop.world.services.step_facts.history, "clicked_at", lambda *_: clicks)
    return clicks


def test_a_step_waits_for_the_hour(shop: Shop, stream: Stream, timed: list[int]) -> None:
    """It is eleven in Paris."""
    timed += daily("16:30", 5)
    abandon(shop, stream)
    pass_time(shop, 4 * HOUR)
    assert sent(shop) == []
    pass_time(shop, HOUR)
    assert sent(shop) == [("only", "sent")]


@pytest.mark.parametrize("hour", ["21:30", "10:30"])
def test_outside_the_legal_hours_or_too_far_it_goes_as_planned(
    shop: Shop, stream: Stream, timed: list[int], hour: str
) -> None:
    timed += daily(hour, 5)
    abandon(shop, stream)
    pass_time(shop, 46 * MINUTE)
    assert sent(shop) == [("only", "sent")]


def test_of_whom_nothing_is_known_it_goes_as_planned(shop: Shop, stream: Stream, timed: list[int]) -> None:
    timed += daily("16:30", 4)
    abandon(shop, stream)
    pass_time(shop, 46 * MINUTE)
    assert sent(shop) == [("only", "sent")]


def test_a_time_of_day_and_the_persons_hour_are_one_too_many() -> None:
    step = {"id": "only", "wait": {"at": "18:00", "best_hour": True}, "texts": [{"template": "cart-1"}]}
    with pytest.raises(ValueError, match="best_hour"):
        Journey.model_validate(CART | {"steps": [step]})


def test_only_a_persons_clicks_on_the_advertisers_links_tell_an_hour(shop: Shop, stream: Stream) -> None:
    template(shop, "cart-1", "{{ brand }} : votre panier {{ link }}")
    start(shop, "cart", ONE_STEP)
    abandon(shop, stream)
    pass_time(shop, HOUR)
    (link,) = shop.world.links()
    services = shop.world.services
    shop.world.clock.advance(HOUR)
    click(shop, link.code, "facebookexternalhit/1.1")
    stream.follow()
    shop.world.clock.advance(HOUR)
    click(shop, link.code, IPHONE)
    stream.follow()
    contact = services.contacts.get(shop.advertiser.id, services.vault.person(CAMILLE))
    assert contact is not None
    history = services.step_facts.history
    assert history.clicked_at(contact, shop.advertiser.id) == [shop.world.clock.now()]
    assert history.clicked_at(contact, "adv_other") == []
