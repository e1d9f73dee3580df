"""Coming into the base and leaving it, through the deployed functions, each held to its policy."""

from __future__ import annotations

import json
import re
from typing import Any

import requests

from chalicelib.vault import identifier_digest
from tests.e2e.deployed import ORIGIN, Answer, Deployed, Shop, eventually

BEACON = {"Content-Type": "text/plain;charset=UTF-8", "Origin": ORIGIN}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def _optin(deployed: Deployed, body: dict[str, Any]) -> Answer:
    return deployed.request("POST", "/optin", json.dumps(body), BEACON)


def _ask(shop: Shop, phone: str, visitor: str | None = None) -> str:
    national = "0" + phone.removeprefix("+33")
    body = {"site": shop.site, "phone": national, "country": "FR", "language": "fr", "page": f"{ORIGIN}/"}
    asked = _optin(
        shop.deployed, body | {"sms_marketing": True, "matching": True} | ({"visitor": visitor} if visitor else {})
    )
    assert asked.status == 202, asked.body
    return str(asked.json["request"])


def test_a_form_is_nothing_until_its_code_is_given_and_then_a_person_who_is_matched(
    deployed: Deployed, phone: str
) -> None:
    shop = deployed.open_shop()
    visitor = shop.visitor()
    person = deployed.services.vault.person(phone)
    request = _ask(shop, phone, visitor.id)
    assert deployed.services.contacts.get(shop.advertiser, person) is None
    found = re.search(r"\b\d{6}\b", deployed.sms_to(phone))
    assert found
    wrong = "000000" if found[0] != "000000" else "111111"
    assert _optin(deployed, {"site": shop.site, "request": request, "code": wrong}).status == 422
    for _ in range(2):
        done = _optin(deployed, {"site": shop.site, "request": request, "code": found[0]})
        assert (done.status, done.json["status"]) == (200, "confirmed")
    contact = deployed.services.contacts.get(shop.advertiser, person)
    assert contact is not None
    assert (contact.length, contact.consents["matching"].source) == (1, "widget")
    visitor.fill_cart()
    assert visitor.seen()["match"]["strength"] == "strong"
    assert deployed.services.consent_verifier.verify_contact(contact) == []


def test_a_back_end_records_a_consent_and_a_person_is_exported_and_erased(deployed: Deployed, phone: str) -> None:
    shop = deployed.open_shop()
    people = f"/v1/advertisers/{shop.advertiser}/people"
    consent = {
        "phone": phone,
        "given": {"sms_marketing": True, "matching": True},
        "at": "2026-01-05",
        "source": "checkout",
    }
    recorded = deployed.admin("POST", f"/v1/advertisers/{shop.advertiser}/consents", consent)
    assert recorded.status in (200, 201), recorded.body
    visitor = shop.visitor()
    visitor.fill_cart(phone)
    visitor.journey("active")
    person = deployed.admin("POST", f"{people}/find", {"phone": phone, "reason": "access"}).json["person"]
    told = deployed.admin("POST", f"{people}/{person}/export", {"reason": "access"})
    assert told.status == 200 and phone in told.body.decode()
    assert deployed.admin("POST", f"{people}/{person}/erase", {"reason": "erasure"}).status == 200
    assert deployed.services.contacts.get(shop.advertiser, person) is None
    assert visitor.seen()["events"] == []
    hmac = deployed.services.vault.identifier(identifier_digest(phone))
    assert not deployed.services.contacts.identified([shop.advertiser], [hmac])
    assert not [f for f in deployed.services.consent_verifier.verify().findings if f.rule != "root_missing"]


def test_the_hosted_page_works_without_scripts(deployed: Deployed, phone: str) -> None:
    shop = deployed.open_shop()
    page = deployed.request("GET", f"/optin/{shop.site}", headers={"Accept-Language": "fr"})
    assert page.status == 200 and b"<form" in page.body
    code = deployed.request("GET", f"/optin/{shop.site}/qr.svg")
    assert code.status == 200 and b"<svg" in code.body
    assert deployed.request("GET", "/w.js").headers["cache-control"] == "public, max-age=3600"


def test_a_file_is_uploaded_and_imported_behind(deployed: Deployed) -> None:
    shop = deployed.open_shop()
    row = "06 39 98 00 {:02d};oui;2026-01-10;caisse\n"
    content = "téléphone;opt-in sms;date consentement;source\n" + "".join(row.format(i % 100) for i in range(3_000))
    imports, size = f"/v1/advertisers/{shop.advertiser}/imports", len(content.encode())
    announced = deployed.admin("POST", f"{imports}/uploads", {"bytes": size, "wording": "v3"})
    assert announced.status == 201, announced.body
    made = announced.json["import"]
    assert deployed.admin("POST", f"{imports}/{made}/start").status == 422
    put = requests.put(announced.json["upload"]["url"], data=content.encode(), timeout=60)
    assert put.status_code == 200, put.text
    assert deployed.admin("POST", f"{imports}/{made}/start").status == 200

    def ended() -> Any:
        seen = deployed.admin("GET", f"{imports}/{made}").json
        return seen if seen["state"] in ("done", "failed") else None

    told = eventually(ended, within_s=120)
    assert told["state"] == "done", told
    assert (told["report"]["accepted"], told["report"]["merged"], told["report"]["refused"]) == (100, 2_900, 0)


def test_days_are_closed_by_the_function(deployed: Deployed, phone: str) -> None:
    shop = deployed.open_shop()
    shop.opt_in(phone)
    name = next(
        function["FunctionName"]
        for page in deployed.stage.client("lambda").get_paginator("list_functions").paginate()
        for function in page["Functions"]
        if "closedays" in function["FunctionName"].lower().replace("_", "")
    )
    answer = deployed.stage.client("lambda").invoke(FunctionName=name)
    assert "FunctionError" not in answer
    assert deployed.services.consent_ledgers.latest_root()
