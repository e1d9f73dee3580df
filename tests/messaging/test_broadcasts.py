"""Broadcasts: rehearsed, launched, paced, paused, cancelled; each person once, whoever dies or comes twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.audience.segment_lists import Named
from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.errors import Conflict, InvalidInput
from chalicelib.messaging.broadcast_desk import NotLaunched
from chalicelib.messaging.differences import Compared, compare
from chalicelib.messaging.opt_outs import Pulled
from chalicelib.messaging.shares import wilson
from chalicelib.storage.advertisers import Safeguards
from chalicelib.storage.broadcasts import Broadcast, Plan
from chalicelib.storage.caps import CapRule
from chalicelib.storage.counters import count
from chalicelib.storage.ledger import Opposition, Send
from chalicelib.storage.promo_pools import Benefit, Pool
from chalicelib.storage.segments import Segment
from chalicelib.storage.templates import Template
from chalicelib.wiring import Services
from chalicelib.workers import send
from chalicelib.workers.background import on_minute
from tests.support.shop import PHONES, Shop, open_shop
from tests.support.world import World

SALE = "Vente privée chez Lumen, -20% : {{ link }}"
LINK = "https://shop.example/cart"
KEY, OTHER_KEY = "one", "two"


def audience(shop: Shop, phones: tuple[str, ...] = PHONES[:4], **told: Any) -> Segment:
    """A segment of these people."""
    services = shop.world.services
    people = [shop.contact(phone, **told) for phone in phones]
    segment = services.segment_desk.create(shop.advertiser.id, "Everybody", None)
    services.segment_lists.add(shop.advertiser.id, segment.id, [Named(person=person) for person in people])
    return segment


def planned(shop: Shop, segment: Segment, template: Template | None = None, **changes: Any) -> Broadcast:
    services = shop.world.services
    template = template or Template("sale", SALE)
    services.templates.save(shop.advertiser.id, template)
    plan = replace(Plan("Sale", segment.id, template.id, "marketing", link=LINK), **changes)
    return services.broadcast_desk.create(shop.advertiser, plan)


def rehearsed(shop: Shop, broadcast: Broadcast, most: int | None = None) -> Broadcast:
    return shop.world.services.broadcast_desk.rehearse(shop.advertiser, broadcast.id, most)


def launched(shop: Shop, broadcast: Broadcast) -> Broadcast:
    rehearsed(shop, broadcast)
    return shop.world.services.broadcast_desk.launch(shop.advertiser, broadcast.id, KEY)


def pass_minutes(shop: Shop, number: int = 1, worker: Services | None = None) -> None:
    """What the schedules and the queue do in so many minutes."""
    services = worker or shop.world.services
    for _ in range(number):
        on_minute(services, lambda: 900_000)
        services.tick.run()
        send.on_orders(shop.world.queue.drain(), services)
        shop.world.clock.advance(MINUTE)


def stored(shop: Shop, broadcast: Broadcast) -> Broadcast:
    return shop.world.services.broadcast_desk.find(shop.advertiser.id, broadcast.id)


def states(shop: Shop) -> Counter[str]:
    return Counter(item["state"] for item in shop.world.of_type("message"))


def compared(shop: Shop, broadcast: Broadcast) -> Compared:
    known = stored(shop, broadcast)
    rows, after = shop.world.services.broadcasts.recipients(known, "", 100)
    assert after is None
    messages = shop.world.services.messages.get_all([row.message for row in rows])
    return compare(rows, messages, all_seen=known.rehearsed["exact"])


def test_a_broadcast_reaches_its_segment_once_at_its_pace(shop: Shop) -> None:
    broadcast = launched(shop, planned(shop, audience(shop), pace=1))
    pass_minutes(shop, 2)
    assert 1 <= len(shop.world.provider.sent) <= 3
    pass_minutes(shop, 4)
    sent = shop.world.provider.sent
    assert Counter(sms.to for sms in sent) == Counter(PHONES[:4])
    known = stored(shop, broadcast)
    assert (known.state, known.made) == ("done", 4)
    message = shop.stored(sent[0].message_id)
    assert (message.journey, message.campaign, message.message_class) == ("flash_sale", broadcast.id, "marketing")
    assert shop.world.counts(shop.advertiser.id)["broadcast.made"] == 4
    assert compared(shop, broadcast) == Compared(4, 0, 0, ())


def test_the_link_opens_the_cart_with_the_promo_code_in_it(shop: Shop) -> None:
    services = shop.world.services
    services.promo_pools.create(Pool("pool_1", shop.advertiser.id, "Ten", Benefit("share", percent=10)))
    pool = services.promo_pools.get(shop.advertiser.id, "pool_1")
    assert pool
    services.promo_desk.fill(pool, codes=["ABC 123"])
    template = Template("sale", "Lumen, avec {{ code }} : {{ link }}", promo_pool="pool_1")
    launched(shop, planned(shop, audience(shop, PHONES[:1]), template, link=f"{LINK}?promo={{code}}"))
    pass_minutes(shop, 2)
    (link,) = shop.world.links()
    assert link.target == f"{LINK}?promo=ABC123"


def test_a_launch_needs_a_rehearsal_of_what_it_launches(shop: Shop) -> None:
    desk, segment = shop.world.services.broadcast_desk, audience(shop, PHONES[:2])
    broadcast = planned(shop, segment)
    with pytest.raises(NotLaunched, match="rehearse"):
        desk.launch(shop.advertiser, broadcast.id, KEY)
    rehearsed(shop, broadcast)
    desk.change(shop.advertiser, broadcast.id, replace(broadcast.plan, pace=5))
    with pytest.raises(NotLaunched):
        desk.launch(shop.advertiser, broadcast.id, KEY)
    rehearsed(shop, broadcast)
    shop.world.clock.advance(8 * DAY)
    with pytest.raises(NotLaunched, match="week"):
        desk.launch(shop.advertiser, broadcast.id, KEY)
    rehearsed(shop, broadcast)
    assert desk.launch(shop.advertiser, broadcast.id, KEY).state == "scheduled"
    with pytest.raises(Conflict):
        desk.change(shop.advertiser, broadcast.id, broadcast.plan)


def test_the_text_that_was_rehearsed_is_the_text_that_goes(shop: Shop) -> None:
    services, start = shop.world.services, shop.world.clock.now() + 5 * MINUTE
    broadcast = planned(shop, audience(shop, PHONES[:1]), start_at=start)
    rehearsed(shop, broadcast)
    services.templates.save(shop.advertiser.id, Template("sale", SALE.replace("20", "70")))
    with pytest.raises(NotLaunched, match="template"):
        services.broadcast_desk.launch(shop.advertiser, broadcast.id, KEY)
    launched(shop, broadcast)
    services.templates.save(shop.advertiser.id, Template("sale", SALE))
    pass_minutes(shop, 6)
    known = stored(shop, broadcast)
    assert (known.state, known.waits_for, shop.world.provider.sent) == ("paused", "template_changed", [])


@pytest.mark.parametrize("limits", [Safeguards(approve_people=1), Safeguards(approve_micro=1)])
def test_a_large_or_dear_launch_needs_a_second_person(shop: Shop, limits: Safeguards) -> None:
    shop.advertiser = replace(shop.advertiser, safeguards=limits)
    shop.world.services.advertisers.save(shop.advertiser)
    desk, broadcast = shop.world.services.broadcast_desk, planned(shop, audience(shop, PHONES[:2]))
    rehearsed(shop, broadcast)
    with pytest.raises(NotLaunched) as wanting:
        desk.launch(shop.advertiser, broadcast.id, KEY)
    assert wanting.value.reason == "needs_approval"
    desk.approve(shop.advertiser.id, broadcast.id, KEY)
    with pytest.raises(NotLaunched) as same:
        desk.launch(shop.advertiser, broadcast.id, KEY)
    assert same.value.reason == "needs_another_person"
    rehearsed(shop, broadcast)
    with pytest.raises(NotLaunched):
        desk.launch(shop.advertiser, broadcast.id, OTHER_KEY)
    desk.approve(shop.advertiser.id, broadcast.id, KEY)
    assert desk.launch(shop.advertiser, broadcast.id, OTHER_KEY).state == "scheduled"


def test_a_pause_holds_what_is_queued_and_a_resume_goes_on_with_the_pace(shop: Shop) -> None:
    desk = shop.world.services.broadcast_desk
    broadcast = launched(shop, planned(shop, audience(shop), pace=1))
    pass_minutes(shop, 2)
    on_minute(shop.world.services, lambda: 900_000)
    shop.world.services.tick.run()
    desk.pause(shop.advertiser.id, broadcast.id, "operator")
    before = len(shop.world.provider.sent)
    pass_minutes(shop, 5)
    assert len(shop.world.provider.sent) == before < 4
    desk.resume(shop.advertiser.id, broadcast.id)
    pass_minutes(shop, 8)
    assert Counter(sms.to for sms in shop.world.provider.sent) == Counter(PHONES[:4])
    assert stored(shop, broadcast).state == "done"


def test_a_pause_holds_the_last_that_are_made_and_have_not_left(shop: Shop) -> None:
    desk = shop.world.services.broadcast_desk
    broadcast = launched(shop, planned(shop, audience(shop), pace=5))
    on_minute(shop.world.services, lambda: 900_000)
    on_minute(shop.world.services, lambda: 900_000)
    assert stored(shop, broadcast).state == "done"
    before = len(shop.world.provider.sent)
    assert desk.pause(shop.advertiser.id, broadcast.id, "operator").state == "paused"
    pass_minutes(shop, 5)
    assert len(shop.world.provider.sent) == before < 4
    desk.resume(shop.advertiser.id, broadcast.id)
    pass_minutes(shop, 5)
    assert Counter(sms.to for sms in shop.world.provider.sent) == Counter(PHONES[:4])
    assert stored(shop, broadcast).state == "done"


def test_a_pause_before_the_start_does_not_bring_it_forward(shop: Shop) -> None:
    desk, start = shop.world.services.broadcast_desk, shop.world.clock.now() + 6 * MINUTE
    broadcast = launched(shop, planned(shop, audience(shop, PHONES[:2]), start_at=start))
    desk.pause(shop.advertiser.id, broadcast.id, "operator")
    desk.resume(shop.advertiser.id, broadcast.id)
    pass_minutes(shop, 5)
    assert shop.world.provider.sent == []
    pass_minutes(shop, 3)
    assert len(shop.world.provider.sent) == 2


def test_a_cancelled_broadcast_takes_back_what_has_not_left(shop: Shop) -> None:
    desk = shop.world.services.broadcast_desk
    broadcast = launched(shop, planned(shop, audience(shop), pace=2))
    pass_minutes(shop, 1)
    on_minute(shop.world.services, lambda: 900_000)
    desk.cancel(shop.advertiser.id, broadcast.id, "operator")
    left = len(shop.world.provider.sent)
    pass_minutes(shop, 5)
    assert stored(shop, broadcast).state == "cancelled" and len(shop.world.provider.sent) == left
    assert set(states(shop)) <= {"sent", "cancelled"} and states(shop)["cancelled"] >= 1
    with pytest.raises(Conflict):
        desk.resume(shop.advertiser.id, broadcast.id)


def test_it_waits_until_the_lists_of_who_opted_out_are_read(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    services = shop.world.services
    read: list[Pulled] = [Pulled(unfinished=["smsapi"]), Pulled()]
    monkeypatch.setattr(services.opt_out_pull, "run", lambda _: read.pop(0))
    broadcast = launched(shop, planned(shop, audience(shop, PHONES[:1])))
    pass_minutes(shop, 1)
    assert shop.world.provider.sent == [] and stored(shop, broadcast).waits_for == "opt_outs"
    pass_minutes(shop, 3)
    assert len(shop.world.provider.sent) == 1 and stored(shop, broadcast).waits_for == ""


def test_a_rehearsal_tells_reasons_parts_price_and_hours_and_takes_nothing(shop: Shop) -> None:
    services = shop.world.services
    services.promo_pools.create(Pool("pool_1", shop.advertiser.id, "Ten", Benefit("share", percent=10)))
    pool = services.promo_pools.get(shop.advertiser.id, "pool_1")
    assert pool
    services.promo_desk.fill(pool, up_to=4)
    segment = audience(shop, PHONES[:6])
    unwilling = shop.contact(PHONES[10], marketing=False)
    stopped = shop.contact(PHONES[11])
    services.ledgers.oppose(stopped, shop.advertiser.id, Opposition(1, "stop"), count("x", "x", 1, "x"))
    services.segment_lists.add(shop.advertiser.id, segment.id, [Named(person=unwilling), Named(person=stopped)])
    template = Template("sale", "Lumen, {{ code }} : {{ link }}", promo_pool="pool_1")
    broadcast = planned(shop, segment, template, pace=1)
    before = [item for item in shop.world.items() if item["type"] not in ("broadcast", "recipient")]
    found = rehearsed(shop, broadcast).rehearsed
    assert (found["audience"], found["exact"], found["sends"]["people"]) == (8, True, 4)
    assert {reason: told["people"] for reason, told in found["unreached"].items()} == {
        "promo_out_of_codes": 2,
        "no_sms_marketing_consent": 1,
        "opposed": 1,
    }
    assert all(told["win_back"] for told in found["unreached"].values())
    assert found["parts"]["total"] == 4 and sum(hour["people"] for hour in found["hours"]) == 4
    assert [item for item in shop.world.items() if item["type"] not in ("broadcast", "recipient")] == before
    assert shop.world.provider.sent == []


def test_what_happens_is_what_was_rehearsed_but_for_what_changed(new_world: Callable[[], World]) -> None:
    """Caps, hours and consents decide both; three people change their minds in between, and one joins."""
    shop = open_shop(new_world(), caps=(CapRule(1),))
    services, clock = shop.world.services, shop.world.clock
    segment = audience(shop, PHONES[:6])
    clock.advance(9 * HOUR)  # 20:00 in Paris: it waits for the morning
    earlier = Send(clock.now() - HOUR, shop.advertiser.id, "offer", "marketing", "msg_earlier")
    services.ledgers.remember(services.vault.person(PHONES[3]), [earlier], clock.now())
    broadcast = planned(shop, segment, pace=4, expires_ms=DAY)
    found = rehearsed(shop, broadcast).rehearsed
    assert found["sends"]["people"] == 5 and found["unreached"]["cap_reached"]["people"] == 1
    assert found["first_at"] > clock.now() + 10 * HOUR

    vault, base = services.vault, shop.advertiser.id
    services.ledgers.oppose(
        vault.person(PHONES[0]), base, Opposition(clock.now(), "stop"), count("x", "x", clock.now(), "x")
    )
    shop.contact(PHONES[1], marketing=False, at=clock.now())
    services.segment_lists.take_out(base, segment.id, [Named(phone=PHONES[2])])
    joined = shop.contact(PHONES[20])
    services.segment_lists.add(base, segment.id, [Named(person=joined)])
    services.broadcast_desk.launch(shop.advertiser, broadcast.id, KEY)
    pass_minutes(shop, 5)
    clock.advance(13 * HOUR)
    pass_minutes(shop, 2)

    done = compared(shop, broadcast)
    assert (done.same, done.waiting, done.unforeseen) == (3, 0, 0)
    became = sorted((one.foreseen is not None, one.became.outcome, one.became.reason or "") for one in done.differences)
    assert became == [
        (False, "sent", ""),
        (True, "not_made", ""),
        (True, "refused", "no_sms_marketing_consent"),
        (True, "refused", "opposed"),
    ]


def test_who_is_erased_is_named_by_nothing_of_the_broadcast(shop: Shop) -> None:
    broadcast = launched(shop, planned(shop, audience(shop, PHONES[:2])))
    pass_minutes(shop, 2)
    person = shop.world.services.vault.person(PHONES[0])
    shop.world.services.erasure.erase(shop.advertiser.id, person)
    left = {item["type"] for item in shop.world.items() if person in str(item)}
    assert left <= {"ledger", "proof"} and stored(shop, broadcast).made == 2


def test_a_sample_says_of_how_many_and_within_which_bounds(shop: Shop) -> None:
    segment = audience(shop, PHONES[:12])
    broadcast = planned(shop, segment)
    found = rehearsed(shop, broadcast, most=5).rehearsed
    assert (found["audience"], found["looked_at"], found["exact"]) == (12, 5, False)
    assert found["sends"]["at_least"] < 12 == found["sends"]["people"] == found["sends"]["at_most"]


def test_wilsons_interval() -> None:
    """Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263 lies in 0.2553 to 0.3662."""
    low, high = wilson(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)
    assert wilson(0, 10)[0] == 0.0 and wilson(10, 10)[1] == pytest.approx(1)


def test_the_reach_of_a_segment_at_a_moment(shop: Shop) -> None:
    segment = audience(shop, PHONES[:3])
    other = shop.contact(PHONES[5], marketing=None)
    shop.world.services.segment_lists.add(shop.advertiser.id, segment.id, [Named(person=other)])
    reach, now = shop.world.services.rehearser.reach, shop.world.clock.now()
    told = reach(shop.advertiser, segment.id, "marketing", now + HOUR)
    assert told["sends"]["people"] == 3 and told["unreached"]["no_sms_marketing_consent"]["people"] == 1
    assert told["later"] == {}
    at_night = reach(shop.advertiser, segment.id, "marketing", now + 11 * HOUR)
    assert at_night["later"]["outside_hours"]["people"] == 3 and (at_night["first_at"] or 0) > now + 20 * HOUR


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"segment": "seg_none"}, "segment"),
        ({"template": "none"}, "template"),
        ({"link": None}, "link"),
        ({"link": "https://shop.example/?c={code}"}, "link"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"start_at": 5}, "start_at"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(shop: Shop, changes: dict[str, Any], field: str) -> None:
    broadcast = planned(shop, audience(shop, PHONES[:1]))
    with pytest.raises(InvalidInput) as refused:
        shop.world.services.broadcast_desk.create(shop.advertiser, replace(broadcast.plan, **changes))
    assert [error.field for error in refused.value.errors] == [field]
