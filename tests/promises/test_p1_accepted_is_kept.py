"""P1: an event answered with success is never lost."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.web import collect as edge
from tests.local.dynamodb_local import DynamoDBLocal
from tests.support import gateway
from tests.support.faults import Fault, FaultyClient, LosingPuts, at_operation
from tests.support.scripted import answer as respond
from tests.support.scripted import passed_on, scripted
from tests.support.shop import ORIGIN, Shop, open_shop, visitor_id
from tests.support.world import World

FROM_SHOP = {"Origin": ORIGIN}


def kept(world: World) -> set[str]:
    return {item["id"] for item in world.of_type("event")}


@given(refused=st.lists(st.booleans(), min_size=1, max_size=60))
def test_each_event_is_accepted_exactly_if_it_is_in_the_table(
    new_world: Callable[[], World], refused: list[bool]
) -> None:
    shop = open_shop(new_world())
    body = shop.body(visitor_id(), *["view_item"] * len(refused))
    unlucky = {event["id"] for event, lost in zip(body["events"], refused, strict=True) if lost}
    worker = shop.world.worker(LosingPuts(shop.world.dynamodb, lambda item: item["id"]["S"] in unlucky))

    answer = edge.handle(gateway.post("/e", body, headers=FROM_SHOP), worker)

    results = json.loads(answer["body"])["results"]
    accepted = {body["events"][r["index"]]["id"] for r in results if r["status"] == "accepted"}
    retry = {body["events"][r["index"]]["id"] for r in results if r["status"] == "retry"}
    assert accepted == kept(shop.world)
    assert retry == unlucky
    assert answer["statusCode"] == (503 if unlucky else 202)


@pytest.mark.parametrize("fault", ["unavailable", "answer_lost"])
def test_a_batch_is_not_accepted_when_the_table_does_not_answer(shop: Shop, fault: Fault) -> None:
    worker = shop.world.worker(FaultyClient(shop.world.dynamodb, at_operation("batch_write_item", fault)))

    answer = edge.handle(gateway.post("/e", shop.body(visitor_id(), "purchase"), headers=FROM_SHOP), worker)

    assert answer["statusCode"] == 503
    assert "accepted" not in answer["body"]


def test_a_batch_that_is_sent_again_after_a_lost_answer_is_one_event(shop: Shop) -> None:
    request = gateway.post("/e", shop.body(visitor_id(), "purchase"), headers=FROM_SHOP)
    faulty = FaultyClient(shop.world.dynamodb, at_operation("batch_write_item", "answer_lost"))

    assert edge.handle(request, shop.world.worker(faulty))["statusCode"] == 503
    assert edge.handle(request, shop.world.services)["statusCode"] == 202

    assert len(kept(shop.world)) == 1


def pixel(shop: Shop) -> dict[str, Any]:
    now = str(shop.world.clock.now())
    told = {"s": shop.site.id, "e": "view_item", "v": visitor_id(), "id": "event-of-a-pixel", "t": now, "c": "grant"}
    return gateway.get("/p.gif", headers={"Referer": f"{ORIGIN}/lampe"}, query=told)


def test_a_pixel_that_is_answered_with_success_is_in_the_table(shop: Shop) -> None:
    assert edge.handle(pixel(shop), shop.world.services)["statusCode"] == 200
    assert kept(shop.world) == {"event-of-a-pixel"}


@pytest.mark.parametrize("fault", ["unavailable", "answer_lost"])
def test_a_pixel_answers_503_and_still_an_image_when_the_table_does_not_answer(shop: Shop, fault: Fault) -> None:
    worker = shop.world.worker(FaultyClient(shop.world.dynamodb, at_operation("batch_write_item", fault)))

    answer = edge.handle(pixel(shop), worker)

    assert answer["statusCode"] == 503
    assert answer["headers"]["Content-Type"] == "image/gif"


def test_a_pixel_answers_503_when_the_table_leaves_its_event_out(shop: Shop) -> None:
    worker = shop.world.worker(LosingPuts(shop.world.dynamodb, lambda _item: True))

    assert edge.handle(pixel(shop), worker)["statusCode"] == 503
    assert kept(shop.world) == set()


@pytest.fixture
def exact_shop(new_exact_world: Callable[[], World]) -> Shop:
    return open_shop(new_exact_world())


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_as_deployed_a_pixel_whose_answer_is_lost_is_one_event(
    exact_shop: Shop, database: DynamoDBLocal, lost: int
) -> None:
    with scripted() as server:
        losing = passed_on(server, database.endpoint_url, answered=False)
        server.script = [losing] * lost + [passed_on(server, database.endpoint_url)]
        answer = edge.handle(pixel(exact_shop), exact_shop.world.lean_worker(server.url))

    assert answer["statusCode"] == 200
    assert kept(exact_shop.world) == {"event-of-a-pixel"}


def test_as_deployed_a_pixel_is_not_accepted_when_no_attempt_is_answered(
    exact_shop: Shop, database: DynamoDBLocal
) -> None:
    with scripted() as server:
        server.script = [passed_on(server, database.endpoint_url, answered=False)] * 4
        assert edge.handle(pixel(exact_shop), exact_shop.world.lean_worker(server.url))["statusCode"] == 503
        assert len(server.requests) == 3
    assert edge.handle(pixel(exact_shop), exact_shop.world.lean_worker())["statusCode"] == 200
    assert kept(exact_shop.world) == {"event-of-a-pixel"}


def test_as_deployed_a_pixel_is_not_accepted_when_the_table_refuses(exact_shop: Shop) -> None:
    unwell = respond({"__type": "InternalServerError"}, 500)
    with scripted(*[unwell] * 4) as server:
        assert edge.handle(pixel(exact_shop), exact_shop.world.lean_worker(server.url))["statusCode"] == 503
    assert kept(exact_shop.world) == set()


def test_as_deployed_a_pixel_that_the_table_leaves_out_is_not_accepted(exact_shop: Shop) -> None:
    world = exact_shop.world

    with scripted() as server:

        def leave_out(connection: socket.socket) -> bool:
            request = json.loads(server.requests[-1][1])
            return respond({"UnprocessedItems": request["RequestItems"]})(connection)

        server.script = [leave_out] * 10
        assert edge.handle(pixel(exact_shop), world.lean_worker(server.url))["statusCode"] == 503
    assert kept(world) == set()
