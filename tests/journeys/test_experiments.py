"""Variants and a holdout, followed from the first step to the last refund: counted once, whatever comes how often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.journeys.definition import Journey
from chalicelib.journeys.enrolling import held_out, variant_of
from chalicelib.journeys.experiments import arms, with_purchase
from chalicelib.links.attribution import Told, merged
from chalicelib.reports.experiments import results_of
from chalicelib.sms_providers.contract import InboundText
from chalicelib.storage.conversions import Conversion
from chalicelib.storage.events import Event
from chalicelib.storage.ledger import Opposition
from chalicelib.storage.links import Click
from chalicelib.storage.participants import Participant, figures, scope_of
from tests.support.journeys import CART, pass_time, start, template
from tests.support.shop import PHONES, Shop, event, hashed, lamp, visitor_id
from tests.support.stream import Stream
from tests.support.world import NOON

EURO = 1_000_000
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) Mobile/15E148 Safari/604.1"
TWO_WAYS = [
    {"id": "a", "share": 50, "texts": [{"template": "question"}]},
    {"id": "b", "share": 50, "texts": [{"template": "reminder"}]},
]
EXPERIMENT: dict[str, Any] = CART | {
    "holdout": 30,
    "steps": [{"id": "question", "wait": {"minutes": 45}, "variants": TWO_WAYS, "expires": 14 * 60}],
}


@pytest.fixture
def tried(shop: Shop) -> Shop:
    template(shop, "question", "{{ brand }} : une question ? {{ link }}")
    template(shop, "reminder", "{{ brand }} : votre panier est encore là {{ link }}")
    start(shop, "trial", EXPERIMENT)
    start(shop, "cart", CART, state="stopped")
    return shop


def phone_of(shop: Shop, arm: str) -> str:
    """Somebody of this arm."""
    for phone in PHONES:
        person = shop.world.services.vault.person(phone)
        out = held_out(person, "trial", 30)
        if ("holdout" if out else "ab"[variant_of(person, "trial", (50, 50))]) == arm:
            return phone
    raise AssertionError(arm)


def abandon(shop: Shop, stream: Stream, arm: str) -> str:
    phone = phone_of(shop, arm)
    shop.contact(phone)
    shop.tell(visitor_id(), "add_to_cart", params=lamp(), ids={"phone_sha256": hashed(phone)})
    stream.follow()
    return phone


def buy(shop: Shop, stream: Stream, phone: str, order: str = "T-1", **told: Any) -> None:
    params = {"transaction_id": order, "value": 50, "currency": "EUR"}
    shop.tell(None, "purchase", caller=shop.server, ids={"phone_sha256": hashed(phone)}, params=params, **told)
    stream.follow()


def counts(shop: Shop, version: int = 1) -> dict[str, int]:
    found = shop.world.services.counters.read_in_all(scope_of(shop.advertiser.id, "trial", version))
    return {name: number for name, number in found.items() if number and ".spent." not in name}


def test_each_arm_is_counted_with_what_it_got(tried: Shop, stream: Stream) -> None:
    for arm in ("a", "b", "holdout"):
        abandon(tried, stream, arm)
    assert counts(tried) == {}
    pass_time(tried, 46 * MINUTE, stream)
    assert counts(tried) == {
        "a.people": 1,
        "a.made": 1,
        "a.sent": 1,
        "b.people": 1,
        "b.made": 1,
        "b.sent": 1,
        "holdout.people": 1,
    }
    assert len(tried.world.provider.sent) == 2


@pytest.mark.parametrize("arm", ["a", "holdout"])
def test_a_purchase_counts_whether_anything_was_sent_or_clicked(tried: Shop, stream: Stream, arm: str) -> None:
    phone = abandon(tried, stream, arm)
    pass_time(tried, 46 * MINUTE, stream)
    buy(tried, stream, phone)
    found = counts(tried)
    assert (found[f"{arm}.buyers"], found[f"{arm}.conversion.confirmed"]) == (1, 1)
    assert found[f"{arm}.revenue.confirmed.EUR"] == 50 * EURO


def test_the_stream_again_and_the_purchase_again_change_nothing(tried: Shop, stream: Stream) -> None:
    phone = abandon(tried, stream, "a")
    pass_time(tried, 46 * MINUTE, stream)
    buy(tried, stream, phone)
    before = counts(tried)
    buy(tried, stream, phone)
    params = {"transaction_id": "T-1", "value": 50, "currency": "EUR"}
    body = tried.body(None, "purchase", ids={"phone_sha256": hashed(phone)}, params=params)
    for _ in range(2):
        tried.world.services.collector.batch(body, tried.server)
    records = stream.follow()
    stream.replay(records)
    assert counts(tried) == before
    assert before["a.buyers"] == 1


def test_a_purchase_from_before_that_is_told_late_does_not_count(tried: Shop, stream: Stream) -> None:
    phone, before = abandon(tried, stream, "holdout"), tried.world.clock.now() + MINUTE
    pass_time(tried, 46 * MINUTE, stream)
    buy(tried, stream, phone, at=before)
    assert "holdout.buyers" not in counts(tried)


def test_a_purchase_counts_while_the_window_is_open_and_not_after(tried: Shop, stream: Stream) -> None:
    phone = abandon(tried, stream, "holdout")
    pass_time(tried, 46 * MINUTE, stream)
    tried.world.clock.advance(tried.advertiser.attribution_ms - HOUR)
    buy(tried, stream, phone, "T-1")
    tried.world.clock.advance(2 * HOUR)
    buy(tried, stream, phone, "T-2")
    assert counts(tried)["holdout.conversion.confirmed"] == 1


def test_what_is_given_back_is_taken_back_also_before_its_purchase(tried: Shop, stream: Stream) -> None:
    phone = abandon(tried, stream, "a")
    pass_time(tried, 46 * MINUTE, stream)
    back = {"transaction_id": "T-1", "value": 20, "currency": "EUR"}
    tried.tell(None, "refund", caller=tried.server, params=back)
    stream.follow()
    buy(tried, stream, phone)
    assert counts(tried)["a.revenue.confirmed.EUR"] == 30 * EURO
    tried.tell(None, "refund", caller=tried.server, params={"transaction_id": "T-1"})
    stream.follow()
    found = counts(tried)
    assert (found.get("a.buyers"), found.get("a.revenue.confirmed.EUR")) == (None, None)
    assert (found["a.conversion.refunded"], found["a.refunded.EUR"]) == (1, 50 * EURO)


def test_a_click_counts_once_for_a_person_and_never_a_machines(tried: Shop, stream: Stream) -> None:
    abandon(tried, stream, "a")
    pass_time(tried, 46 * MINUTE, stream)
    (link,) = tried.world.links()
    click(tried, link.code, "facebookexternalhit/1.1")
    stream.follow()
    assert "a.clicked" not in counts(tried)
    for _ in range(2):
        tried.world.clock.advance(MINUTE)
        click(tried, link.code, IPHONE)
        stream.follow()
    assert counts(tried)["a.clicked"] == 1


def click(shop: Shop, code: str, agent: str) -> None:
    now = shop.world.clock.now()
    shop.world.services.links.click(
        code, Click(f"click-{now:020d}", now, "GET", agent, "fr", "", "FR", "192.0.2.0/24", "")
    )


def test_a_purchase_that_only_a_click_shows_to_be_theirs_counts_in_no_arm() -> None:
    """Whoever was held out cannot click: what only a click can tell would be told of one arm alone."""
    only = merged(PART_ORDER, Told(told("purchase"), contact="base#person", by_click=True))
    assert only.contacts == ("base#person",)
    assert with_purchase(PART, only).purchases == {}


def test_who_opposes_is_counted_with_the_message_that_they_oppose(tried: Shop, stream: Stream) -> None:
    phone = abandon(tried, stream, "a")
    pass_time(tried, 46 * MINUTE, stream)
    services = tried.world.services
    services.inbound.receive(InboundText("reply-1", phone, tried.advertiser.sender, "Merci"))
    tried.world.clock.advance(MINUTE)
    services.ledgers.oppose(
        services.vault.person(phone), tried.advertiser.id, Opposition(tried.world.clock.now(), "stop")
    )
    stream.follow()
    found = counts(tried)
    assert (found["a.replied"], found["a.unsubscribed"]) == (1, 1)


def test_a_version_is_an_experiment_of_its_own(tried: Shop, stream: Stream) -> None:
    phone = abandon(tried, stream, "holdout")
    pass_time(tried, 46 * MINUTE, stream)
    start(tried, "trial", EXPERIMENT | {"name": "Otherwise"})
    tried.world.clock.advance(2 * DAY)
    tried.tell(visitor_id(), "add_to_cart", params=lamp(), ids={"phone_sha256": hashed(phone)})
    stream.follow()
    pass_time(tried, 46 * MINUTE, stream)
    assert (counts(tried, 1), counts(tried, 2)) == ({"holdout.people": 1}, {"holdout.people": 1})


def test_a_journey_that_compares_nothing_keeps_nothing(shop: Shop, stream: Stream) -> None:
    template(shop, "question", "{{ brand }} : une question ? {{ link }}")
    template(shop, "reminder", "{{ brand }} : votre panier est encore là {{ link }}")
    start(shop, "cart", CART)
    shop.contact()
    shop.tell(visitor_id(), "add_to_cart", params=lamp(), ids={"phone_sha256": hashed(PHONES[1])})
    stream.follow()
    pass_time(shop, 46 * MINUTE, stream)
    assert shop.world.provider.sent
    assert shop.world.of_type("participant") == []


def test_an_erasure_takes_the_part_and_keeps_the_counts(tried: Shop, stream: Stream) -> None:
    phone = abandon(tried, stream, "a")
    pass_time(tried, 46 * MINUTE, stream)
    services, base = tried.world.services, tried.advertiser.id
    person = services.vault.person(phone)
    told_person = services.erasure.export(base, person)
    assert told_person is not None
    (part,) = told_person["experiments"]
    assert (part["journey"], part["version"], part["arm"]) == ("trial", 1, "a")
    services.erasure.erase(base, person)
    assert tried.world.of_type("participant") == []
    assert counts(tried)["a.people"] == 1


def test_the_arms_of_a_document() -> None:
    def of(*steps: Mapping[str, Any], holdout: int = 0) -> list[str]:
        return arms(Journey.model_validate(CART | {"steps": list(steps), "holdout": holdout}))

    plain = {"id": "one", "texts": [{"template": "x"}]}
    assert of(plain) == []
    assert of(plain, holdout=10) == ["everyone", "holdout"]
    assert of({"id": "one", "variants": TWO_WAYS}) == ["a", "b"]
    uneven = [dict(TWO_WAYS[0], share=20), dict(TWO_WAYS[1], share=80)]
    assert of({"id": "one", "variants": TWO_WAYS}, {"id": "two", "variants": uneven}) == ["a", "a+b", "b"]
    with pytest.raises(ValueError, match="another arm"):
        of({"id": "one", "variants": [dict(TWO_WAYS[0], id="holdout"), TWO_WAYS[1]]})


PART = Participant("base", "person", "adv", "trial", 1, "a", joined_at=NOON, until=NOON + DAY)
PART_ORDER = Conversion("site", "T-1", "adv")


def told(name: str, *, via: Any = "server", at: int = NOON + HOUR, **params: Any) -> Event:
    sent = event(name, at)
    return Event(
        site="site",
        visitor="v",
        id=str(params.pop("id", sent["id"])),
        name=name,
        time=at,
        received=at,
        via=via,
        origin=None,
        params={"transaction_id": "T-1"} | params,
    )


STORY = (
    Told(told("purchase", value=50 * EURO, currency="EUR", id="p1"), contact="base#person"),
    Told(told("purchase", via="pixel", value=60 * EURO, currency="EUR", id="p2"), contact="base#person"),
    Told(told("purchase", at=NOON - HOUR, value=70 * EURO, currency="EUR", id="p3"), contact="base#person"),
    Told(told("refund", value=10 * EURO, currency="EUR", id="r1")),
    Told(told("refund", value=5 * EURO, currency="EUR", id="r2")),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.integers(0, len(STORY) - 1), max_size=12), st.permutations(range(len(STORY))))
def test_in_any_order_and_doubled_a_participant_ends_the_same(more: list[int], order: list[int]) -> None:
    for missing in (None, 2):
        part, conversion = PART, PART_ORDER
        for place in [n for n in (*more, *order) if n != missing]:
            conversion = merged(conversion, STORY[place])
            part = with_purchase(part, conversion)
        numbers = figures(part)
        if missing is None:  # It was bought before the part began.
            assert numbers == {"a.people": 1}
        else:
            assert numbers["a.revenue.confirmed.EUR"] == 35 * EURO
            assert numbers["a.buyers"] == 1


def test_an_order_of_two_people_is_one_persons() -> None:
    both = merged(merged(PART_ORDER, STORY[0]), replace(STORY[1], contact="base#another"))
    assert with_purchase(PART, both).purchases == {}
    assert with_purchase(replace(PART, person="another"), both).purchases


def test_results_of_a_version(tried: Shop, stream: Stream) -> None:
    abandon(tried, stream, "a")
    pass_time(tried, 46 * MINUTE, stream)
    stored = tried.world.services.journeys.get(tried.advertiser.id, "trial")
    assert stored is not None
    found = results_of(stored, tried.advertiser.id, tried.world.services.counters)
    assert [(arm["arm"], arm["people"]) for arm in found["arms"]] == [("a", 1), ("b", 0), ("holdout", 0)]
    assert [one["verdict"] for one in found["comparisons"]] == ["too_early", "too_early"]
