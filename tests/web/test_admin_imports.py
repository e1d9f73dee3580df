"""The import that the admin API makes while its caller waits."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from chalicelib.storage.advertisers import OPERATOR
from chalicelib.storage.counters import count
from chalicelib.storage.ledger import Opposition
from chalicelib.workers import imports
from tests.support.shop import CAMILLE, Shop
from tests.support.world import NOON, create_import_bucket
from tests.web.conftest import Answer, Api

CSV = "téléphone;opt-in sms;date consentement;source\n06 39 98 00 01;oui;2026-01-10;caisse\nnobody;oui;;caisse\n"


def post(api: Api, shop: Shop, body: str, query: str = "", kind: str = "text/csv", scope: str = "") -> Answer:
    secret = f"rk_import{scope and '_of_'}{scope}"
    shop.world.services.admin_keys.grant(secret, scope or shop.advertiser.id)
    path = f"/v1/advertisers/{shop.advertiser.id}/imports{query}"
    headers = {"Content-Type": kind, "Accept": "*/*", "Host": "r.example", "Authorization": f"Bearer {secret}"}
    answer = api._client.http.request("POST", path, headers=headers, body=body.encode())
    return Answer(answer.status_code, answer.headers, answer.body.decode())


def test_a_posted_table_is_imported_and_reported(api: Api, shop: Shop) -> None:
    report = post(api, shop, CSV, "?wording=v3").json
    assert (report["rows"], report["accepted"], report["merged"], report["refused"]) == (2, 1, 0, 1)
    assert [(error["line"], error["field"]) for error in report["errors"]] == [(3, "phone"), (3, "consent_at")]
    person = shop.world.services.vault.person(CAMILLE)
    contact = shop.world.services.contacts.get(shop.advertiser.id, person)
    assert contact is not None
    assert contact.consents["sms_marketing"].wording == "v3"


def test_a_rehearsal_writes_nothing(api: Api, shop: Shop) -> None:
    assert post(api, shop, CSV, "?dry_run=1").json["accepted"] == 1
    assert shop.world.of_type("contact") == []


def test_json_lines_and_a_mapping_are_taken(api: Api, shop: Shop) -> None:
    row = '{"tel": "0639980001", "consent": {"matching": true}, "when": "2026-01-10", "source": "crm"}\n'
    assert post(api, shop, row, "?map.consent_at=when", "application/x-ndjson").json["accepted"] == 1


@pytest.mark.parametrize(("body", "status"), [("", 422), ("phone\n06", 422), (CSV + "\n" * 2_100, 413)])
def test_what_cannot_be_imported_is_a_problem(api: Api, shop: Shop, body: str, status: int) -> None:
    assert post(api, shop, body).status == status


def test_only_the_operator_is_told_how_many_had_objected(api: Api, shop: Shop) -> None:
    services = shop.world.services
    person, stop = services.vault.person(CAMILLE), Opposition(NOON, "stop")
    services.ledgers.oppose(person, shop.advertiser.id, stop, count("any", "r1", NOON, "opposed"))
    told: Any = post(api, shop, CSV).json
    assert (told["accepted"], "opposed" in told) == (1, False)
    assert post(api, shop, CSV, scope=OPERATOR).json["opposed"] == 1


def test_a_file_too_large_for_a_request_is_announced_and_imported_behind(api: Api, shop: Shop) -> None:
    create_import_bucket()
    world, imports_path = shop.world, f"/v1/advertisers/{shop.advertiser.id}/imports"
    assert f"{imports_path}/uploads" in post(api, shop, CSV + "\n" * 2_100).text
    own, body = api.with_key("rk_import"), CSV.encode()
    made = own.ask("POST", f"{imports_path}/uploads", {"bytes": len(body), "wording": "v3"}).json
    status = f"{imports_path}/{made['import']}"
    assert own.ask("POST", f"{status}/start").status == 422
    assert requests.put(made["upload"]["url"], data=body, timeout=5).ok
    assert own.ask("POST", f"{status}/start").json["state"] == "running"
    person, stop = world.services.vault.person(CAMILLE), Opposition(NOON, "stop")
    world.services.ledgers.oppose(person, shop.advertiser.id, stop, count("any", "r1", NOON, "opposed"))
    imports.on_uploads(world.import_queue.drain(), lambda: 900_000, world.services)
    told = own.ask("GET", status).json
    assert (told["state"], told["report"]["rows"], "opposed" in told["report"]) == ("done", 2, False)
    world.services.admin_keys.grant("rk_operator", OPERATOR)
    assert api.with_key("rk_operator").ask("GET", status).json["report"]["opposed"] == 1


@pytest.mark.parametrize(
    "wrong", [{}, {"bytes": 0}, {"bytes": 1_000_000_001}, {"zone": "Mars"}, {"columns": {"phone": ""}}, {"other": 1}]
)
def test_options_of_an_upload_are_checked_at_once(api: Api, shop: Shop, wrong: dict[str, Any]) -> None:
    post(api, shop, CSV)
    body = wrong if not wrong or "bytes" in wrong else {"bytes": 5} | wrong
    answer = api.with_key("rk_import").ask("POST", f"/v1/advertisers/{shop.advertiser.id}/imports/uploads", body)
    assert answer.status == 422 and answer.json["errors"]
    assert shop.world.of_type("upload") == []


def test_what_holds_for_every_row_may_be_said_once(api: Api, shop: Shop) -> None:
    said = "?all.consent.sms_marketing=oui&all.consent_at=2026-01-10&all.source=caisse"
    report = post(api, shop, "mobile;prénom\n06 39 98 00 01;Camille\n", said).json
    assert (report["accepted"], report["errors"]) == (1, [])
    contact = shop.world.services.contacts.get(shop.advertiser.id, shop.world.services.vault.person(CAMILLE))
    assert contact and contact.consents["sms_marketing"].given and contact.consents["sms_marketing"].source == "caisse"
    report = post(api, shop, CSV, "?all.source=salon&dry_run=1").json
    assert report["columns"]["source"] == "source", "what the file says goes before"
    assert post(api, shop, CSV, "?all.phone=0639980001").json["errors"][0]["field"] == "all.phone"
