"""An advertiser's webhooks by the API, from the first to what arrived, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier

from chalicelib.clock import DAY, MINUTE
from tests.support.gateway_double import gateway
from tests.support.world import World
from tests.web.conftest import Api

URL = "https://helpdesk.shop.example/relance"
NEW = {"name": "Helpdesk", "url": URL, "events": ["conversation.waiting"]}


@pytest.fixture
def operator(api: Api, world: World) -> Api:
    world.services.admin_keys.grant("operator-key", "operator")
    return api.with_key("operator-key")


@pytest.fixture
def advertiser(operator: Api) -> str:
    made = operator.ask("POST", "/v1/advertisers", {"name": "Maison Lumen", "brand": "Lumen", "sender": "LUMEN"}).json
    return str(made["advertiser"])


def made(api: Api, advertiser: str, **changes: Any) -> dict[str, Any]:
    answer = api.ask("POST", f"/v1/advertisers/{advertiser}/webhooks", NEW | changes)
    assert answer.status == 201, answer.text
    told: dict[str, Any] = answer.json
    return told


def test_a_webhook_is_made_tested_rotated_and_what_arrived_is_seen(
    operator: Api, advertiser: str, world: World
) -> None:
    with gateway((200, "")) as receiver:
        webhook = made(operator, advertiser, url=receiver.url + "/hooks")
        place = f"/v1/advertisers/{advertiser}/webhooks/{webhook['webhook']}"
        assert "secret" not in operator.ask("GET", place).text
        assert operator.ask("POST", f"{place}/test").status == 202
        world.tell()
        rotated = operator.ask("POST", f"{place}/rotate", {"overlap_hours": 1}).json["secret"]
        sent = operator.ask("POST", f"{place}/test").json
        world.tell()
        before, after = receiver.received
    assert Verifier(webhook["secret"]).verify(before.body, before.headers)["type"] == "ping"
    for secret in (webhook["secret"], rotated):
        Verifier(secret).verify(after.body, after.headers)
    listed = operator.ask("GET", f"{place}/deliveries").json
    assert [(one["event"], one["state"], one["status"]) for one in listed["deliveries"]] == [
        ("ping", "delivered", 200)
    ] * 2
    assert sent["delivery"] in {one["delivery"] for one in listed["deliveries"]}


def test_what_did_not_arrive_is_replayed_under_its_id(operator: Api, advertiser: str, world: World) -> None:
    with gateway((410, ""), (200, "")) as receiver:
        webhook = made(operator, advertiser, url=receiver.url)
        place = f"/v1/advertisers/{advertiser}/webhooks/{webhook['webhook']}"
        sent = operator.ask("POST", f"{place}/test").json["delivery"]
        assert operator.ask("POST", f"{place}/deliveries/{sent}/replay").status == 409
        world.tell()
        now = operator.ask("GET", place).json
        assert (now["state"], now["paused"]) == ("paused", "gone")
        for paused in (f"{place}/test", f"{place}/deliveries/{sent}/replay"):
            assert operator.ask("POST", paused).status == 409
        settings = {"name": "Helpdesk", "events": NEW["events"], "state": "active"}
        assert operator.ask("PUT", place, settings).json["paused"] is None
        world.clock.advance(DAY)
        assert operator.ask("POST", f"{place}/deliveries/{sent}/replay").status == 202
        world.tell()
        first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == sent
    assert operator.ask("GET", f"{place}/deliveries").json["deliveries"][0]["state"] == "delivered"
    assert operator.ask("POST", f"{place}/deliveries/dlv_none/replay").status == 404


def test_deliveries_come_in_pages_the_newest_first(operator: Api, advertiser: str, world: World) -> None:
    place = f"/v1/advertisers/{advertiser}/webhooks/{made(operator, advertiser)['webhook']}/deliveries"
    sent = []
    for _ in range(3):
        world.clock.advance(MINUTE)
        sent.append(operator.ask("POST", place.replace("deliveries", "test")).json["delivery"])
    first = operator.ask("GET", f"{place}?limit=2").json
    second = operator.ask("GET", f"{place}?limit=2&after={first['next']}").json
    assert [one["delivery"] for one in first["deliveries"] + second["deliveries"]] == sent[::-1]
    assert second["next"] is None
    for query in ("limit=0", "limit=201", "limit=x", "after=nowhere"):
        assert operator.ask("GET", f"{place}?{query}").status == 422


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"url": "http://helpdesk.shop.example/"}, "url"),
        ({"url": "http://10.0.0.1/"}, "url"),
        ({"url": "https://camille:secret@shop.example/"}, "url"),
        ({"url": "https://169.254.169.254/latest/meta-data"}, "url"),
        ({"url": "https://metadata.internal/"}, "url"),
        ({"url": "https://shop.example/#there"}, "url"),
        ({"url": "ftp://shop.example/"}, "url"),
        ({"url": "https://r.example/hooks"}, "url"),
        ({"events": []}, "events"),
        ({"events": ["conversation.deleted"]}, "events.0"),
        ({"events": ["ping"]}, "events.0"),
        ({"format": "xml"}, "format"),
        ({"name": ""}, "name"),
        ({"secret": "whsec_mine"}, "secret"),
    ],
)
def test_a_wrong_webhook_names_the_field_and_not_the_value(
    operator: Api, advertiser: str, changes: dict[str, Any], field: str
) -> None:
    answer = operator.ask("POST", f"/v1/advertisers/{advertiser}/webhooks", NEW | changes)
    assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, [field])
    assert "secret@" not in answer.text and "169.254" not in answer.text


def test_where_slack_listens_is_not_shown_again(operator: Api, advertiser: str) -> None:
    webhook = made(operator, advertiser, url="https://hooks.slack.com/services/T0/B0/XXXX", format="slack")
    assert webhook["url"] == "https://hooks.slack.com/…"
    listed = operator.ask("GET", f"/v1/advertisers/{advertiser}/webhooks").text
    assert "XXXX" not in listed and "hooks.slack.com" in listed
    settings = {"name": "Slack", "events": ["stop.received"]}
    address = f"/v1/advertisers/{advertiser}/webhooks/{webhook['webhook']}"
    shown = operator.ask("PUT", address, settings | {"format": "json"})
    assert (shown.status, shown.json["errors"][0]["field"], "XXXX" in shown.text) == (422, "url", False)
    assert operator.ask("PUT", address, settings | {"format": "slack"}).status == 200


def test_one_that_is_paused_by_hand_stays_where_it_is_and_one_that_is_removed_is_gone(
    operator: Api, advertiser: str
) -> None:
    webhook = made(operator, advertiser)
    place = f"/v1/advertisers/{advertiser}/webhooks/{webhook['webhook']}"
    changed = operator.ask("PUT", place, {"name": "Other", "events": ["stop.received"], "state": "paused"}).json
    assert (changed["name"], changed["url"], changed["paused"]) == ("Other", URL, "by_hand")
    assert operator.ask("DELETE", place).json == {"webhook": webhook["webhook"], "removed": True}
    assert operator.ask("GET", place).status == 404
    assert operator.ask("DELETE", place).status == 404


def test_there_are_twenty_at_most(operator: Api, advertiser: str) -> None:
    for _ in range(20):
        made(operator, advertiser)
    assert operator.ask("POST", f"/v1/advertisers/{advertiser}/webhooks", NEW).status == 409


def test_no_advertiser_reaches_anothers(operator: Api, advertiser: str, api: Api, world: World) -> None:
    webhook = made(operator, advertiser)["webhook"]
    world.services.admin_keys.grant("stranger-key", "adv_stranger")
    stranger = api.with_key("stranger-key")
    for owner, status in [(advertiser, 403), ("adv_stranger", 404)]:
        place = f"/v1/advertisers/{owner}/webhooks/{webhook}"
        settings = {"name": "Mine", "events": ["stop.received"]}
        for method, path, body in [
            ("GET", place, None),
            ("PUT", place, settings),
            ("DELETE", place, None),
            ("POST", f"{place}/rotate", {}),
            ("POST", f"{place}/test", None),
            ("GET", f"{place}/deliveries", None),
            ("POST", f"{place}/deliveries/dlv_1/replay", None),
        ]:
            assert stranger.ask(method, path, body).status == status, (method, path)
    assert stranger.ask("GET", f"/v1/advertisers/{advertiser}/notices").status == 403
    assert api.ask("GET", f"/v1/advertisers/{advertiser}/webhooks").status == 401


def test_who_is_told_by_e_mail_is_set_and_whether_the_stage_sends_any_is_said(operator: Api, advertiser: str) -> None:
    place = f"/v1/advertisers/{advertiser}/notices"
    assert operator.ask("GET", place).json["emails"] == []
    asked = {"emails": ["service@shop.example"], "after_minutes": 5, "every_minutes": 30, "language": "en"}
    told = operator.ask("PUT", place, asked)
    assert told.json == asked | {"advertiser": advertiser, "mail": "off"}
    assert operator.ask("GET", place).json == told.json
    for wrong in ("service", "a@b", "a b@shop.example", "a@shop.example, b@shop.example"):
        answer = operator.ask("PUT", place, {"emails": [wrong]})
        assert (answer.status, answer.json["errors"][0]["field"]) == (422, "emails.0")
        assert wrong not in answer.text


def test_the_description_says_what_each_delivery_holds(api: Api) -> None:
    described = api.ask("GET", "/v1/openapi.json").json["webhooks"]
    assert set(described) == {
        "conversation.waiting",
        "conversation.answered",
        "stop.received",
        "survey.answered",
        "ping",
    }
    body = described["conversation.waiting"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["properties"]["data"]["required"] == ["conversation", "waiting_since"]
