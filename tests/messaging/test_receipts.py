"""Reports of providers: late, twice, in any order and before the hand-over was noted, they come to the same end."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.clock import DAY, HOUR, MINUTE, SECOND
from chalicelib.messaging import states
from chalicelib.messaging.receipts import Effect, NotYet, ReceiptDesk, weigh
from chalicelib.sms_providers.contract import Accepted, Receipt, ReceiptState, SendError, Sms
from chalicelib.storage.halts import scope_of
from chalicelib.storage.ledger import EVERYONE
from chalicelib.storage.messages import Message, State, Step, move
from chalicelib.storage.number_checks import Checked, NumberChecks
from chalicelib.storage.receipts import handed
from chalicelib.workers.receipts import on_reports
from tests.support.shop import CAMILLE, Shop, open_shop
from tests.support.town import AtTransaction
from tests.support.world import NOON, World

MESSAGE = Message(
    id="msg_1",
    state="sent",
    version=1,
    message_class="marketing",
    advertiser="adv_1",
    site="site_1",
    journey="cart",
    base="adv_1",
    person="person",
    visitor=None,
    product=None,
    cart_at=NOON,
    cart_changed_at=NOON,
    created_at=NOON - HOUR,
    expires_at=NOON + DAY,
    due_at=None,
)


def receipt(message: Message | str, state: ReceiptState, reason: str | None = None, **changes: Any) -> Receipt:
    message_id = message if isinstance(message, str) else message.id
    made = Receipt("recording", f"{message_id}/{state}/{reason}", state, NOON, message_id, "p-1", reason)
    return replace(made, **changes)


def stands(shop: Shop, state: State, **changes: Any) -> Message:
    """A message that came to a state as the sender brings it there."""
    shop.contact()
    message = shop.message(state="sending", due_at=shop.world.clock.now() + MINUTE, **changes)
    if state != "sending":
        step = Step(state, shop.world.clock.now(), "retryable" if state == "failed" else None)
        shop.world.services.messages.commit([move(message.id, states.sources(state), step)])
    return shop.stored(message)


def desk(shop: Shop) -> ReceiptDesk:
    return shop.world.services.receipt_desk


@pytest.mark.parametrize("start", ["sending", "unknown", "sent"])
@pytest.mark.parametrize(
    ("state", "reason", "counted"),
    [("delivered", None, "message.delivered"), ("failed", "unreachable", "message.failed.unreachable")],
)
def test_a_message_moves_on_and_leaves_the_index(
    shop: Shop, start: State, state: ReceiptState, reason: str | None, counted: str
) -> None:
    message = stands(shop, start)
    assert desk(shop).apply(receipt(message, state, reason)) == "applied"
    found = shop.stored(message)
    assert (found.state, found.reason, found.due_at) == (state, reason, None)
    assert (found.provider, found.provider_id) == ("recording", "p-1")
    assert found.history[-1] == Step(state, NOON, reason)
    expected = {counted: 1} | ({} if start == "sent" else {"message.sent": 1})
    assert shop.world.counts(shop.advertiser.id) == expected


def test_a_second_report_of_the_same_changes_nothing(shop: Shop) -> None:
    message = stands(shop, "sent")
    assert desk(shop).apply(receipt(message, "delivered")) == "applied"
    assert desk(shop).apply(receipt(message, "delivered")) == "repeated"
    assert desk(shop).apply(receipt(message, "delivered", event_id="another")) == "ignored"
    assert shop.world.counts(shop.advertiser.id) == {"message.delivered": 1, "receipt.ignored": 1}


def test_a_failure_after_the_delivery_is_counted_and_changes_nothing(shop: Shop) -> None:
    message = stands(shop, "sent")
    desk(shop).apply(receipt(message, "delivered"))
    assert desk(shop).apply(receipt(message, "failed", "unknown_subscriber")) == "ignored"
    assert shop.stored(message).state == "delivered"
    assert not contact_of(shop).unreachable_at


@pytest.mark.parametrize("later", [0, 2 * HOUR])
def test_a_delivery_after_a_failure_takes_it_back_and_its_count(shop: Shop, later: int) -> None:
    message = stands(shop, "sent")
    desk(shop).apply(receipt(message, "failed", "unknown_subscriber"))
    assert contact_of(shop).unreachable_at
    shop.world.clock.advance(later)
    assert desk(shop).apply(receipt(message, "delivered", at=NOON + later)) == "applied"
    assert shop.stored(message).state == "delivered"
    assert not contact_of(shop).unreachable_at
    counts = shop.world.counts(shop.advertiser.id)
    assert counts == {"message.failed.unknown_subscriber": 0, "message.delivered": 1}


def test_a_hand_over_that_a_receipt_overtook_is_not_noted_over_it(shop: Shop) -> None:
    shop.contact()
    message = shop.message()

    def overtake(sms: Sms) -> None:
        assert desk(shop).apply(receipt(sms.message_id, "delivered")) == "applied"

    shop.world.provider.after = overtake
    shop.world.services.dispatch.send(message.id, message.version)
    assert shop.stored(message).state == "delivered"
    counts = shop.world.counts(shop.advertiser.id)
    assert (counts["message.sent"], counts["message.delivered"]) == (1, 1)


def test_a_providers_clock_does_not_write_history(shop: Shop) -> None:
    message = stands(shop, "sent")
    desk(shop).apply(receipt(message, "delivered", at=NOON + DAY))
    assert shop.stored(message).history[-1].at == NOON
    other = shop.message(state="sending")
    desk(shop).apply(receipt(other, "delivered", at=0))
    assert shop.stored(other).history[-1].at == other.created_at


# --- what follows for the person -------------------------------------------------------------------------------------


def contact_of(shop: Shop) -> Any:
    person = shop.world.services.vault.person(CAMILLE)
    return shop.world.services.contacts.get(shop.advertiser.id, person)


def test_a_number_of_no_subscriber_leaves_the_sendable_base_until_a_newer_check(shop: Shop) -> None:
    message = stands(shop, "sent")
    desk(shop).apply(receipt(message, "failed", "unknown_subscriber"))
    assert contact_of(shop).unreachable_at == NOON
    checks = NumberChecks(shop.world.services.table)
    found = checks.get(shop.advertiser.id, message.person)
    assert found == Checked("invalid", None, "recording", NOON)

    refused = shop.message()
    assert shop.world.services.dispatch.send(refused.id, refused.version) == "refused"
    assert shop.stored(refused).reason == "number_invalid"

    shop.world.clock.advance(HOUR)
    checks.save(shop.advertiser.id, message.person, Checked("reachable", None, "smsapi", NOON + HOUR))
    assert desk(shop).apply(receipt(message, "failed", "unknown_subscriber")) == "repeated"
    assert not contact_of(shop).unreachable_at


@pytest.mark.parametrize("reason", ["unreachable", "expired", "blocked", "filtered", "failed"])
def test_what_may_pass_leaves_the_number_in_the_base(shop: Shop, reason: str) -> None:
    desk(shop).apply(receipt(stands(shop, "sent"), "failed", reason))
    assert not contact_of(shop).unreachable_at
    assert not shop.world.services.ledgers.get(shop.world.services.vault.person(CAMILLE)).opposed


@pytest.mark.parametrize("start", ["sent", "delivered"])
def test_who_opted_out_at_the_carrier_opposes_the_advertiser(shop: Shop, start: State) -> None:
    message = stands(shop, start)
    desk(shop).apply(receipt(message, "failed", "opted_out"))
    ledger = shop.world.services.ledgers.get(message.person)
    opposition = ledger.opposition(shop.advertiser.id)
    assert opposition is not None and opposition.how == "carrier"
    assert EVERYONE not in ledger.opposed
    assert shop.world.counts(shop.advertiser.id)["opposed.carrier"] == 1
    refused = shop.message()
    assert shop.world.services.dispatch.send(refused.id, refused.version) == "refused"


# --- what cannot be placed -------------------------------------------------------------------------------------------


def test_a_report_of_something_else_is_dropped_and_counted(shop: Shop) -> None:
    for _ in range(2):
        outcome = desk(shop).apply(receipt("ver_1", "delivered"))
    assert outcome == "repeated"
    assert shop.world.counts("service") == {"receipt.unattributed.recording": 1}


@pytest.mark.parametrize("state", ["refused", "cancelled", "expired"])
def test_a_message_that_was_never_handed_over_takes_no_report(shop: Shop, state: State) -> None:
    message = shop.message(state=state)
    assert desk(shop).apply(receipt(message, "delivered")) == "unattributed"
    assert shop.stored(message).state == state


def test_a_report_of_a_message_that_waits_comes_again(shop: Shop) -> None:
    message = shop.message(state="queued")
    with pytest.raises(NotYet):
        desk(shop).apply(receipt(message, "delivered"))


def test_a_report_that_names_the_providers_id_alone_finds_its_message(shop: Shop) -> None:
    message = stands(shop, "sent")
    bare = receipt(message, "delivered", message_id=None)
    with pytest.raises(NotYet):  # The hand-over may not have been noted yet.
        desk(shop).apply(bare)
    shop.world.services.table.put(handed("recording", "p-1", message.id, NOON))
    assert desk(shop).apply(bare) == "applied"
    assert shop.stored(message).state == "delivered"


def test_the_sender_notes_the_id_of_a_provider_that_will_not_name_ours(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.contact()
    message = shop.message()
    monkeypatch.setattr(shop.world.provider, "send", lambda sms: Accepted("g-1", "http", echoes=False))
    assert shop.world.services.dispatch.send(message.id, message.version) == "sent"
    bare = receipt(message, "delivered", message_id=None, provider="http", provider_id="g-1")
    assert desk(shop).apply(bare) == "applied"
    assert shop.stored(message).provider == "http"


def test_a_report_whose_message_is_not_found_in_time_is_dropped(shop: Shop) -> None:
    shop.world.clock.advance(10 * MINUTE)
    assert desk(shop).apply(receipt("x", "delivered", message_id=None)) == "unattributed"


# --- any order, any number of times ----------------------------------------------------------------------------------

SAID: tuple[tuple[ReceiptState, str | None], ...] = (
    ("sent", None),
    ("delivered", None),
    ("failed", "unreachable"),
    ("failed", "unknown_subscriber"),
    ("failed", "opted_out"),
)


def end_of(message: Message, said: list[tuple[ReceiptState, str | None]]) -> tuple[Any, ...]:
    """What reports come to: state, number, opposition, and what is counted."""
    seen, marked, opposes, counts = set(), False, False, Counter[str]()
    for second, (state, reason) in enumerate(said):
        if (state, reason) in seen:
            continue
        seen.add((state, reason))
        effect = weigh(message, receipt(message, state, reason), NOON + second * SECOND)
        marked = effect.number == "invalid" if effect.number else marked
        opposes |= effect.opposes
        counts.update(effect.counts)
        if effect.takes_back:
            counts[f"message.failed.{effect.takes_back[1]}"] -= 1
        if effect.step:
            assert message.state in states.sources(effect.step.state)
            sent_at = effect.step.at if effect.sent else message.sent_at
            history = (*message.history, effect.step)
            message = replace(message, state=effect.step.state, sent_at=sent_at, history=history)
    failures = sum(number for name, number in counts.items() if name.startswith("message.failed"))
    return message.state, marked, opposes, counts["message.sent"], counts["message.delivered"], failures


@given(
    st.lists(st.sampled_from(SAID), min_size=1, max_size=5, unique=True),
    st.sampled_from(("sending", "unknown", "sent")),
    st.data(),
)
def test_any_order_and_any_doubling_of_reports_come_to_the_same_end(
    said: list[tuple[ReceiptState, str | None]], start: State, data: st.DataObject
) -> None:
    message = replace(MESSAGE, state=start, sent_at=NOON if start == "sent" else 0)
    shuffled = data.draw(st.permutations(said + data.draw(st.lists(st.sampled_from(said), max_size=4))))
    assert end_of(message, said) == end_of(message, shuffled)
    latest = max((word for word, _ in said), key=("sent", "failed", "delivered").index)
    assert end_of(message, shuffled)[0] == latest


@pytest.mark.parametrize("start", ["sending", "unknown", "sent"])
@pytest.mark.parametrize("said", [SAID, SAID[::-1], SAID[2:] + SAID[:2] + SAID])
def test_and_so_they_do_in_the_table(
    shop: Shop, start: State, said: tuple[tuple[ReceiptState, str | None], ...]
) -> None:
    message = stands(shop, start)
    for state, reason in said:
        shop.world.clock.advance(SECOND)
        desk(shop).apply(receipt(message, state, reason))
    assert shop.stored(message).state == "delivered"
    assert not contact_of(shop).unreachable_at
    assert shop.world.services.ledgers.get(message.person).opposition(shop.advertiser.id)
    counts = shop.world.counts(shop.advertiser.id)
    assert (counts["message.delivered"], counts.get("message.sent", 0)) == (1, int(start != "sent"))
    campaign = shop.world.counts(scope_of(shop.advertiser.id, message.series))
    assert campaign == ({} if start == "sent" else {"message.sent": 1}), "as the sender counts it"
    assert not any(number for name, number in counts.items() if name.startswith("message.failed"))


def test_the_slower_copy_of_a_failure_marks_no_number_that_a_delivery_has_cleared(shop: Shop) -> None:
    """It was weighed first and is written last: between the two came its faster copy, and the delivery."""
    message = stands(shop, "sent")
    failed = receipt(message, "failed", "unknown_subscriber")

    def meanwhile() -> None:
        assert desk(shop).apply(failed) == "applied" and contact_of(shop).unreachable_at
        assert desk(shop).apply(receipt(message, "delivered")) == "applied"

    slower = shop.world.worker(AtTransaction(shop.world.dynamodb, 0, meanwhile)).receipt_desk
    assert slower.apply(failed) == "repeated"
    assert (shop.stored(message).state, contact_of(shop).unreachable_at) == ("delivered", 0)


def test_a_report_holds_where_its_number_was_checked_later(shop: Shop) -> None:
    message, now = stands(shop, "sent"), shop.world.clock.now()
    checks = NumberChecks(shop.world.services.table)
    checks.save(shop.advertiser.id, message.person, Checked("reachable", None, "smsapi", now + HOUR))
    assert desk(shop).apply(receipt(message, "failed", "unknown_subscriber")) == "applied"
    assert (shop.stored(message).state, contact_of(shop).unreachable_at) == ("failed", 0)


@pytest.mark.parametrize("order", list(permutations(("sent", "delivered", "failed"))))
def test_reports_at_once_come_to_the_same_end(exact_world: World, order: tuple[ReceiptState, ...]) -> None:
    """Each on a worker of its own, against a database whose conditions are exact."""
    shop = open_shop(exact_world)
    message = stands(shop, "sending")
    reports = [receipt(message, state, "unknown_subscriber" if state == "failed" else None) for state in order]
    desks = [exact_world.worker(exact_world.own_client()).receipt_desk for _ in range(2 * len(reports))]
    with ThreadPoolExecutor(len(desks)) as pool:
        list(pool.map(lambda pair: pair[0].apply(pair[1]), zip(desks, reports * 2, strict=True)))
    assert shop.stored(message).state == "delivered"
    assert not contact_of(shop).unreachable_at
    counts = exact_world.counts(shop.advertiser.id)
    assert (counts["message.sent"], counts["message.delivered"]) == (1, 1)
    assert exact_world.counts(scope_of(shop.advertiser.id, message.series)) == {"message.sent": 1}
    assert counts.get("message.failed.unknown_subscriber", 0) == 0


def test_the_decision_is_pure(shop: Shop) -> None:
    message = stands(shop, "sent")
    assert weigh(message, receipt(message, "sent"), NOON) == Effect(counts={"receipt.ignored": 1})
    assert weigh(message, receipt(message, "delivered"), NOON) == Effect(
        Step("delivered", NOON), {"message.delivered": 1}
    )


# --- the queue -------------------------------------------------------------------------------------------------------


def test_one_that_fails_goes_back_alone(shop: Shop) -> None:
    services, queue = shop.world.services, shop.world.receipt_queue
    good, waiting = stands(shop, "sent"), shop.message(state="queued")
    services.reports.take([receipt(waiting, "delivered")], [])
    services.reports.take([receipt(good, "delivered"), receipt(good, "sent")], [])
    queue.entries.append({"MessageBody": "{"})
    assert on_reports(queue.batch(), services) == {
        "batchItemFailures": [{"itemIdentifier": "0"}, {"itemIdentifier": "2"}]
    }
    assert shop.stored(good).state == "delivered"
    assert on_reports(queue.drain(), services)["batchItemFailures"]
    assert shop.world.counts(shop.advertiser.id)["message.delivered"] == 1


def test_the_sender_hears_of_a_refusal_that_a_receipt_also_tells(shop: Shop) -> None:
    shop.contact()
    message = shop.message()

    def refuse(sms: Sms) -> None:
        desk(shop).apply(receipt(sms.message_id, "failed", "opted_out"))
        raise SendError("opted_out")

    shop.world.provider.before = refuse
    shop.world.services.dispatch.send(message.id, message.version)
    assert shop.stored(message).state == "failed"
