"""Clicks that the table did not take come back from the log, once each."""

from __future__ import annotations

import json

import pytest

from chalicelib.links.recovery import lost_clicks, recover
from chalicelib.storage.links import Link
from chalicelib.web import redirect as edge
from tests.support import gateway
from tests.support.faults import FaultyClient, at_operation
from tests.support.stream import Stream
from tests.support.world import NOON, World

PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"}


def clicked(world: World, fault: str, times: int) -> None:
    client = FaultyClient(world.dynamodb, at_operation("update_item", fault))  # type: ignore[arg-type]
    container = world.worker(client)
    for _ in range(times):
        assert edge.handle(gateway.short_link("abc347", headers=PHONE), container)["statusCode"] == 302


@pytest.mark.parametrize("export", ["plain", "timed", "events", "list", "lines_of_messages"])
def test_lost_clicks_are_counted_once_however_often_they_are_recovered(
    world: World, stream: Stream, capsys: pytest.CaptureFixture[str], export: str
) -> None:
    world.services.links.add(Link("abc347", "https://shop.example/", "adv_a", "", "", "", "", NOON))
    clicked(world, "unavailable", 3)
    clicked(world, "answer_lost", 2)
    log = capsys.readouterr().out
    messages = [{"timestamp": 1, "message": line + "\n"} for line in log.splitlines()]
    text = {
        "plain": log,
        "timed": "START RequestId: 1\n" + "".join(f"2026-03-02T10:00:00Z {line}\n" for line in log.splitlines()),
        "events": json.dumps({"events": messages}, indent=2),
        "list": json.dumps(messages),
        "lines_of_messages": "\n".join(map(json.dumps, messages)),
    }[export]
    stream.follow()
    assert world.counts("adv_a") == {"click.person": 2, "click.unique_link": 1}, "of these only the answer was lost"

    for _ in range(2):
        told = recover(lost_clicks(text), world.services.links, world.services.clicks)
        assert told == {"recovered": 5, "unknown_link": 0}
    assert world.counts("adv_a") == {"click.person": 5, "click.unique_link": 1}
    assert len(world.of_type("click")) == 5


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"event": "click_not_stored"}', '{"events": [1, {"message": "x"}]}']
)
def test_what_is_no_lost_click_is_passed_over(text: str) -> None:
    assert list(lost_clicks(text)) == []


def test_a_click_on_a_link_that_is_gone_is_told(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.services.links.add(Link("abc347", "https://shop.example/", "adv_a", "", "", "", "", NOON))
    clicked(world, "unavailable", 1)
    text = capsys.readouterr().out.replace("abc347", "zzz999")
    told = recover(lost_clicks(text), world.services.links, world.services.clicks)
    assert told == {"recovered": 0, "unknown_link": 1}
