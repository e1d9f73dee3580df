"""People by the admin API: found by a body, never by an address; one base and no other; each access logged."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.storage.advertisers import OPERATOR
from chalicelib.storage.contacts import PARTNER
from chalicelib.storage.events import from_item
from chalicelib.storage.ledger import EVERYONE
from chalicelib.storage.messages import reference
from tests.support.shop import CAMILLE, INES, MALIK, Shop, hashed, open_shop, visitor_id
from tests.support.talk import write
from tests.web.conftest import Api, but_the_callers_own, key_for

WHY = {"reason": "access"}
ROUTES: tuple[tuple[str, str, dict[str, Any] | None], ...] = (
    ("POST", "find", {"phone": CAMILLE}),
    ("POST", "object", {"phone": CAMILLE}),
    ("POST", "{person}/object", {}),
    ("POST", "{person}/view", {}),
    ("POST", "{person}/export", {}),
    ("POST", "{person}/erase", {}),
    ("GET", "{person}/consents", None),
)


@pytest.fixture
def own(api: Api, shop: Shop) -> Api:
    return api.with_key(key_for(shop, shop.advertiser.id))


@pytest.fixture
def operator(api: Api, shop: Shop) -> Api:
    return api.with_key(key_for(shop, OPERATOR))


def people(base: str) -> str:
    return f"/v1/advertisers/{base}/people"


@pytest.mark.parametrize(
    "by",
    [
        {"phone": CAMILLE},
        {"phone": "06 39 98 00 01"},
        {"email": " Camille@Example.com "},
    ],
)
def test_a_person_is_found_by_any_identifier(own: Api, shop: Shop, by: dict[str, str]) -> None:
    person = shop.contact(email="camille@example.com")
    found = own.ask("POST", f"{people(shop.advertiser.id)}/find", by | WHY)
    assert (found.status, found.json["person"], found.json["opposed"]) == (200, person, False)
    assert found.json["consents"]["matching"]["given"] is True


def test_who_has_only_written_is_found_given_out_and_erased(own: Api, shop: Shop) -> None:
    write(shop, "Vous ouvrez quand ?", MALIK)
    path = people(shop.advertiser.id)
    found = own.ask("POST", f"{path}/find", {"phone": MALIK} | WHY)
    assert (found.status, found.json["is_contact"], found.json["consents"]) == (200, False, {})
    person = found.json["person"]
    told = own.ask("POST", f"{path}/{person}/export", WHY).json
    assert (told["profile"], len(told["conversations"])) == ({"phone": MALIK}, 1)
    assert own.ask("POST", f"{path}/{person}/erase", WHY).json == {"erased": True, "was_contact": False}
    assert own.ask("POST", f"{path}/find", {"phone": MALIK} | WHY).status == 404


def test_who_is_not_there_is_not_found(own: Api, shop: Shop) -> None:
    shop.contact()
    for by in ({"phone": MALIK}, {"email": "nobody@example.com"}, {"customer_id": "7"}):
        assert own.ask("POST", f"{people(shop.advertiser.id)}/find", by | WHY).status == 404
    for person in ("x", "0" * 40, "..", "a" * 2_000):
        assert own.ask("POST", f"{people(shop.advertiser.id)}/{person}/export", WHY).status in (403, 404)


@pytest.mark.parametrize(
    "body",
    [
        {"phone": CAMILLE},
        {"phone": CAMILLE, "email": "a@example.com", **WHY},
        {**WHY},
        {"phone": CAMILLE, "reason": "Camille rang from +33639980001"},
        {"phone": "hello", **WHY},
        {"email": "hello", **WHY},
    ],
)
def test_a_wrong_question_is_refused_without_repeating_it(own: Api, shop: Shop, body: dict[str, str]) -> None:
    answer = own.ask("POST", f"{people(shop.advertiser.id)}/find", body)
    assert answer.status == 422
    assert "639980001" not in answer.text and "hello" not in answer.text


@pytest.mark.parametrize(("method", "route", "body"), ROUTES)
def test_the_partner_base_is_the_operators(
    own: Api, operator: Api, shop: Shop, method: str, route: str, body: dict[str, Any] | None
) -> None:
    person = shop.contact(base=PARTNER, advertisers=(shop.advertiser.id,))
    path = f"{people(PARTNER)}/{route.format(person=person)}"
    before = but_the_callers_own(shop.world.items())
    told = None if body is None else body | WHY
    assert own.ask(method, path, told).status == 403
    assert but_the_callers_own(shop.world.items()) == before
    assert operator.ask(method, path, told).status == 200


@pytest.mark.parametrize(("method", "route", "body"), ROUTES)
def test_a_person_of_another_base_is_nobody_here(
    own: Api, shop: Shop, method: str, route: str, body: dict[str, Any] | None
) -> None:
    """One phone has one id in every base: knowing it must open none but the key's own."""
    other = open_shop(shop.world)
    person = other.contact(first_name="Camille")
    other.contact(base=PARTNER, advertisers=(shop.advertiser.id,), first_name="Camille")
    other.message()
    contacts = shop.world.of_type("contact")
    path = f"{people(shop.advertiser.id)}/{route.format(person=person)}"
    answer = own.ask(method, path, None if body is None else body | WHY)
    assert "Camille" not in answer.text and other.advertiser.id not in answer.text
    assert shop.world.of_type("contact") == contacts
    assert set(shop.world.services.ledgers.get(person).opposed) <= {shop.advertiser.id}


