"""The audit log: who changed what, and who looked whom up."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.clock import MINUTE
from chalicelib.errors import StorageUnavailable
from chalicelib.storage.advertisers import OPERATOR
from tests.support.shop import CAMILLE, Shop
from tests.support.talk import write
from tests.web.conftest import Api
from tests.web.test_admin_keys import made, path
from tests.web.test_api_edge import create_site


@pytest.fixture
def operator(api: Api, shop: Shop) -> Api:
    shop.world.services.admin_keys.grant("rk_operator", OPERATOR)
    return api.with_key("rk_operator")


def audited(api: Api, shop: Shop, rest: str = "") -> list[dict[str, Any]]:
    return list(api.ask("GET", path(shop, f"/audit{rest}")).json["entries"])


def test_every_change_is_on_record_with_who_when_before_and_after(operator: Api, api: Api, shop: Shop) -> None:
    address = path(shop, "/templates/t-1")
    for text in ("Bonjour {{ link }}", "Salut {{ link }}"):
        shop.world.clock.advance(1)
        operator.ask("PUT", address, {"text": text})
    newest, first = audited(operator, shop)
    assert newest["key"] == operator.ask("GET", "/v1/keys/self").json["id"]
    assert (newest["at"], newest["status"], newest["method"]) == (shop.world.clock.now(), 200, "PUT")
    assert (newest["before"]["text"], newest["after"]["text"]) == ("Bonjour {{ link }}", "Salut {{ link }}")
    assert first["before"] is None
    assert "Salut" not in str([item for item in shop.world.items() if item["type"] == "audit"])


def test_a_verb_is_on_record_with_what_it_was_done_to(operator: Api, shop: Shop) -> None:
    operator.ask("POST", path(shop, "/playbooks/win_back"), {"language": "fr"})
    shop.world.clock.advance(1)
    operator.ask("POST", path(shop, "/journeys/win_back/stop"))
    (stopped, _) = audited(operator, shop)
    assert (stopped["before"]["state"], stopped["after"]["state"]) == ("draft", "stopped")


def test_what_was_refused_is_on_record_and_what_was_only_asked_is_not(operator: Api, shop: Shop) -> None:
    operator.ask("PUT", path(shop, "/templates/t-1"), {"text": "{{ nonsense"})
    operator.ask("POST", path(shop, "/templates/check"), {"text": "{{ link }}"})
    operator.ask("GET", path(shop))
    (refused,) = audited(operator, shop)
    assert (refused["status"], "after" in refused) == (422, False)


def test_who_looked_a_person_up_is_on_record_with_the_reason_and_no_phone(operator: Api, shop: Shop) -> None:
    shop.contact(CAMILLE)
    operator.ask("POST", path(shop, "/people/find"), {"reason": "asked for access", "phone": CAMILLE})
    (entry,) = audited(operator, shop)
    assert entry["asked"] == {"reason": "asked for access", "phone": "…"}


def test_secrets_are_not_on_record(operator: Api, shop: Shop) -> None:
    secret = create_site(operator, shop, "Lumen", key="s").json["secret"]
    assert secret not in operator.ask("GET", path(shop, "/audit")).text


def test_the_log_tells_what_was_done_and_not_of_whom(operator: Api, shop: Shop) -> None:
    """Who is erased must not stay in it for a year."""
    shop.contact(CAMILLE)
    thread = write(shop, "Bonjour, la lampe Zephyr existe-t-elle ?").id
    told: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("POST", "/consents", {"phone": CAMILLE, "first_name": "Zephyrine", "given": {"sms_marketing": True}}),
        ("POST", "/imports", {"telephone": CAMILLE, "prenom": "Zephyrine", "ville": "Zephyrville"}),
        ("POST", f"/conversations/{thread}/messages", {"text": "Bonjour Zephyrine", "id": "zephyr-0001"}),
        ("PUT", f"/conversations/{thread}/state", {"state": "closed"}),
        ("POST", "/people/find", {"reason": "asked for access", "customer_id": "Zephyr-7"}),
        ("POST", "/segments/none/members", {"add": [{"customer_id": "Zephyr-7"}]}),
        ("POST", "/templates/none/test", {"row": {"first_name": "Zephyrine"}}),
        ("PUT", "/notices", {"emails": ["zephyr@shop.example"]}),
        ("POST", "/lead-sources", {"name": "Ads", "kind": "facebook", "app_secret": "zephyr-secret"}),
        ("POST", "/webhooks", {"name": "Slack", "url": "https://hooks.slack.example/zephyr", "events": []}),
    )
    for method, rest, body in told:
        operator.ask(method, path(shop, rest), body)
    entries = audited(operator, shop)
    assert len(entries) == len(told) and "zephyr" not in str(entries).casefold()
    by_route = {entry["route"].removeprefix("/v1/advertisers/{advertiser}"): entry["asked"] for entry in entries}
    assert by_route["/consents"] == {"phone": "…", "first_name": "…", "given": {"sms_marketing": True}}
    assert by_route["/conversations/{conversation}/state"] == {"state": "closed"}
    assert by_route["/people/find"]["reason"] == "asked for access"
    assert by_route["/webhooks"]["url"] == "https://hooks.slack.example/…"


def test_a_change_that_was_made_is_told_as_made_though_its_end_is_not_on_record(
    operator: Api, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise StorageUnavailable("down")

    with monkeypatch.context() as broken:
        broken.setattr("chalicelib.storage.audit_log.AuditLog.settle", fails)
        assert operator.ask("PUT", path(shop, "/templates/t-1"), {"text": "{{ link }}"}).status == 201
    assert audited(operator, shop)[0]["status"] is None


def test_nothing_is_changed_that_cannot_be_put_on_record(
    operator: Api, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise StorageUnavailable("down")

    monkeypatch.setattr("chalicelib.storage.audit_log.AuditLog.begin", fails)
    assert operator.ask("PUT", path(shop, "/templates/t-1"), {"text": "{{ link }}"}).status == 503
    assert operator.ask("GET", path(shop, "/templates/t-1")).status == 404


def test_the_log_is_read_by_pages(operator: Api, shop: Shop) -> None:
    for position in range(3):
        shop.world.clock.advance(MINUTE)
        operator.ask("PUT", path(shop, f"/templates/t-{position}"), {"text": "{{ link }}"})
    page = operator.ask("GET", path(shop, "/audit?limit=2")).json
    rest = operator.ask("GET", path(shop, f"/audit?limit=2&after={page['next']}")).json
    assert [entry["target"]["template"] for entry in (*page["entries"], *rest["entries"])] == ["t-2", "t-1", "t-0"]
    assert rest["next"] is None


def test_the_operators_changes_of_an_advertiser_are_seen_by_it(operator: Api, api: Api, shop: Shop) -> None:
    mine = api.with_key(made(operator, shop)["key"])
    (entry,) = audited(mine, shop)
    assert (entry["role"], entry["route"]) == ("operator", "/v1/advertisers/{advertiser}/keys")
