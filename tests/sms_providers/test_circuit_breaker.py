"""A provider that does not answer is left alone for a while, and tried again."""

from __future__ import annotations

import json

import pytest

from chalicelib.clock import MINUTE, SECOND
from chalicelib.sms_providers.circuit_breaker import CircuitBreaker, answered, failed, is_open
from chalicelib.sms_providers.contract import Accepted, FailureKind, SendError, Sms
from chalicelib.storage.breakers import Breaker
from tests.support.fakes import RecordingProvider
from tests.support.faults import FaultyClient, at_operation
from tests.support.template import resources
from tests.support.world import World

SMS = Sms("msg_1", "+33639980001", "36123", "Bonjour", "marketing")
NOW = 1_772_445_600_000


def down(*failures: int) -> Breaker:
    breaker = Breaker("p")
    for at in failures:
        breaker = failed(breaker, at)
    return breaker


def test_the_fifth_failure_within_a_minute_opens_it() -> None:
    assert not is_open(down(*[NOW] * 4), NOW)
    assert down(*[NOW + n * SECOND for n in range(5)]).open_until == NOW + 4 * SECOND + MINUTE
    assert not is_open(down(NOW, NOW, NOW, NOW, NOW + MINUTE), NOW + MINUTE)


def test_each_failure_after_that_doubles_the_pause_up_to_sixteen_minutes() -> None:
    breaker, now, pauses = down(*[NOW] * 4), NOW, []
    for _ in range(7):
        breaker = failed(breaker, now)
        pauses.append((breaker.open_until - now) // MINUTE)
        now = breaker.open_until
    assert pauses == [1, 2, 4, 8, 16, 16, 16]


def test_an_answer_closes_it_for_good() -> None:
    assert answered(down(*[NOW] * 5)) == Breaker("p")
    assert answered(Breaker("p")) == Breaker("p")


class Provider(RecordingProvider):
    """Answers as it is told."""

    fails: FailureKind | None = None
    is_lost = False

    def send(self, sms: Sms) -> Accepted:
        if self.is_lost:
            raise TimeoutError
        if self.fails:
            self.sent.append(sms)
            raise SendError(self.fails)
        return super().send(sms)


@pytest.fixture
def provider() -> Provider:
    return Provider()


def test_an_account_that_may_spend_no_more_is_what_the_alarm_counts(
    world: World, provider: Provider, capsys: pytest.CaptureFixture[str]
) -> None:
    counted = {
        json.loads(named["FilterPattern"].partition("=")[2].rstrip("} ")): transformation["MetricName"]
        for named in (
            each["Properties"] for each in resources().values() if each.get("Type") == "AWS::Logs::MetricFilter"
        )
        for transformation in named["MetricTransformations"]
    }
    alarm = resources()["OutOfCreditAlarm"]["Properties"]
    for kind in ("rejected", "out_of_credit"):
        provider.fails = kind
        with pytest.raises(SendError):
            guarded(world, provider).send(SMS)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [counted.get(line["event"]) for line in lines] == [alarm["MetricName"]]


def guarded(world: World, provider: Provider) -> CircuitBreaker:
    return CircuitBreaker(provider, world.worker().breakers, world.clock)


def refused(breaker: CircuitBreaker) -> str:
    try:
        breaker.send(SMS)
    except SendError as error:
        return error.kind
    except TimeoutError:
        return "lost"
    return "taken"


def test_nothing_is_handed_over_while_it_is_open_by_any_worker(world: World, provider: Provider) -> None:
    first, second = guarded(world, provider), guarded(world, provider)
    provider.fails = "retryable"
    assert [refused(first) for _ in range(5)] == ["retryable"] * 5
    assert refused(second) == refused(first) == "retryable" and len(provider.sent) == 5
    provider.fails = None
    world.clock.advance(MINUTE)
    assert refused(second) == refused(first) == "taken"
    assert world.of_type("breaker")[0]["failures"] == 0


def test_no_answer_at_all_counts_and_a_refused_sms_does_not(world: World, provider: Provider) -> None:
    breaker = guarded(world, provider)
    provider.fails = "invalid_number"
    assert [refused(breaker) for _ in range(9)] == ["invalid_number"] * 9 and world.of_type("breaker") == []
    provider.is_lost = True
    assert [refused(breaker) for _ in range(6)] == ["lost"] * 5 + ["retryable"]


def test_a_provider_that_answers_costs_no_write_and_a_read_each_five_seconds(world: World, provider: Provider) -> None:
    client = FaultyClient(world.dynamodb, at_operation("none", "unavailable"))
    breaker = CircuitBreaker(provider, world.worker(client).breakers, world.clock)
    for _ in range(10):
        breaker.send(SMS)
        world.clock.advance(SECOND)
    assert client.calls == ["get_item"] * 2


def test_a_breaker_that_cannot_be_stored_changes_no_outcome(world: World, provider: Provider) -> None:
    client = FaultyClient(world.dynamodb, at_operation("put_item", "unavailable"))
    breaker = CircuitBreaker(provider, world.worker(client).breakers, world.clock)
    provider.fails = "retryable"
    assert refused(breaker) == "retryable"
    provider.fails = None
    assert refused(breaker) == "taken"
