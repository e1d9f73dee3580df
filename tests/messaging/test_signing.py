"""A country that the operator signed sends by its values; France becomes stricter only."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.clock import SECOND
from chalicelib.errors import InvalidInput
from chalicelib.messaging.hours import check_hours
from chalicelib.messaging.profile import profile_for
from chalicelib.messaging.recipients import place_of
from chalicelib.messaging.senders import Sender, check_sender
from chalicelib.messaging.signing import CountryBook, signed
from tests.messaging.test_hours import PLACES, ms
from tests.support.world import World

HOURS = {"open": "09:00", "close": "19:00", "closed": ["sunday", "holidays"], "source": "our counsel, 3 March 2026"}
SENDER = {
    "kind": "alphanumeric",
    "pattern": "[A-Za-z]{3,11}",
    "classes": ["marketing", "notification"],
    "two_way": False,
    "source": "our provider's list",
}
BELGIUM: dict[str, Any] = {"marketing": HOURS, "notification": HOURS, "senders": [SENDER]}
BRUSSELS = place_of("+32470123456")
TUESDAY = ms("2026-03-03T18:30:00+01:00")


@pytest.fixture
def book(world: World) -> CountryBook:
    return world.services.countries


def test_a_country_is_sent_to_once_it_is_signed(book: CountryBook, world: World) -> None:
    assert book.check_hours(BRUSSELS, "marketing", TUESDAY).rule == "country_unsigned"
    book.sign("BE", BELGIUM, "Inès, legal")
    assert book.check_hours(BRUSSELS, "marketing", TUESDAY).allowed
    assert book.check_hours(place_of("nonsense"), "marketing", TUESDAY).rule == "number_invalid"
    holiday = check_hours(BRUSSELS, "marketing", ms("2026-07-21T12:00:00+02:00"), profile=book.profile("BE"))
    assert holiday.rule == "public_holiday", "the known holidays stay"
    assert isinstance(check_sender("Lumen", book.profile("BE")), Sender)
    signature = book.signature("BE")
    assert signature
    assert (signature.by, signature.at) == ("Inès, legal", world.clock.now())


def test_what_was_signed_can_be_taken_back_and_stays_on_record(book: CountryBook, world: World) -> None:
    book.sign("BE", BELGIUM, "Inès, legal")
    world.clock.advance(SECOND)
    book.take_back("BE", "Malik, operations")
    assert book.signature("BE") is None
    assert not book.profile("BE").sends
    history = [item for item in world.items() if item.get("type") == "country_signature" and item["sk"] != "SIGNED"]
    assert [(item["by"], item.get("values") is None) for item in history] == [
        ("Inès, legal", False),
        ("Malik, operations", True),
    ]


def test_another_container_learns_of_it_within_ten_seconds(book: CountryBook, world: World) -> None:
    other = world.worker().countries
    assert not other.profile("BE").sends
    book.sign("BE", BELGIUM, "Inès, legal")
    world.clock.advance(10 * SECOND)
    assert other.profile("BE").sends


def test_a_country_without_a_profile_can_be_signed_too(book: CountryBook) -> None:
    book.sign("DE", BELGIUM, "Inès, legal")
    found = check_hours(place_of("+4915112345678"), "marketing", TUESDAY, profile=book.profile("DE"))
    assert (found.allowed, found.zone) == (True, "Europe/Berlin")
    assert book.signed_beside() == ["DE"]


def test_france_can_be_made_stricter(book: CountryBook) -> None:
    values = {
        "marketing": HOURS | {"closed": ["saturday", "sunday", "holidays"]},
        "holidays": {"days": ["2026-03-04", "06-21"], "source": "the shop's own days"},
    }
    book.sign("FR", values, "Inès, legal")
    profile = book.profile("FR")
    paris = PLACES["Paris"]
    assert check_hours(paris, "marketing", ms("2026-03-03T19:30:00+01:00"), profile=profile).next == ms(
        "2026-03-05T09:00:00+01:00"
    )
    assert check_hours(paris, "marketing", ms("2026-03-07T12:00:00+01:00"), profile=profile).rule == "closed_day"
    assert check_hours(paris, "notification", ms("2026-03-03T21:30:00+01:00"), profile=profile).allowed
    assert profile_for("FR").hours["marketing"].window.close == 20 * 60, "what is shipped does not change"


@pytest.mark.parametrize(
    "values",
    [
        {"marketing": HOURS | {"open": "07:00"}},
        {"marketing": HOURS | {"latest": "22:30"}},
        {"marketing": HOURS | {"closed": ["sunday"]}},
        {"marketing": HOURS | {"closed": ["holidays"]}},
        {"notification": HOURS | {"close": "23:00"}},
        {"senders": [SENDER]},
    ],
)
def test_france_cannot_be_made_looser(values: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        signed("FR", values)
    assert {error.rule for error in refused.value.errors} == {"stricter"}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "marketing"),
        ({"marketing": HOURS, "notification": HOURS}, "senders"),
        (BELGIUM | {"marketing": {"open": "09:00", "close": "19:00"}}, "marketing.source"),
        (BELGIUM | {"marketing": HOURS | {"source": " "}}, "marketing.source"),
        (BELGIUM | {"marketing": HOURS | {"open": "25:00"}}, "marketing"),
        (BELGIUM | {"marketing": HOURS | {"open": 9}}, "marketing"),
        (BELGIUM | {"marketing": HOURS | {"closed": ["funday"]}}, "marketing.closed"),
        (BELGIUM | {"marketing": HOURS | {"shut": "x"}}, "marketing.shut"),
        (BELGIUM | {"marketing": HOURS | {"close": "08:00"}}, "marketing"),
        (BELGIUM | {"marketing": "all day"}, "values"),
        (BELGIUM | {"holidays": {"days": ["02-30"], "source": "x"}}, "holidays.days"),
        (BELGIUM | {"holidays": {"days": ["02-03"]}}, "holidays"),
        (BELGIUM | {"senders": [SENDER | {"pattern": "("}]}, "values"),
        (BELGIUM | {"senders": [SENDER | {"kind": "pigeon"}]}, "senders"),
        (BELGIUM | {"zones": ["Europe/Brussels"]}, "zones"),
    ],
)
def test_values_that_are_none_are_named(values: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        signed("BE", values)
    assert field in {error.field for error in refused.value.errors}


@pytest.mark.parametrize("country", ["", "XX", "be", "strictest", "BELGIUM"])
def test_only_a_country_is_signed(book: CountryBook, country: str) -> None:
    with pytest.raises(InvalidInput):
        book.sign(country, BELGIUM, "Inès, legal")
