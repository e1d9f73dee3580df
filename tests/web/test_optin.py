"""The widget's form, its page without scripts, and consents that a back end records."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chalicelib.clock import HOUR
from chalicelib.storage.contacts import Contact
from chalicelib.vault import identifier_digest
from tests.support.shop import CAMILLE, ORIGIN, Shop, open_shop, visitor_id
from tests.web.conftest import Answer, Api

NATIONAL = "06 39 98 00 01"


def form(shop: Shop, **changes: Any) -> dict[str, Any]:
    body = {"site": shop.site.id, "phone": NATIONAL, "country": "FR", "language": "fr", "page": f"{ORIGIN}/p?email=x"}
    return body | {"sms_marketing": True, "matching": True} | changes


def post(api: Api, body: Any, **told: str) -> Answer:
    return api.ask("POST", "/optin", body, told={"Origin": ORIGIN} | told)


def code_of(shop: Shop) -> str:
    found = re.search(r"\b\d{6}\b", shop.world.provider.sent[-1].text)
    assert found
    return found[0]


def contact(shop: Shop, phone: str = CAMILLE) -> Contact | None:
    return shop.world.services.contacts.get(shop.advertiser.id, shop.world.services.vault.person(phone))


def rules(answer: Answer) -> dict[str, str]:
    return {error["field"]: error["rule"] for error in answer.json["errors"]}


def test_a_mistyped_page_says_so_to_a_person(api: Api) -> None:
    shown = api.ask("GET", "/optin/site_unknown")
    assert (shown.status, shown.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "nulle part" in shown.text


def test_a_form_is_nothing_until_its_code_is_given(api: Api, shop: Shop) -> None:
    asked = post(api, form(shop, email="Camille@Example.com ", fields={"size": "M"}))
    assert (asked.status, asked.json["expires_s"]) == (202, 600)
    assert contact(shop) is None
    told = {"site": shop.site.id, "request": asked.json["request"], "code": code_of(shop)}
    for _ in range(2):
        done = post(api, told)
        assert (done.status, done.json["status"]) == (200, "confirmed")
    known = contact(shop)
    assert known is not None
    assert (known.length, known.fields) == (1, {"size": "M"})
    assert known.consents["sms_marketing"].wording == "optin-1-fr"
    assert known.consents["sms_marketing"].wording_hash
    hmac = shop.world.services.vault.identifier(identifier_digest("camille@example.com"))
    assert shop.world.services.contacts.identified([shop.advertiser.id], [hmac])


def test_the_proof_says_what_was_shown_and_where(api: Api, shop: Shop) -> None:
    asked = post(api, form(shop), **{"User-Agent": "Phone"})
    post(api, {"site": shop.site.id, "request": asked.json["request"], "code": code_of(shop)})
    known = contact(shop)
    assert known is not None
    (proof,) = shop.world.services.erasure.proof(known)
    assert proof["evidence"]["page"] == f"{ORIGIN}/p"
    assert proof["evidence"]["agent"] == "Phone"
    assert proof["proof"] and proof["source"] == "widget"


def test_the_browser_that_opted_in_is_the_persons(api: Api, shop: Shop) -> None:
    visitor = visitor_id()
    asked = post(api, form(shop, visitor=visitor))
    assert shop.world.services.visitors.get(shop.site.id, visitor).tie is None
    post(api, {"site": shop.site.id, "request": asked.json["request"], "code": code_of(shop)})
    tie = shop.world.services.visitors.get(shop.site.id, visitor).tie
    assert tie is not None
    assert (tie.strength, tie.person) == ("strong", shop.world.services.vault.person(CAMILLE))


@pytest.mark.parametrize("changes", [{"matching": False}, {}])
def test_without_matching_nobody_is_tied(api: Api, shop: Shop, changes: dict[str, Any]) -> None:
    visitor = visitor_id()
    gpc = {} if changes else {"Sec-GPC": "1"}
    asked = post(api, form(shop, visitor=visitor, **changes), **gpc)
    post(api, {"site": shop.site.id, "request": asked.json["request"], "code": code_of(shop)})
    known = contact(shop)
    assert known is not None
    assert known.consents["sms_marketing"].given and not known.consents["matching"].given
    assert shop.world.services.visitors.get(shop.site.id, visitor).tie is None


def test_a_code_lifts_an_opposition_and_its_absence_does_not(api: Api, shop: Shop) -> None:
    post(api, form(shop))
    person = shop.contact()
    shop.world.services.erasure.erase(shop.advertiser.id, person)
    asked = post(api, form(shop))
    assert contact(shop) is None
    post(api, {"site": shop.site.id, "request": asked.json["request"], "code": code_of(shop)})
    assert contact(shop) is not None
    assert shop.world.services.ledgers.get(person).opposition(shop.advertiser.id) is None


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"phone": "01 99 00 00 01"}, "phone", "mobile"),
        ({"phone": "hello"}, "phone", "phone_number"),
        ({"sms_marketing": False}, "sms_marketing", "required"),
        ({"sms_marketing": None}, "sms_marketing", "bool_type"),
        ({"email": "nobody"}, "email", "email"),
        ({"colour": "red"}, "colour", "extra_forbidden"),
        ({"fields": {"=CMD": "x"}}, "fields.=CMD.[key]", "string_pattern_mismatch"),
    ],
)
def test_a_wrong_form_is_told_its_field_and_rule(
    api: Api, shop: Shop, changes: dict[str, Any], field: str, rule: str
) -> None:
    answer = post(api, form(shop, **changes))
    assert answer.status == 422
    assert rules(answer)[field] == rule
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert not shop.world.provider.sent


def test_a_wrong_code_and_an_old_one(api: Api, shop: Shop) -> None:
    request = post(api, form(shop)).json["request"]
    wrong = f"{(int(code_of(shop)) + 1) % 1_000_000:06d}"
    told = {"site": shop.site.id, "request": request}
    assert rules(post(api, told | {"code": wrong})) == {"code": "wrong"}
    shop.world.clock.advance(HOUR)
    assert rules(post(api, told | {"code": code_of(shop)})) == {"code": "expired"}
    assert post(api, told | {"resend": True}).status == 202
    assert post(api, told | {"code": code_of(shop)}).status == 200


def test_who_asks_too_often_waits(api: Api, shop: Shop) -> None:
    for _ in range(3):
        post(api, form(shop))
    refused = post(api, form(shop))
    assert (refused.status, refused.json["rule"]) == (429, "too_many")


def test_another_origin_and_another_site_get_nothing(api: Api, shop: Shop) -> None:
    request = post(api, form(shop)).json["request"]
    assert post(api, form(shop), Origin="https://evil.example").status == 403
    assert post(api, form(shop, site="site_unknown")).status == 404
    neighbour = open_shop(shop.world)
    told = {"site": neighbour.site.id, "request": request, "code": code_of(shop)}
    assert post(api, told).status == 404
    assert api.ask("POST", "/optin", [], told={"Origin": ORIGIN}).status == 422


def test_the_page_works_step_by_step_without_a_script(api: Api, shop: Shop) -> None:
    path = f"/optin/{shop.site.id}"
    asked = api.ask("GET", path, told={"Accept-Language": "fr"})
    assert asked.status == 200
    assert "checked" not in asked.text and "<script" not in asked.text
    empty = api.ask("POST", path, {"phone": NATIONAL, "country": "FR"}, form=True)
    assert empty.status == 422
    answer = api.ask("POST", path, {"phone": NATIONAL, "country": "FR", "sms_marketing": "on"}, form=True)
    request = re.search(r"oi_[\w-]+", answer.text)
    assert request
    wrong = api.ask("POST", path, {"request": request[0], "code": "nope"}, form=True)
    assert wrong.status == 422
    done = api.ask("POST", path, {"request": request[0], "code": code_of(shop)}, form=True)
    assert done.status == 200
    known = contact(shop)
    assert known is not None
    assert not known.consents["matching"].given


def test_the_widget_its_words_and_its_qr_code_are_served(api: Api, shop: Shop) -> None:
    assert api.ask("GET", "/w.js").headers["Content-Type"].startswith("application/javascript")
    config = api.ask("GET", f"/optin/{shop.site.id}/config").json
    assert "Lumen" in config["languages"]["fr"]["sms_marketing"]
    assert "<svg" in api.ask("GET", f"/optin/{shop.site.id}/qr.svg").text
    assert api.ask("GET", "/optin/site_unknown/config").status == 404


def test_a_back_end_records_what_was_said_with_its_proof(api: Api, shop: Shop) -> None:
    body = {
        "phone": NATIONAL,
        "given": {"sms_marketing": True, "matching": False},
        "at": "2026-02-01T10:00:00+01:00",
        "source": "tablet",
        "wording": "till-3",
        "evidence": {"ip": "203.0.113.77", "reference": "till 4"},
    }
    path = f"/v1/sites/{shop.site.id}/consents"
    assert api.with_key(shop.secret).ask("POST", path, body).status == 201
    known = contact(shop)
    assert known is not None
    (proof,) = shop.world.services.erasure.proof(known)
    assert proof["evidence"] == {"ip": "203.0.113.0/24", "reference": "till 4"}
    withdrawal = body | {"given": {"sms_marketing": False}, "at": "2026-02-02"}
    assert api.with_key(shop.secret).ask("POST", path, withdrawal).json == {"outcome": "recorded"}
    after = contact(shop)
    assert after is not None and not after.consents["sms_marketing"].given
    assert api.with_key(open_shop(shop.world).secret).ask("POST", path, body).status == 401


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"at": "2029-01-01"}, "at"),
        ({"at": "2019-01-01"}, "at"),
        ({"given": {}}, "given"),
        ({"given": {"spam": True}}, "given.spam.[key]"),
        ({"source": "guess"}, "source"),
        ({"phone": "01 99 00 00 01"}, "phone"),
        ({"wording_hash": "abc"}, "wording_hash"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_consent_that_proves_nothing_is_refused(api: Api, shop: Shop, changes: dict[str, Any], field: str) -> None:
    body = {"phone": NATIONAL, "given": {"sms_marketing": True}, "source": "checkout"} | changes
    answer = api.with_key(shop.secret).ask("POST", f"/v1/sites/{shop.site.id}/consents", body)
    assert answer.status == 422
    assert field in rules(answer)
    assert contact(shop) is None


def test_a_site_offers_a_code_for_opting_in_and_asks_what_it_likes(api: Api, shop: Shop) -> None:
    shop.world.services.admin_keys.grant("rk_own", shop.advertiser.id)
    path = f"/v1/sites/{shop.site.id}/optin"
    size = {"name": "size", "label": {"fr": "Taille", "en": "Size"}, "type": "select", "options": ["S", "M"]}
    offer = {"text": {"fr": "-10 % tout de suite", "en": "10% off at once"}, "code": "MERCI10"}
    own = api.with_key("rk_own")
    assert own.ask("PUT", path, {"fields": [size | {"options": []}]}).status == 422
    assert own.ask("PUT", path, {"incentive": offer, "fields": [size]}).status == 200
    config = api.ask("GET", f"/optin/{shop.site.id}/config")
    assert config.json["incentive"]["fr"] == "-10 % tout de suite"
    assert "MERCI10" not in config.text
    page = api.ask("GET", f"/optin/{shop.site.id}").text
    assert "-10 % tout de suite" in page and "Taille" in page
    asked = post(api, form(shop, fields={"size": "M"}))
    done = post(api, {"site": shop.site.id, "request": asked.json["request"], "code": code_of(shop)})
    assert done.json["incentive"] == "MERCI10"
    known = contact(shop)
    assert known is not None and known.fields == {"size": "M"}


def test_the_form_says_whose_it_is_and_links_to_the_whole_notice(api: Api, shop: Shop) -> None:
    shop.world.services.admin_keys.grant("rk_own", shop.advertiser.id)
    own, path = api.with_key("rk_own"), f"/v1/sites/{shop.site.id}/optin"
    page = api.ask("GET", f"/optin/{shop.site.id}").text
    assert "Lumen SAS utilise votre numéro pour cela seulement." in page and "Vos données" not in page
    for wrong in ("http://shop.example/donnees", "javascript:alert(1)", 'https://a"b', "shop.example"):
        assert own.ask("PUT", path, {"notice": {"fr": wrong}}).status == 422
    assert own.ask("PUT", path, {"notice": {"fr": "https://shop.example/donnees"}}).status == 200
    languages = api.ask("GET", f"/optin/{shop.site.id}/config").json["languages"]
    assert (languages["fr"]["notice"], languages["en"]["notice"]) == ("https://shop.example/donnees", None)
    page = api.ask("GET", f"/optin/{shop.site.id}").text
    assert '<a href="https://shop.example/donnees">Vos données et vos droits</a>' in page
