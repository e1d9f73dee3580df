"""P1 to P7 in everyday traffic: two shops with live journeys, shoppers with habits, late and doubled events, workers
that die. Everything is written down beside the service, and held against it after each step. A bounded sample here;
`make soak` plays two weeks with hundreds of shoppers. It is March's end: the clock changes, and Easter comes.
"""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import datetime
from random import Random
from typing import Any

import pytest

from chalicelib.clock import DAY, HOUR, MINUTE, SECOND
from chalicelib.reports.why import why
from chalicelib.storage import messages as stored
from chalicelib.storage.caps import CapRule
from chalicelib.storage.messages import Message
from chalicelib.web import redirect
from tests.support import gateway, recount
from tests.support.attack import HandedOver
from tests.support.journeys import CART, SHIPPED, start, template
from tests.support.onslaught import OPERATOR, PARIS
from tests.support.promises_kept import (
    assert_counts_are_those_of_the_messages,
    assert_each_at_most_once,
    assert_no_cap_is_passed,
    assert_nothing_is_left_open,
)
from tests.support.recounting import assert_counts_are_true
from tests.support.shop import PHONES, Shop, hashed, open_shop
from tests.support.town import Town
from tests.support.traffic import PHONE, Traffic
from tests.support.world import World

FRIDAY = int(datetime(2026, 3, 27, 8, 30, tzinfo=PARIS).timestamp()) * SECOND
"""Before the night in which the clock goes forward; Good Friday, free in Alsace, and Easter Monday follow."""
HOLDOUTS = {"cart": 20, "win-back": 10}
CAPS = (
    (CapRule(2, DAY, level="advertiser"), CapRule(1, 3 * HOUR, level="campaign")),
    (CapRule(4, 2 * DAY), CapRule(2, 10 * HOUR, level="advertiser", counts="parts")),
)
THREE_STEPS: dict[str, Any] = deepcopy(CART) | {"holdout": HOLDOUTS["cart"]}
THREE_STEPS["steps"].append({"id": "last", "wait": {"minutes": 24 * 60}, "texts": [{"template": "reminder"}]})
BROWSE: dict[str, Any] = {
    "name": "Browse",
    "kind": "browse",
    "trigger": {"about": "product", "events": ["view_item"], "when": [{"fact": "cart.count", "op": "missing"}]},
    "audience": [{"fact": "cart.count", "op": "missing"}],
    "steps": [{"id": "product", "wait": {"minutes": 240}, "texts": [{"template": "browse"}], "at_most": 2}],
    "exits": [{"on": "purchase"}, {"on": "reply"}],
}
DELIVERED: dict[str, Any] = SHIPPED | {
    "name": "Delivered",
    "trigger": SHIPPED["trigger"] | {"when": [{"fact": "order.status", "value": "delivered"}]},
    "steps": [{"id": "delivered", "texts": [{"template": "delivered"}]}],
}
REVIEW: dict[str, Any] = DELIVERED | {
    "name": "Review",
    "kind": "review",
    "steps": [{"id": "review", "wait": {"minutes": 5 * 24 * 60}, "texts": [{"template": "review"}]}],
    "exits": [{"on": "review_submitted"}, {"on": "refund"}],
}
WIN_BACK: dict[str, Any] = {
    "name": "Win back",
    "kind": "win_back",
    "trigger": {"about": "person", "events": ["page_view", "purchase"]},
    "audience": [{"fact": "history.purchases", "op": "at_least", "value": 1}],
    "steps": [{"id": "news", "wait": {"minutes": 24 * 60, "since": "last_activity", "at": "11:00"}}],
    "exits": [{"on": "reply"}],
    "holdout": HOLDOUTS["win-back"],
}
WIN_BACK["steps"][0]["texts"] = [{"template": "news"}]
TEXTS = {
    "question": ("cart", "{{ brand }} : {{ first_name }}, une question ? {{ link }}"),
    "reminder": ("cart", "{{ brand }} : votre panier est encore là {{ link }}"),
    "browse": ("browse", "{{ brand }} : {{ product }} est ici {{ link }}"),
    "review": ("review", "{{ brand }} : {{ first_name }}, votre avis ? {{ link }}"),
    "news": ("win_back", "{{ brand }} : nos nouveautés sont ici {{ link }}"),
    "shipped": ("order_status", "{{ brand }} : la commande {{ order.number }} est partie."),
    "delivered": ("order_status", "{{ brand }} : la commande {{ order.number }} est livrée."),
}


