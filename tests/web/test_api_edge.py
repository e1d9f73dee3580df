"""What stands around every route of the API: limits, repetition, ETags, problems."""

from __future__ import annotations

from typing import Any

import pytest
from chalice.app import Response

from chalicelib.clock import DAY, MINUTE
from chalicelib.errors import StorageUnavailable, TooMany
from chalicelib.storage.advertisers import OPERATOR
from chalicelib.storage.table import Put
from chalicelib.web import admin_requests, rate_limits
from tests.support.shop import Shop
from tests.web.conftest import Answer, Api
from tests.web.test_admin_keys import made, path


@pytest.fixture
def operator(api: Api, shop: Shop) -> Api:
    shop.world.services.admin_keys.grant("rk_operator", OPERATOR)
    return api.with_key("rk_operator")


def test_past_the_limit_a_key_is_told_when_to_ask_again(
    operator: Api, api: Api, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(rate_limits.MOST, "api", 2)
    mine = api.with_key(made(operator, shop)["key"])
    left = [mine.ask("GET", path(shop)) for _ in range(3)]
    assert [answer.status for answer in left] == [200, 200, 429]
    assert [answer.headers["RateLimit"].split(";")[1] for answer in left] == ["r=1", "r=0", "r=0"]
    assert left[0].headers["RateLimit-Policy"] == '"api";q=2;w=60'
    assert 1 <= int(left[2].headers["Retry-After"]) <= 60 and left[2].json["rule"] == "too_many"
    shop.world.clock.advance(MINUTE)
    assert mine.ask("GET", path(shop)).status == 200


def create_site(api: Api, shop: Shop, name: str, *, key: str) -> Answer:
    body = {"name": name, "origins": ["https://shop.example"]}
    return api.ask("POST", path(shop, "/sites"), body, told={"Idempotency-Key": key})


def sites(shop: Shop) -> int:
    return sum(item["type"] == "site" for item in shop.world.items())


def test_a_request_that_is_sent_again_is_done_once_and_answered_the_same(operator: Api, shop: Shop) -> None:
    before = sites(shop)
    first, again = (create_site(operator, shop, "Lumen", key="a-1") for _ in range(2))
    assert (first.status, again.status, again.text) == (201, 201, first.text)
    assert (again.headers.get("Idempotency-Replayed"), sites(shop)) == ("true", before + 1)
    assert first.json["secret"] not in str(shop.world.items())
    assert create_site(operator, shop, "Another", key="a-1").status == 422
    assert create_site(operator, shop, "Lumen", key="a-2").status == 201
    shop.world.clock.advance(DAY)
    assert create_site(operator, shop, "Another", key="a-1").status == 201


def test_keys_of_two_callers_do_not_meet(operator: Api, api: Api, shop: Shop) -> None:
    other = api.with_key(made(operator, shop)["key"])
    first, second = create_site(operator, shop, "Lumen", key="k"), create_site(other, shop, "Lumen", key="k")
    assert first.json["site"] != second.json["site"]


def test_a_refusal_is_repeated_and_a_failure_of_ours_is_not(
    operator: Api, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"name": "Lumen", "origins": ["nonsense"]}
    answers = [operator.ask("POST", path(shop, "/sites"), body, told={"Idempotency-Key": "r"}) for _ in range(2)]
    assert [answer.status for answer in answers] == [422, 422] and answers[0].text == answers[1].text

    def fails(*_: object) -> None:
        raise StorageUnavailable("down")

    with monkeypatch.context() as broken:
        broken.setattr("chalicelib.storage.advertisers.Advertisers.save_site", fails)
        assert create_site(operator, shop, "Lumen", key="f").status == 503
    assert create_site(operator, shop, "Lumen", key="f").status == 201


def test_who_is_told_to_come_later_may(operator: Api, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_many(*_: object) -> None:
        raise TooMany(30)

    with monkeypatch.context() as busy:
        busy.setattr("chalicelib.storage.advertisers.Advertisers.save_site", too_many)
        told = create_site(operator, shop, "Lumen", key="l")
    assert (told.status, told.headers["Retry-After"]) == (429, "30")
    assert create_site(operator, shop, "Lumen", key="l").status == 201


@pytest.mark.parametrize("name", ["", "é", "a b", "x" * 256])
def test_a_name_for_a_request_that_is_none_is_refused(operator: Api, shop: Shop, name: str) -> None:
    assert create_site(operator, shop, "Lumen", key=name).status == 422


def test_an_answer_that_no_item_holds_is_not_repeated_and_nothing_is_done_twice(
    operator: Api, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What counts is its bytes: three for each of these letters."""

    def long(told: dict[str, Any], status: int) -> Response:
        return admin_requests.answer(told | {"name": "€" * 150_000}, status)

    monkeypatch.setattr("chalicelib.web.admin.answer", long)
    answers = [create_site(operator, shop, "Lumen", key="w").status for _ in range(2)]
    assert answers == [201, 409]


def test_an_answer_that_could_not_be_kept_is_told_all_the_same(
    operator: Api, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise StorageUnavailable("down")

    with monkeypatch.context() as broken:
        broken.setattr("chalicelib.storage.answered_once.AnsweredOnce.settle", fails)
        assert create_site(operator, shop, "Lumen", key="s").status == 201
    assert create_site(operator, shop, "Lumen", key="s").status == 409


def test_a_table_that_does_not_answer_the_edge_is_a_problem_too(
    operator: Api, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise StorageUnavailable("down")

    monkeypatch.setattr("chalicelib.storage.answered_once.AnsweredOnce.begin", fails)
    told = create_site(operator, shop, "Lumen", key="b")
    assert (told.status, told.headers["Content-Type"]) == (503, "application/problem+json")


def test_a_request_whose_worker_died_is_not_done_twice(operator: Api, shop: Shop) -> None:
    first = create_site(operator, shop, "Lumen", key="d")
    (place,) = [item for item in shop.world.items() if item["type"] == "answered_once"]
    del place["done"], place["answer"]
    shop.world.services.table.put(Put((place["pk"], place["sk"]), place))
    running = create_site(operator, shop, "Lumen", key="d")
    assert first.status == 201 and (running.status, running.headers["Retry-After"]) == (409, "5")
    shop.world.clock.advance(5 * MINUTE)
    assert "another" in create_site(operator, shop, "Lumen", key="d").json["detail"]


def test_what_was_read_is_changed_only_if_it_has_not_changed(operator: Api, shop: Shop) -> None:
    address, body = path(shop, "/templates/t-1"), {"text": "Bonjour {{ link }}"}
    assert operator.ask("PUT", address, body, told={"If-Match": '"x"'}).status == 412
    assert operator.ask("PUT", address, body).status == 201
    tag = operator.ask("GET", address).headers["ETag"]
    unchanged = operator.ask("GET", address, told={"If-None-Match": tag})
    assert (unchanged.status, unchanged.text) == (304, "")
    assert operator.ask("PUT", address, {"text": "Salut {{ link }}"}, told={"If-Match": tag}).status == 200
    late = operator.ask("PUT", address, {"text": "Coucou {{ link }}"}, told={"If-Match": tag})
    assert late.status == 412
    assert operator.ask("GET", address).json["text"] == "Salut {{ link }}"


def test_of_two_who_change_what_they_read_one_has_its_turn(operator: Api, shop: Shop) -> None:
    address = path(shop, "/templates/t-1")
    operator.ask("PUT", address, {"text": "Bonjour {{ link }}"})
    tag = operator.ask("GET", address).headers["ETag"]
    turns, now = shop.world.services.turns, shop.world.clock.now()
    turn = turns.take(address, now)
    assert turn is not None and turns.take(address, now) is None
    body = {"text": "Salut {{ link }}"}
    assert operator.ask("PUT", address, body, told={"If-Match": tag}).status == 409
    turns.give_back(address, turn)
    assert operator.ask("PUT", address, body, told={"If-Match": tag}).status == 200


@pytest.mark.parametrize("key", [None, "rk_unknown", "rk_other"])
def test_whoever_may_not_change_a_thing_takes_no_turn(operator: Api, api: Api, shop: Shop, key: str | None) -> None:
    """Else somebody without a key could keep everybody waiting."""
    shop.world.services.admin_keys.grant("rk_other", "adv_other")
    address = path(shop, "/templates/t-1")
    operator.ask("PUT", address, {"text": "Bonjour {{ link }}"})
    turns = shop.world.services.turns
    held = turns.take(address, shop.world.clock.now())  # So that a turn that is asked for shows.
    answer = api.with_key(key).ask("PUT", address, {"text": "Salut"}, told={"If-Match": "*"})
    assert held and answer.status in (401, 403)


def test_what_the_framework_refuses_is_a_problem_too(operator: Api, shop: Shop) -> None:
    answer = operator.ask("PUT", path(shop, "/templates/t-1"), {"text": "x"}, form=True)
    assert (answer.status, answer.headers["Content-Type"]) == (415, "application/problem+json")
    assert operator.ask("PATCH", path(shop)).json["status"] == 405
