"""P5: a recipient who clicks always lands, whatever fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.aws.lean import IN_A_HURRY
from chalicelib.storage.carts import Product
from chalicelib.web import redirect as edge
from tests.local.dynamodb_local import DynamoDBLocal
from tests.support import gateway
from tests.support.faults import Fault, FaultyClient, at_operation
from tests.support.scripted import Act, closed, passed_on, scripted, silent
from tests.support.scripted import answer as respond
from tests.support.shop import PAGE, Shop, open_shop, visitor_id
from tests.support.world import World

PHONE = {"User-Agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"}


@pytest.fixture
def code(shop: Shop) -> str:
    return sent_code(shop)


def sent_code(shop: Shop) -> str:
    """The code of a link that was sent."""
    shop.contact()
    message = shop.message(visitor=visitor_id(), product=Product("lamp-1", "Lampe", PAGE))
    assert shop.world.services.dispatch.send(message.id, message.version) == "sent"
    sent = shop.stored(message).code
    assert sent is not None
    return sent


def landed(answer: dict[str, object]) -> str:
    assert answer["statusCode"] == 302, answer
    headers = answer["headers"]
    assert isinstance(headers, dict)
    return str(headers["Location"])


def test_a_click_lands_on_the_product_with_the_campaign_and_its_id(shop: Shop, code: str) -> None:
    location = urlsplit(landed(edge.handle(gateway.short_link(code, headers=PHONE), shop.world.services)))

    assert f"{location.scheme}://{location.netloc}{location.path}" == PAGE
    query = parse_qs(location.query)
    assert (query["utm_source"], query["utm_medium"], query["utm_campaign"]) == (["relance"], ["sms"], ["cart"])
    assert query["rl_click"] == [shop.world.last_click(code).id]


def test_a_click_is_one_call_to_the_table(shop: Shop, code: str) -> None:
    watched = FaultyClient(shop.world.dynamodb, lambda _operation, _number: None)
    landed(edge.handle(gateway.short_link(code, headers=PHONE), shop.world.worker(watched)))
    assert watched.calls == ["update_item"]


@pytest.mark.parametrize("fault", ["unavailable", "answer_lost"])
def test_a_click_lands_when_it_cannot_be_logged(
    shop: Shop, code: str, fault: Fault, capsys: pytest.CaptureFixture[str]
) -> None:
    worker = shop.world.worker(FaultyClient(shop.world.dynamodb, at_operation("update_item", fault)))

    location = landed(edge.handle(gateway.short_link(code, headers=PHONE), worker))

    assert location.startswith(PAGE)
    (click_id,) = parse_qs(urlsplit(location).query)["rl_click"]
    assert click_id in capsys.readouterr().out, "the log keeps what the table did not take"


@pytest.mark.parametrize(
    "headers",
    [
        None,
        {},
        {"User-Agent": ""},
        {"Referer": "http://["},
        {"Referer": "http://[fe80::%zz]/"},
        {"Referer": "\u2100://\x00"},
        {"User-Agent": "x" * 10_000, "Accept-Language": "*" * 500, "Sec-Purpose": "?" * 500},
    ],
)
def test_whatever_headers_come_a_click_lands(shop: Shop, code: str, headers: dict[str, str] | None) -> None:
    landed(edge.handle(gateway.short_link(code, headers=headers), shop.world.services))


def test_a_target_that_is_not_the_shops_own_is_not_followed(shop: Shop) -> None:
    """A browser named the page: it could name anything."""
    shop.contact()
    message = shop.message(product=Product("lamp-1", "Lampe", "https://elsewhere.example/lampe"))
    shop.world.services.dispatch.send(message.id, message.version)
    code = shop.stored(message).code or ""

    assert landed(edge.handle(gateway.short_link(code), shop.world.services)).startswith("https://shop.example/?")


@pytest.mark.parametrize("code", ["aaaaaaaaaa", "favicon.ico", "", "../..", "%00", "é" * 8])
def test_an_unknown_code_gets_a_page_that_says_so(shop: Shop, code: str) -> None:
    answer = edge.handle(gateway.short_link(code, headers={"Accept-Language": "en"}), shop.world.services)
    assert answer["statusCode"] == 404
    assert answer["headers"]["Content-Type"].startswith("text/html")


@pytest.fixture
def exact_shop(new_exact_world: Callable[[], World]) -> Shop:
    return open_shop(new_exact_world())


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_as_deployed_a_click_whose_answer_is_lost_lands_and_is_one_click(
    exact_shop: Shop, database: DynamoDBLocal, lost: int
) -> None:
    code = sent_code(exact_shop)
    with scripted() as server:
        losing = passed_on(server, database.endpoint_url, answered=False)
        server.script = [losing] * lost + [passed_on(server, database.endpoint_url)]
        answer = edge.handle(gateway.short_link(code, headers=PHONE), exact_shop.world.lean_worker(server.url))

    (click_id,) = parse_qs(urlsplit(landed(answer)).query)["rl_click"]
    assert exact_shop.world.last_click(code).id == click_id


@pytest.mark.parametrize("fault", [respond({"__type": "InternalServerError"}, 500), respond(b"{"), closed])
def test_as_deployed_a_click_lands_when_it_cannot_be_logged(
    exact_shop: Shop, database: DynamoDBLocal, capsys: pytest.CaptureFixture[str], fault: Act
) -> None:
    code = sent_code(exact_shop)
    with scripted() as server:
        server.script = [fault] * 3 + [passed_on(server, database.endpoint_url)]
        answer = edge.handle(gateway.short_link(code, headers=PHONE), exact_shop.world.lean_worker(server.url))

    location = landed(answer)
    assert location.startswith(PAGE)
    (click_id,) = parse_qs(urlsplit(location).query)["rl_click"]
    assert click_id in capsys.readouterr().out


def test_as_deployed_a_silent_table_costs_a_person_seconds_and_not_the_landing(
    exact_shop: Shop, database: DynamoDBLocal, capsys: pytest.CaptureFixture[str]
) -> None:
    code = sent_code(exact_shop)
    with scripted() as server:
        server.script = [passed_on(server, database.endpoint_url), *[silent] * 6]
        container = exact_shop.world.lean_worker(server.url, patience=IN_A_HURRY)
        landed(edge.handle(gateway.short_link(code, headers=PHONE), container))
        asked = time.monotonic()
        location = landed(edge.handle(gateway.short_link(code, headers=PHONE), container))
        waited_s = time.monotonic() - asked

    assert waited_s < 3.5, "two attempts to write, two to read"
    (click_id,) = parse_qs(urlsplit(location).query)["rl_click"]
    assert f'"event": "click_not_stored", "link": "{code}", "id": "{click_id}"' in capsys.readouterr().out


def test_as_deployed_a_click_gets_a_page_when_the_table_is_not_there(exact_shop: Shop) -> None:
    with scripted(*[closed] * 8) as server:
        answer = edge.handle(gateway.short_link("aaaaaaaaaa"), exact_shop.world.lean_worker(server.url))
    assert answer["statusCode"] == 503
    assert answer["headers"]["Content-Type"].startswith("text/html")


def test_as_deployed_an_unknown_code_gets_a_page_that_says_so(exact_shop: Shop) -> None:
    answer = edge.handle(gateway.short_link("aaaaaaaaaa"), exact_shop.world.lean_worker())
    assert answer["statusCode"] == 404
