"""Segments: whose rules hold for whom, and members that follow the base by events and by the daily round."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.audience.intake import Arrival
from chalicelib.audience.profile import Profile
from chalicelib.audience.segment_facts import department
from chalicelib.audience.segment_lists import Named
from chalicelib.audience.segments import Rules
from chalicelib.audience.statements import Statement
from chalicelib.clock import DAY, MINUTE
from chalicelib.errors import InvalidInput, NotFound
from chalicelib.storage.segments import Segment
from chalicelib.workers.background import on_minute
from tests.support.shop import CAMILLE, INES, MALIK, PHONES, Shop, hashed, lamp, visitor_id
from tests.support.stream import Stream

LYON = Rules.model_validate({"all": [{"fact": "location.department", "value": "69"}]})


def rules(*conditions: dict[str, Any]) -> Rules:
    return Rules.model_validate({"all": conditions})


def arrive(shop: Shop, phone: str, **fields: Any) -> str:
    """A contact with fields of its own."""
    statement = Statement({"sms_marketing": True, "matching": True}, shop.world.clock.now() - DAY, "checkout")
    arrival = Arrival(Profile(phone, first_name="Camille"), statement, fields)
    shop.world.services.intake.take(shop.advertiser.id, arrival)
    return shop.world.services.vault.person(phone)


def minutes(shop: Shop, number: int = 1) -> None:
    shop.world.clock.advance(number * MINUTE)
    on_minute(shop.world.services, lambda: 900_000)


def make(shop: Shop, of: Rules | None) -> Segment:
    return shop.world.services.segment_desk.create(shop.advertiser.id, "Segment", of)


def members(shop: Shop, segment: Segment) -> set[str]:
    found = set(shop.world.services.members.all(segment.id))
    assert shop.world.services.members.size(segment.id) == len(found)
    return found


def stored(shop: Shop, segment: Segment) -> Segment:
    return shop.world.services.segment_desk.find(shop.advertiser.id, segment.id)


@pytest.mark.parametrize(
    ("postcode", "found"),
    [
        ("69003", "69"),
        ("20167", "2A"),
        ("20200", "2B"),
        ("97411", "974"),
        ("01000", "01"),
        ("1000", None),
        ("AB1", None),
    ],
)
def test_a_postcode_tells_its_department(postcode: str, found: str | None) -> None:
    assert department(postcode) == found


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"all": []},
        {"all": [{"fact": "contact.phone", "value": "1"}]},
        {"all": [{"fact": "weather.today", "value": "1"}]},
        {"all": [{"fact": "location.city", "value": "a"}], "any": [{"fact": "location.city", "value": "a"}]},
        {"all": [{"fact": "location.city", "value": "a\0"}]},
        {"all": [{"fact": "contact.fields.size", "value": 10**400}]},
        {"all": [{"any": [{"all": [{"any": [{"fact": "location.city", "value": "a"}]}]}]}]},
        {"all": [{"fact": "location.city", "value": "a"}] * 51},
        {"any": [{"fact": "location.city", "value": "a"}], "name": "x"},
    ],
)
def test_rules_that_cannot_be_are_refused(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        Rules.model_validate(wrong)


def test_groups_hold_together_or_one_of_them() -> None:
    vip = {"fact": "contact.fields.vip", "value": True}
    built = rules(
        {"fact": "location.city", "op": "in", "value": ["Lyon", "Paris"]},
        {"any": [{"fact": "history.purchases", "op": "at_least", "value": 2}, vip]},
    )
    assert built.groups == {"location", "history", "contact"}
    assert built.holds({"location.city": "lyon", "contact.fields.vip": True})
    assert built.holds({"location.city": "Paris", "history.purchases": 3})
    assert not built.holds({"location.city": "Paris", "history.purchases": 1})
    assert not built.holds({"history.purchases": 3})


def test_a_new_segment_is_filled_from_the_roster_in_the_background(shop: Shop, stream: Stream) -> None:
    here, there = arrive(shop, CAMILLE, postcode="69003"), arrive(shop, MALIK, postcode="75011")
    stream.follow()
    segment = make(shop, LYON)
    assert stored(shop, segment).state == "building"
    minutes(shop)
    assert members(shop, segment) == {here} and stored(shop, segment).state == "ready"
    assert shop.world.services.members.of_contact(shop.advertiser.id, here) == {segment.id}
    assert shop.world.services.members.of_contact(shop.advertiser.id, there) == set()


def test_a_build_stops_anywhere_and_goes_on(shop: Shop, stream: Stream) -> None:
    people = {arrive(shop, phone, postcode="69001") for phone in PHONES[:12]}
    stream.follow()
    segment = make(shop, LYON)
    left = iter([900_000, *[900_000, 900_000, 900_000, 0] * 40])
    for _ in range(40):
        shop.world.clock.advance(20 * MINUTE)
        on_minute(shop.world.services, lambda: next(left, 900_000))
    assert members(shop, segment) == people and stored(shop, segment).state == "ready"


def test_what_happens_to_a_contact_moves_it_at_once(shop: Shop, stream: Stream) -> None:
    segment = make(shop, LYON)
    minutes(shop)
    shop.world.clock.advance(MINUTE)
    person = arrive(shop, CAMILLE, postcode="69003")
    stream.follow()
    assert members(shop, segment) == {person}
    arrive(shop, CAMILLE, postcode="75011")
    stream.follow()
    assert members(shop, segment) == set()


def test_time_alone_moves_people_within_a_day(shop: Shop, stream: Stream) -> None:
    quiet = make(shop, rules({"fact": "contact.days_since_act", "op": "at_least", "value": 3}))
    person = arrive(shop, CAMILLE)
    stream.follow()
    minutes(shop)
    assert members(shop, quiet) == set()
    for _ in range(4):
        minutes(shop, 24 * 60)
    assert members(shop, quiet) == {person}


def test_visits_clicks_and_purchases_are_asked_of_the_trail(shop: Shop, stream: Stream) -> None:
    person = shop.contact(CAMILLE)
    shop.contact(MALIK)
    visitor = visitor_id()
    ids = {"phone_sha256": hashed(CAMILLE)}
    shop.tell(visitor, "view_item", ids=ids, params=lamp() | {"items": [{"item_id": "l1", "item_category": "Lampes"}]})
    bought = {"transaction_id": "T1", "value": 80.5, "currency": "EUR", "items": [{"item_id": "nova"}]}
    shop.tell(visitor, "purchase", caller=shop.server, ids=ids, params=bought)
    stream.follow()
    facts = shop.world.services.fact_reader.read(
        shop.advertiser.id, [person], ["visits", "bought", "history", "clicks", "pressure", "consent", "location"]
    )[person]
    assert facts["visits.days_since.view_item"] == 0 and facts["visits.categories"] == ("Lampes",)
    assert facts["bought.items"] == ("nova",)
    assert (facts["history.purchases"], facts["history.spent.EUR"]) == (1, 80.5)
    assert facts["clicks.count"] == 0 and "clicks.days_since_click" not in facts
    assert facts["consent.sms_marketing"] is True and facts["consent.opposed"] is False
    assert facts["location.country"] == "FR" and facts["pressure.sends_7d"] == 0
    segment = make(shop, rules({"fact": "history.spent.EUR", "op": "more_than", "value": 80}))
    minutes(shop)
    assert members(shop, segment) == {person}


def test_other_rules_have_everybody_looked_at_again(shop: Shop, stream: Stream) -> None:
    here, there = arrive(shop, CAMILLE, postcode="69003"), arrive(shop, MALIK, postcode="75011")
    stream.follow()
    segment = make(shop, LYON)
    minutes(shop)
    paris = rules({"fact": "location.department", "value": "75"})
    shop.world.services.segment_desk.change(shop.advertiser.id, segment.id, "Paris", paris)
    assert members(shop, segment) == {here}
    minutes(shop)
    assert members(shop, segment) == {there}
    assert stored(shop, segment).name == "Paris"


def test_who_is_erased_leaves_every_segment_and_the_roster(shop: Shop, stream: Stream) -> None:
    person = arrive(shop, CAMILLE, postcode="69003")
    stream.follow()
    segment = make(shop, LYON)
    minutes(shop)
    shop.world.services.erasure.erase(shop.advertiser.id, person)
    stream.follow()
    assert members(shop, segment) == set()
    assert shop.world.of_type("roster") == [] and shop.world.of_type("member_of") == []


def test_news_of_a_contact_that_comes_after_its_erasure_puts_nobody_back(shop: Shop, stream: Stream) -> None:
    make(shop, LYON)
    shop.world.services.erasure.erase(shop.advertiser.id, arrive(shop, CAMILLE, postcode="69003"))
    stream.follow()
    assert shop.world.of_type("roster") == [] and shop.world.of_type("member") == []


def test_a_base_past_the_line_is_left_to_the_export(
    shop: Shop, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop.world.services.base_sizes, "get", lambda _: 200_001)
    segment = make(shop, LYON)
    arrive(shop, CAMILLE, postcode="69003")
    stream.follow()
    minutes(shop)
    assert members(shop, segment) == set() and stored(shop, segment).state == "building"


def test_a_removed_segment_is_gone_at_once_and_its_members_soon(shop: Shop, stream: Stream) -> None:
    arrive(shop, CAMILLE, postcode="69003")
    stream.follow()
    segment = make(shop, LYON)
    minutes(shop)
    shop.world.services.segment_desk.remove(shop.advertiser.id, segment.id)
    with pytest.raises(NotFound):
        stored(shop, segment)
    minutes(shop)
    for kind in ("segment", "member", "member_of", "segment_size"):
        assert shop.world.of_type(kind) == []


def test_a_list_takes_its_good_rows_and_tells_the_others(shop: Shop) -> None:
    lists, base = shop.world.services.segment_lists, shop.advertiser.id
    person = shop.contact(CAMILLE, email="camille@example.com")
    other = shop.contact(MALIK)
    segment = make(shop, None)
    rows = [Named(phone="06 39 98 00 01"), Named(phone="12"), Named(phone=INES), Named(person=other)]
    told = lists.add(base, segment.id, [*rows, Named(email="Camille@example.com"), Named(email="no")])
    assert [(one.row, one.error.rule) for one in told.errors] == [
        (1, "valid_number"),
        (2, "unknown_contact"),
        (5, "email"),
    ]
    assert (told.rows, told.changed) == (6, 2) and members(shop, segment) == {person, other}
    assert lists.add(base, segment.id, rows).changed == 0
    assert lists.take_out(base, segment.id, [Named(phone=CAMILLE)]).changed == 1
    assert members(shop, segment) == {other}
    with pytest.raises(InvalidInput):
        lists.add(base, make(shop, LYON).id, rows)


def test_members_are_told_in_pages(shop: Shop) -> None:
    services = shop.world.services
    segment = make(shop, None)
    people = {shop.contact(phone) for phone in PHONES[:30]}
    services.segment_lists.add(shop.advertiser.id, segment.id, [Named(person=person) for person in people])
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page, after = services.segment_desk.page(segment, after, 7)
        seen += page
    assert len(seen) == 30 and set(seen) == people