def shops_of(world: World, *, days: int) -> list[Shop]:
    """Two advertisers with all the journeys; in a sample of a few days the review is asked for sooner."""
    world.services.operator_caps.save(OPERATOR)
    review = deepcopy(REVIEW)
    review["steps"][0]["wait"]["minutes"] = min(5, days / 4) * 24 * 60
    shops = [open_shop(world, caps=CAPS[0], at_cap="defer"), open_shop(world, caps=CAPS[1], at_cap="skip")]
    for shop in shops:
        for name, (kind, text) in TEXTS.items():
            message_class = "notification" if kind == "order_status" else "marketing"
            template(shop, name, text, journey=kind, message_class=message_class)
        for journey, document in (
            ("cart", THREE_STEPS),
            ("browse", BROWSE),
            ("shipped", SHIPPED),
            ("delivered", DELIVERED),
            ("review", review),
            ("win-back", WIN_BACK),
        ):
            start(shop, journey, document)
    return shops


class Watch:
    """Looks after each step at what was sent in it, and each day at everything."""

    def __init__(self, town: Town, shops: list[Shop]) -> None:
        self.town, self.shops, self.diary = town, shops, town.diary
        self.world = town.world
        self._seen = 0

    def step(self) -> None:
        """P2 to P4 of what is new."""
        for sent in self.diary.sent[self._seen :]:
            message = self.world.services.messages.get(sent.sms.message_id)
            assert message is not None
            wrong = list(self.diary.faults(sent, message, HOLDOUTS))
            assert not wrong, (wrong, message.campaign, message.step, message.history, why(message)["sentence"])
        self._seen = len(self.diary.sent)

    def day(self) -> dict[str, Message]:
        """P1 to P3, P7, and that nothing is stuck: of all that there is."""
        messages = {item["id"]: stored.from_item(item) for item in self.world.of_type("message")}
        record = [HandedOver(sent.sms, sent.at, 0) for sent in self.diary.sent]
        if record:
            assert_each_at_most_once(messages, record)
        by_person: defaultdict[str, list[HandedOver]] = defaultdict(list)
        for taken in record:
            by_person[messages[taken.sms.message_id].person].append(taken)
        for theirs in by_person.values():
            assert_no_cap_is_passed(messages, theirs, {shop.advertiser.id: shop.advertiser.caps for shop in self.shops})
        steps = Counter((m.person, json.dumps(m.enrolment), m.advertiser, m.step) for m in messages.values())
        assert not steps or max(steps.values()) == 1, "a step of an enrolment makes one message"
        runs: defaultdict[tuple[Any, ...], list[int]] = defaultdict(list)
        for taken in record:
            if meant := (message := messages[taken.sms.message_id]).enrolment:
                about = message.advertiser, message.person, meant["journey"], meant["subject"]
                runs[about].append(meant["run"])
        assert all(run == sorted(run) for run in runs.values()), "one enrolment at a time"
        now = self.world.clock.now()
        for message in messages.values():
            late = message.due_at is not None and message.due_at < now - HOUR
            assert not late, ("it waits and nobody looks at it", message.state, message.history)
            assert "_" not in why(message)["sentence"]
        assert_counts_are_those_of_the_messages(self.shops, messages, FRIDAY)
        for shop in self.shops:
            assert_counts_are_true(self.world, shop.advertiser.id, FRIDAY - DAY)
        return messages

    def all_is_followed(self) -> None:
        """P1: what was accepted is counted, once, and led to what it means."""
        assert {done.event for told in self.diary.purchases.values() for done in told} <= self.diary.followed.keys()
        for shop in self.shops:
            counted = self.world.services.counters.read(shop.site.id, FRIDAY, self.world.clock.now())
            told = {name: number for (site, name), number in self.diary.accepted.items() if site == shop.site.id}
            assert {n[6:]: c for n, c in counted.items() if n.startswith("event.")} == told

    def reports_add_up(self) -> None:
        """What the reports count is what the records say, hour by hour; of journeys the newest run is on record."""
        for shop in self.shops:
            kept, records = recount.kept(shop), recount.recounted(shop)
            for kind in ("sms", "order"):
                assert _of(kind, kept) == _of(kind, records)
            begun = sum(one.run for one in self.world.enrolments() if one.advertiser == shop.advertiser.id)
            assert _total("journey", kept)["begun"] == begun
            seen = _total("visit", kept)
            assert seen["visits"] == recount.visits(shop) == seen.total() - seen["visits"]

    def nobody_is_named(self, traffic: Traffic, logs: str) -> None:
        """P6: the whole table, the queue and what was logged."""
        everything = f"{self.world.items()!r} {self.world.queue.entries!r} {logs}".lower()
        for shopper in traffic.shoppers.values():
            national = shopper.phone.removeprefix("+33")
            for secret in (national, shopper.name, shopper.email, hashed(shopper.phone), hashed(shopper.email)):
                assert secret.lower() not in everything
        for sent in self.diary.sent:
            assert sent.sms.text.lower() not in everything

    def every_link_lands(self, messages: dict[str, Message]) -> None:
        """P5, of those that nobody has clicked too."""
        for sent in self.diary.sent:
            if code := messages[sent.sms.message_id].code:
                answer = redirect.handle(gateway.short_link(code, headers=PHONE), self.world.services)
                assert answer["statusCode"] == 302


