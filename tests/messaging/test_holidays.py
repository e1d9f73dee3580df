from datetime import date

import holidays as library
import pytest

from chalicelib.messaging.holidays import holiday_rule, holidays_of
from chalicelib.messaging.profile import profile_for

YEARS = range(2024, 2100)
# Our part of a country, and what PyPI's holidays calls it.
PARTS = {
    ("FR", "FR"): ("FR", None),
    ("FR", "alsace_moselle"): ("FR", "57"),
    ("GP", "GP"): ("FR", "971"),
    ("MQ", "MQ"): ("FR", "972"),
    ("GF", "GF"): ("FR", "973"),
    ("RE", "RE"): ("FR", "974"),
    ("YT", "YT"): ("FR", "976"),
    ("BL", "BL"): ("FR", "BL"),
    ("MF", "MF"): ("FR", "MF"),
    ("PM", "PM"): ("FR", "PM"),
    ("NC", "NC"): ("FR", "NC"),
    ("WF", "WF"): ("FR", "WF"),
    ("BE", "BE"): ("BE", None),
    ("LU", "LU"): ("LU", None),
}


@pytest.mark.parametrize(("ours", "theirs"), PARTS.items(), ids=[part for _, part in PARTS])
def test_a_century_of_holidays_agrees_with_the_library(ours: tuple[str, str], theirs: tuple[str, str | None]) -> None:
    country, part = ours
    rules = profile_for(country).holidays_in([part])
    expected = library.country_holidays(theirs[0], subdiv=theirs[1], years=YEARS)
    assert {day for year in YEARS for day in holidays_of(rules, year)} == set(expected)


@pytest.mark.parametrize("country", ["CH", "ES", "GB"])
def test_what_holds_in_a_whole_country_is_never_missed(country: str) -> None:
    rules = profile_for(country).holidays_in([country])
    moved = "observed|substitute|May Day|Spring Bank|Jubilee|Coronation"
    for year in range(2024, 2060):
        expected = library.country_holidays(country, years=year, language="en_US")
        for day, name in expected.items():
            if not any(word in name for word in moved.split("|")):
                assert day in holidays_of(rules, year), (day, name)


def test_a_rule_may_be_one_date() -> None:
    rules = (holiday_rule("2027-05-03"),)
    assert holidays_of(rules, 2027) == {date(2027, 5, 3)}
    assert holidays_of(rules, 2028) == set()


@pytest.mark.parametrize("text", ["", "5-1", "02-30", "02-29", "easter+", "easter1", "christmas", "2027-13-01"])
def test_a_rule_that_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no holiday"):
        holiday_rule(text)
