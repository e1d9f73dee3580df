"""Counts are recounted from the records: they agree after real traffic, and a broken one is found."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.clock import DAY, HOUR
from chalicelib.messaging.receipts import weigh
from chalicelib.reports.verify import Reading, compare, of_message
from chalicelib.sms_providers.contract import Receipt, ReceiptState
from chalicelib.storage import cohorts, keys, messages
from chalicelib.storage.counters import breakdown, label
from chalicelib.storage.messages import Message, Step
from chalicelib.storage.table import Update
from tests.support.recounting import recounted
from tests.support.shop import Shop
from tests.support.world import NOON, World


def break_counter(world: World, scope: str, name: str, at: int, by: int = 1) -> None:
    alias = {"name": f"n.{name}"}
    key = keys.counter(scope, at, 0)
    world.services.table.update(
        Update(key, "SET #type = :type ADD #name :by", {"type": "counter", "by": by}, None, alias)
    )


def test_after_real_traffic_every_count_agrees(world: World, played: Shop) -> None:
    found = recounted(world, played.advertiser.id, NOON - DAY, world.clock.now() + 1)
    assert found.verdict.agrees and not found.verdict.moving and found.erased_purchases == 1
    told = {line.name: line for line in found.verdict.lines if line.scope == played.advertiser.id}
    assert (told["message.sent"].counted, told["message.sent"].noted, told["message.sent"].recounted) == (3, 3, 3)
    assert told["revenue.confirmed.EUR"].recounted == 80_000_000
    assert told["click.person"].recounted == 3 and told["opposed.stop"].noted == 1
    assert_pages_go_on(world, played)
    stages = {line.stage for line in found.verdict.lines}
    assert {"visits", "journeys", "messages", "clicks", "conversions", "replies", "oppositions"} <= stages


BROKEN = (
    ("advertiser", "message.sent", 1),
    ("advertiser", "click.person", -1),
    ("advertiser", "revenue.confirmed.EUR", -1),
    ("advertiser", "opposed.stop", 1),
    ("site", "event.add_to_cart", -1),
    ("by", label("journey", ("cart",), "conversion.confirmed"), 1),
    ("funnel", label("sms", ("marketing", "cart", "cart"), "delivered"), 1),
    ("funnel", label("journey", ("cart",), "begun"), -1),
)


def assert_pages_go_on(world: World, shop: Shop) -> None:
    """A page of the daybook goes on where the one before it ended."""
    daybook, owner, day = world.services.daybook, shop.advertiser.id, world.clock.now()
    for shard in range(keys.DAYBOOK_SHARDS):
        whole = [line.place for line in daybook.page(day, shard, "", 1_000)]
        paged: list[str] = []
        while lines := daybook.page_of(owner, day, shard, paged[-1] if paged else "", 2):
            paged += [line.place for line in lines]
        assert paged == [place for place in whole if place.startswith(owner)]


def test_each_count_that_is_wrong_is_found(world: World, played: Shop) -> None:
    """A record that nobody counted too: where counter and daybook were both left out, only the records can say it."""
    owner = played.advertiser.id
    scopes = {"advertiser": owner, "site": played.site.id, "by": breakdown(owner)}
    scopes["funnel"] = cohorts.scope_of(owner)
    for of, name, by in BROKEN:
        break_counter(world, scopes[of], name, NOON, by)
    refused = Step("refused", NOON, "opposed")
    world.services.messages.commit([messages.create(replace(a_message(), advertiser=owner, history=(refused,)))])
    world.services.counters.add(owner, "a", NOON, "answer.refused.opposed")  # Exact it is not meant to be.
    verdict = recounted(world, owner, NOON - DAY, world.clock.now() + 1).verdict
    found = {(wrong.scope, wrong.name): wrong for wrong in verdict.differences}
    left_out = found.pop((owner, "message.refused.opposed"))
    assert (left_out.counted, left_out.noted, left_out.recounted) == (0, 0, 1)
    assert found.pop((scopes["funnel"], label("sms", ("marketing", "cart", ""), "made"))).recounted == 1
    assert found.keys() == {(scopes[of], name) for of, name, _ in BROKEN}
    for of, name, by in BROKEN:
        wrong = found[scopes[of], name]
        assert wrong.hour == NOON and wrong.counted - (wrong.noted or 0) == by


def test_what_moves_meanwhile_is_looked_at_again_and_is_no_difference() -> None:
    cell = ("adv_1", "message.sent", NOON)
    moved = compare(Reading({cell: 1}, {cell: 2}, {cell: 1}, {cell: 2}), "adv_1", NOON)
    assert moved.agrees and moved.moving == {cell}
    still = compare(Reading({cell: 2}, {cell: 2}, {cell: 1}, {cell: 2}), "adv_1", NOON)
    assert not still.agrees and still.differences[0].recounted == 1


def test_hours_before_the_daybook_are_held_against_records_alone() -> None:
    sent, opposed = ("adv_1", "message.sent", NOON), ("adv_1", "opposed.stop", NOON)
    counted = {sent: 3, opposed: 2}
    verdict = compare(Reading(counted, {}, {sent: 3}, counted), "adv_1", NOON + HOUR)
    assert verdict.agrees
    assert {line.name: (line.noted, line.recounted) for line in verdict.lines} == {
        "message.sent": (None, 3),
        "opposed.stop": (None, None),
    }


WORDS: tuple[ReceiptState, ...] = ("sent", "delivered", "failed")
REPORTS = st.lists(st.sampled_from(WORDS), max_size=5)
ENDS = st.sampled_from(
    [Step("sent", NOON), Step("failed", NOON, "unknown_subscriber"), Step("failed", NOON, "no_word")]
)


@given(first=st.none() | ENDS, reports=REPORTS)
def test_whatever_reports_come_a_messages_history_says_what_was_counted(
    first: Step | None, reports: list[ReceiptState]
) -> None:
    """Also where the provider refused or was not heard of, and the phone got it all the same."""
    message = a_message()
    counted: Counter[tuple[str, int]] = Counter()
    if first:
        sent_at = NOON if first.state == "sent" else 0
        message = replace(message, state=first.state, sent_at=sent_at, history=(*message.history, first))
        counted[f"message.{first.state}" + (f".{first.reason}" if first.reason else ""), NOON] += 1
    for number, state in enumerate(reports):
        at = NOON + number * HOUR
        told = Receipt("outbox", f"r{number}", state, at, message.id, reason="x" if state == "failed" else None)
        effect = weigh(message, told, at)
        if effect.step is None:
            continue
        counted.update({(name, effect.step.at): n for name, n in effect.counts.items()})
        if effect.takes_back:
            counted[f"message.failed.{effect.takes_back[1]}", effect.takes_back[0]] -= 1
        sent_at = effect.step.at if effect.sent else message.sent_at
        history = (*message.history, effect.step)
        message = replace(message, state=effect.step.state, sent_at=sent_at, history=history)
    assert of_message(message) == +counted
    sent = sum(number for (name, _), number in counted.items() if name == "message.sent")
    assert sent == 1 if message.state in ("sent", "delivered") else sent <= 1


def a_message() -> Message:
    return Message(
        id="msg_1",
        state="sending",
        version=1,
        message_class="marketing",
        advertiser="adv_1",
        journey="cart",
        base="adv_1",
        person="p",
        created_at=NOON,
        expires_at=NOON + DAY,
        due_at=None,
        history=(Step("scheduled", NOON), Step("sending", NOON)),
    )
