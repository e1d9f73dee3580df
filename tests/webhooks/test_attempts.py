"""What becomes of a delivery after an attempt."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.storage.deliveries import Delivery
from chalicelib.storage.webhooks import Webhook
from chalicelib.webhooks.attempts import LEASE, PATIENCE, again, begun, judged
from chalicelib.webhooks.post import Answer, Unreached
from tests.support.world import NOON

WEBHOOK = Webhook("wh_1", "adv_a", "Helpdesk", "json", ("conversation.waiting",), b"", NOON)
NEW = Delivery("dlv_1", "wh_1", "adv_a", "conversation.waiting", NOON, "{}", since=NOON, next_at=NOON)


def tried(delivery: Delivery, answer: Answer | Unreached, now: int, webhook: Webhook = WEBHOOK) -> Delivery:
    return judged(begun(delivery, webhook, now), webhook, answer, now).delivery


def times_of_a_receiver_that_never_answers() -> list[int]:
    delivery, times = NEW, []
    while delivery.state == "waiting":
        assert delivery.next_at is not None
        times.append(delivery.next_at - NOON)
        delivery = tried(delivery, Answer(500), delivery.next_at)
    assert (delivery.state, delivery.reason) == ("dead", "given_up")
    return times


def test_a_delivery_is_tried_for_three_days_at_growing_distances_and_given_up() -> None:
    times = times_of_a_receiver_that_never_answers()
    steps = [later - earlier for earlier, later in pairwise(times)]
    assert times[0] == 0 and steps[0] <= 11_000
    assert steps == sorted(steps)
    assert 2 * DAY < times[-1] <= PATIENCE
    assert len(times) == 9


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_an_arrival(status: int) -> None:
    done = tried(NEW, Answer(status), NOON)
    assert (done.state, done.status, done.reason, done.next_at) == ("delivered", status, None, None)


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 404, 429, 500, 503, 199])
def test_whatever_else_is_answered_is_tried_again(status: int) -> None:
    verdict = judged(begun(NEW, WEBHOOK, NOON), WEBHOOK, Answer(status), NOON)
    assert (verdict.delivery.state, verdict.delivery.reason) == ("waiting", f"status_{status}")
    assert not verdict.arrived and verdict.pause is None


def test_gone_ends_the_delivery_and_pauses_the_webhook() -> None:
    verdict = judged(begun(NEW, WEBHOOK, NOON), WEBHOOK, Answer(410), NOON)
    assert (verdict.delivery.state, verdict.delivery.reason, verdict.pause) == ("dead", "gone", "gone")


def test_a_receiver_that_asks_for_time_gets_it() -> None:
    assert tried(NEW, Answer(503, retry_after_s=3_600), NOON).next_at == NOON + HOUR
    assert (tried(NEW, Answer(429, retry_after_s=1), NOON).next_at or 0) >= NOON + 10_000


def test_days_without_any_arrival_pause_the_webhook_but_a_bad_hour_does_not() -> None:
    failing = replace(WEBHOOK, failing_since=NOON - 3 * DAY)
    assert judged(begun(NEW, failing, NOON), failing, "connection", NOON).pause == "failing"
    short = replace(WEBHOOK, failing_since=NOON - HOUR)
    assert judged(begun(NEW, short, NOON), short, "connection", NOON).pause is None


def test_there_is_no_attempt_where_the_webhook_is_gone_or_paused_or_the_days_are_over() -> None:
    assert begun(NEW, None, NOON).reason == "removed"
    assert begun(NEW, replace(WEBHOOK, state="paused"), NOON).reason == "paused"
    assert begun(NEW, WEBHOOK, NOON + PATIENCE).reason == "given_up"
    assert begun(NEW, WEBHOOK, NOON).next_at == NOON + LEASE


def test_a_replay_begins_anew_under_the_same_id() -> None:
    dead = begun(NEW, None, NOON)
    replayed = again(dead, NOON + 10 * DAY)
    assert (replayed.id, replayed.state, replayed.attempts, replayed.next_at) == (NEW.id, "waiting", 0, NOON + 10 * DAY)
    assert begun(replayed, WEBHOOK, NOON + 10 * DAY).attempts == 1


@given(
    st.lists(st.sampled_from([Answer(500), Answer(429, 7_200), "timeout", "name"]), min_size=1, max_size=30),
    st.integers(0, 3 * DAY),
)
def test_whatever_happens_a_delivery_waits_for_a_later_time_or_ends(
    outcomes: list[Answer | Unreached], late: int
) -> None:
    delivery, now = NEW, NOON
    for outcome in outcomes:
        if delivery.state != "waiting":
            break
        now = max(now, delivery.next_at or 0) + late % MINUTE
        before = delivery
        delivery = tried(delivery, outcome, now)
        assert delivery.version > before.version
        assert delivery.state == "dead" or now < (delivery.next_at or 0) <= NOON + PATIENCE