def test_an_export_tells_the_own_base_only(own: Api, shop: Shop) -> None:
    other = open_shop(shop.world)
    person = shop.contact(first_name="Camille", email="camille@example.com")
    other.contact(first_name="Kamille")
    other.message()
    services = shop.world.services
    mine = shop.message()
    services.dispatch.send(mine.id, mine.version)
    export = own.ask("POST", f"{people(shop.advertiser.id)}/{person}/export", WHY)
    assert export.status == 200
    assert export.json["profile"]["first_name"] == "Camille"
    assert "Kamille" not in export.text and other.advertiser.id not in export.text


def test_consents_are_proven_for_programs_and_for_people(own: Api, shop: Shop) -> None:
    person = shop.contact()
    path = f"{people(shop.advertiser.id)}/{person}/consents"
    proof = own.ask("GET", path).json
    assert (proof["intact"], proof["statements"][0]["source"]) == (True, "checkout")
    page = own.ask("GET", path, told={"Accept": "text/html,*/*", "Accept-Language": "fr"})
    assert page.headers["Content-Type"].startswith("text/html")
    assert "La chaîne est intacte" in page.text and proof["statements"][0]["hash"] in page.text

    entry = shop.world.of_type("consent")[0]
    shop.world.dynamodb.update_item(
        TableName=shop.world.table,
        Key={"pk": {"S": entry["pk"]}, "sk": {"S": entry["sk"]}},
        UpdateExpression="SET recorded_at = :at",
        ExpressionAttributeValues={":at": {"N": "1"}},
    )
    assert own.ask("GET", path).json["intact"] is False
    assert "pas intacte" in own.ask("GET", path, told={"Accept": "text/html"}).text


def test_erasing_twice_is_once(own: Api, shop: Shop) -> None:
    person = shop.contact()
    path = f"{people(shop.advertiser.id)}/{person}/erase"
    assert own.ask("POST", path, WHY).json == {"erased": True, "was_contact": True}
    assert own.ask("POST", path, WHY).json == {"erased": True, "was_contact": False}
    assert shop.world.of_type("contact") == []


def test_a_phone_that_is_no_contact_can_object(own: Api, operator: Api, shop: Shop) -> None:
    path = f"{people(shop.advertiser.id)}/object"
    assert own.ask("POST", path, {"phone": INES, "reason": "objection"}).json == {"opposed": True}
    person = shop.world.services.vault.person(INES)
    assert shop.world.services.ledgers.get(person).opposed[shop.advertiser.id].how == "objection"
    everyone = {"phone": INES, "reason": "objection", "scope": "everyone"}
    assert own.ask("POST", path, everyone).status == 403
    assert EVERYONE not in shop.world.services.ledgers.get(person).opposed
    assert operator.ask("POST", path, everyone).status == 200
    assert EVERYONE in shop.world.services.ledgers.get(person).opposed


def test_each_access_is_logged_with_its_reason_and_no_identifier(
    own: Api, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    person = shop.contact(email="camille@example.com")
    own.ask("POST", f"{people(shop.advertiser.id)}/find", {"email": "camille@example.com"} | WHY)
    for method, route, body in ROUTES:
        path = f"{people(shop.advertiser.id)}/{route.format(person=person)}"
        own.ask(method, path, None if body is None else body | WHY)
    written = capsys.readouterr().out
    lines = [json.loads(line) for line in written.splitlines() if "person_access" in line]
    assert [line["action"] for line in lines] == [
        "find",
        "find",
        "object",
        "object",
        "view",
        "export",
        "erase",
        "consents",
    ]
    assert {line["who"] for line in lines} == {shop.advertiser.id}
    assert all(line["reason"] for line in lines)
    assert CAMILLE not in written and "639980001" not in written and "camille@" not in written


def test_a_view_tells_everything_and_why_and_no_address(own: Api, shop: Shop) -> None:
    person = shop.contact(first_name="Camille", email="camille@example.com")
    visitor = visitor_id()
    shop.tell(visitor, "page_view", ids={"phone_sha256": hashed(CAMILLE)})
    for item in shop.world.of_type("event"):
        shop.world.services.trail.follow(from_item(item))
    sent, waits = shop.message(visitor=visitor), shop.message()
    shop.world.services.messages.commit([reference(sent), reference(waits)])
    shop.world.services.dispatch.send(sent.id, sent.version)
    at = f"{people(shop.advertiser.id)}/{person}/view"
    assert own.ask("POST", at, {}).status == 422
    told = own.ask("POST", at, WHY)
    assert told.status == 200
    file = told.json
    assert file["profile"] == {"phone": "•• •• 01", "email": "c…@example.com", "first_name": "Camille"}
    assert CAMILLE not in told.text and "camille@" not in told.text
    assert file["ledger"]["intact"] and len(file["ledger"]["statements"]) == 1
    assert {message["message"]: message["state"] for message in file["messages"]} == {
        sent.id: "sent",
        waits.id: "queued",
    }
    assert all(message["sentence"] for message in file["messages"])
    assert [(visit["visitor"], visit["events"], visit["evidence"]) for visit in file["visits"]] == [
        (visitor, 1, "phone")
    ]
    assert {"journeys", "clicks", "conversations", "surveys", "purchases", "segments", "oppositions"} <= set(file)