def _of(kind: str, found: dict[recount.Place, Counter[str]]) -> dict[recount.Place, Counter[str]]:
    return {place: counts for place, counts in found.items() if place[0] == kind}


def _total(kind: str, found: dict[recount.Place, Counter[str]]) -> Counter[str]:
    return sum(_of(kind, found).values(), Counter())


def looks(random: Random, now: int, until: int) -> Iterator[int]:
    """When the schedule fires: more or less each 40 minutes."""
    while (now := now + random.randrange(10 * MINUTE, 70 * MINUTE)) < until:
        yield now
    yield until


@pytest.mark.parametrize("seed", [6])
def test_days_of_everyday_traffic(
    new_exact_world: Callable[[], World], soaking: bool, capsys: pytest.CaptureFixture[str], *, seed: int
) -> None:
    world, random = new_exact_world(), Random(seed)
    world.clock.advance(FRIDAY - world.clock.now())
    days, many = (14, 200) if soaking else (4, 25)
    town, shops, until = Town(world, random), shops_of(world, days=days), FRIDAY + days * DAY
    watch = Watch(town, shops)
    phones = list(PHONES[:many]) if many <= len(PHONES) else [f"+33639980{number:03d}" for number in range(many)]
    traffic = Traffic(town, shops, phones, until)
    stop_at = time.monotonic() + 20 * 60

    day = FRIDAY + DAY
    for at in looks(random, world.clock.now(), until):
        town.live(at)
        watch.step()
        if at >= day:
            watch.day()
            day += DAY
        if time.monotonic() > stop_at:
            break
    town.calm = True
    for wait in [MINUTE] * 3 + [3 * HOUR] * 10 + [DAY] * 12 + [MINUTE] * 3:
        town.live(world.clock.now() + wait)
        watch.step()

    messages = watch.day()
    assert_nothing_is_left_open(messages, [HandedOver(sent.sms, sent.at, 0) for sent in town.diary.sent])
    watch.all_is_followed()
    watch.every_link_lands(messages)
    watch.reports_add_up()
    watch.nobody_is_named(traffic, capsys.readouterr().out)
    sent = Counter(messages[sent.sms.message_id].campaign for sent in town.diary.sent)
    print(
        sent, Counter((m.state, m.reason) for m in messages.values()), town.diary.accepted.total(), len(town.diary.noes)
    )
    everything = {"cart", "browse", "shipped", "delivered", "review", "win-back"}
    assert (everything if soaking else {"cart", "shipped", "delivered"}) <= sent.keys(), sent
