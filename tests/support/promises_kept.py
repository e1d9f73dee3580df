"""What was promised, held against what reached the provider."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime

import pytest

from chalicelib.clock import SECOND
from chalicelib.reports.why import why
from chalicelib.storage.caps import CapRule
from chalicelib.storage.messages import Message
from tests.support.attack import HandedOver
from tests.support.onslaught import BUDGET_MICRO, OPERATOR, PARIS, PART_MICRO, EasterDays, in_alsace
from tests.support.shop import Shop

FINAL = {"sent", "delivered", "failed", "refused", "cancelled", "expired"}
COUNTED = ("sent", "delivered", "failed", "refused", "expired", "unknown", "deferred")


def assert_each_at_most_once(messages: Mapping[str, Message], record: list[HandedOver]) -> None:
    times = Counter(taken.sms.message_id for taken in record)
    assert max(times.values()) == 1
    assert times.keys() <= messages.keys()


def assert_nothing_is_left_open(messages: Mapping[str, Message], record: list[HandedOver]) -> None:
    left = {taken.sms.message_id for taken in record}
    for message in messages.values():
        assert message.state in FINAL, (message.state, message.reason, message.history)
        assert message.reason or message.state in {"sent", "delivered"}
        if message.id in left:
            assert message.state in {"sent", "delivered", "failed"}, message.history
        elif message.state in {"sent", "delivered"}:
            pytest.fail(f"nobody has got it: {message.history}")
        assert "_" not in why(message)["sentence"]


def assert_no_cap_is_passed(
    messages: Mapping[str, Message], record: list[HandedOver], caps: Mapping[str, Iterable[CapRule]]
) -> None:
    """For each SMS and each rule that held for it: with those in its window before it, never one over."""
    for position, taken in enumerate(record):
        message = messages[taken.sms.message_id]
        if message.is_answer:
            continue
        for rule in (*caps[message.advertiser], *OPERATOR):
            if message.message_class not in rule.classes or rule.campaign not in (None, message.series):
                continue
            within = [
                other.sms.parts if rule.counts == "parts" else 1
                for other in record[: position + 1]
                if other.at > taken.at - rule.window_ms and counts_for(rule, messages[other.sms.message_id], message)
            ]
            assert sum(within) <= rule.limit, (rule, message.id, within)


def counts_for(rule: CapRule, other: Message, message: Message) -> bool:
    if other.is_answer or other.person != message.person or other.message_class not in rule.classes:
        return False
    if rule.level == "all":
        return True
    same_series = rule.level != "campaign" or other.series == message.series
    return other.advertiser == message.advertiser and same_series


def assert_no_hour_is_wrong(record: list[HandedOver], days: EasterDays) -> None:
    for taken in record:
        local = datetime.fromtimestamp(taken.at / SECOND, PARIS)
        if taken.sms.is_answer:
            continue  # A STOP is confirmed at any hour.
        if taken.sms.message_class == "notification":
            assert 7 <= local.hour < 22, local
            continue
        assert 8 <= local.hour < 20, local
        assert not days.is_closed(local.date(), alsace=in_alsace(taken.sms.to)), local


def assert_budget_is_kept(messages: Mapping[str, Message], record: list[HandedOver], advertiser: str) -> None:
    spent: Counter[date] = Counter()
    for taken in record:
        if messages[taken.sms.message_id].advertiser == advertiser and not taken.sms.is_answer:
            day = datetime.fromtimestamp(taken.at / SECOND, PARIS).date()
            spent[day] += PART_MICRO * taken.sms.parts
    assert not spent or max(spent.values()) <= BUDGET_MICRO


def assert_counts_are_those_of_the_messages(shops: list[Shop], messages: Mapping[str, Message], since: int) -> None:
    """Each counted step once, though its worker died or its answer was lost."""
    counted: Counter[str] = Counter()
    for shop in shops:
        until = shop.world.clock.now()
        for name, number in shop.world.services.counters.read(shop.advertiser.id, since, until).items():
            first, _, state = name.partition(".")
            if first == "message":
                counted[state.partition(".")[0]] += number
    stepped: Counter[str] = Counter()
    for message in messages.values():
        states = [step.state for step in message.history]
        stepped.update(state for state in states if state in COUNTED)
        reported = any(step.state == "delivered" or step.reason == "expired" for step in message.history)
        if reported and {"delivered", "failed"} & set(states) and "sent" not in states:
            stepped["sent"] += 1  # A report told it before the worker that sent it could.
        if "failed" in states and states[-1] == "delivered":
            stepped["failed"] -= 1  # It is taken back.
    assert {state: counted[state] for state in COUNTED} == {state: stepped[state] for state in COUNTED}
