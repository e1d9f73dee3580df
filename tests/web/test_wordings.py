"""An advertiser's own wordings: what a statement names is what was shown, word for word."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest

from chalicelib.storage.advertisers import OPERATOR
from chalicelib.storage.contacts import Contact
from tests.support.shop import CAMILLE, ORIGIN, Shop, open_shop
from tests.web.conftest import Answer, Api

TEXTS = {"sms_marketing": "J’accepte les SMS de {brand} & Cie.", "matching": "J’accepte d’être reconnu <ici>."}
HASH = hashlib.sha256("\n".join(TEXTS.values()).encode()).hexdigest()
CSV = "téléphone;opt-in sms;date consentement;source\n06 39 98 00 01;oui;2026-01-10;caisse\n"
CONSENT = {"phone": CAMILLE, "given": {"sms_marketing": True}, "source": "checkout"}


@pytest.fixture
def own(api: Api, shop: Shop) -> Api:
    shop.world.services.admin_keys.grant("rk_own", shop.advertiser.id)
    return api.with_key("rk_own")


def at(shop: Shop, path: str) -> str:
    return f"/v1/advertisers/{shop.advertiser.id}/{path}"


def register(own: Api, shop: Shop, wording: str = "till-1", **changes: Any) -> Answer:
    return own.ask("PUT", at(shop, f"wordings/{wording}"), {"language": "fr", "texts": TEXTS} | changes)


def known(shop: Shop) -> Contact:
    services = shop.world.services
    found = services.contacts.get(shop.advertiser.id, services.vault.person(CAMILLE))
    assert found is not None
    return found


def proof(shop: Shop) -> dict[str, Any]:
    line: dict[str, Any] = shop.world.services.erasure.proof(known(shop))[-1]
    return line


def rules(answer: Answer) -> list[tuple[str, str]]:
    return [(error["field"], error["rule"]) for error in answer.json["errors"]]


def test_a_wording_is_never_changed(own: Api, shop: Shop) -> None:
    first = register(own, shop)
    assert (first.status, first.json["hash"]) == (201, HASH)
    backwards = dict(reversed(TEXTS.items()))
    again = register(own, shop, texts=backwards)
    assert (again.status, again.json["hash"]) == (200, HASH)
    for change in ({"language": "en"}, {"texts": TEXTS | {"matching": "Autre"}}, {"texts": {"sms_marketing": "A"}}):
        refused = register(own, shop, **change)
        assert refused.status == 409
        assert "new id" in refused.json["detail"]
    told = own.ask("GET", at(shop, "wordings/till-1")).json
    assert (told["texts"], told["hash"], told["language"]) == (TEXTS, HASH, "fr")
    assert own.ask("GET", at(shop, "wordings")).json["wordings"] == [told]


@pytest.mark.parametrize(
    ("wording", "changes", "field"),
    [
        ("optin-1-fr", {}, "id"),
        ("preferences-1-en", {}, "id"),
        ("-x", {}, "id"),
        ("x" * 81, {}, "id"),
        ("till-1", {"language": "French"}, "language"),
        ("till-1", {"texts": {}}, "texts.sms_marketing"),
        ("till-1", {"texts": {"matching": "A"}}, "texts.sms_marketing"),
        ("till-1", {"texts": {"sms_marketing": "  "}}, "texts.sms_marketing"),
        ("till-1", {"texts": {"sms_marketing": "A" * 5_001}}, "texts.sms_marketing"),
    ],
)
def test_what_is_no_wording_is_refused(own: Api, shop: Shop, wording: str, changes: Any, field: str) -> None:
    answer = register(own, shop, wording, **changes)
    assert answer.status == 422
    assert field in dict(rules(answer))
    assert shop.world.of_type("wording") == []


def test_the_same_id_of_another_advertiser_is_another_wording(api: Api, own: Api, shop: Shop) -> None:
    register(own, shop)
    other = open_shop(shop.world)
    shop.world.services.admin_keys.grant("rk_other", other.advertiser.id)
    theirs = api.with_key("rk_other")
    assert theirs.ask("GET", at(other, "wordings/till-1")).status == 404
    assert theirs.ask("GET", at(other, "wordings")).json == {"wordings": [], "next": None}
    assert register(theirs, other, texts={"sms_marketing": "Autre"}).status == 201


def test_the_partner_bases_wordings_are_the_operators(api: Api, own: Api, shop: Shop) -> None:
    path, body = "/v1/advertisers/partner/wordings/p-1", {"language": "fr", "texts": TEXTS}
    assert own.ask("PUT", path, body).status == 403
    shop.world.services.admin_keys.grant("rk_all", OPERATOR)
    assert api.with_key("rk_all").ask("PUT", path, body).status == 201
    assert shop.world.services.wordings.hash_of("partner", "p-1") == HASH
    assert shop.world.services.wordings.hash_of(shop.advertiser.id, "p-1") is None


def test_a_consent_carries_the_hash_of_its_wording(own: Api, shop: Shop) -> None:
    register(own, shop)
    contradicts = own.ask("POST", at(shop, "consents"), CONSENT | {"wording": "till-1", "wording_hash": "a" * 64})
    assert rules(contradicts) == [("wording_hash", "registered_text")]
    assert shop.world.of_type("contact") == []
    for told in ({}, {"wording_hash": HASH}):
        assert own.ask("POST", at(shop, "consents"), CONSENT | {"wording": "till-1"} | told).status == 201
    assert known(shop).consents["sms_marketing"].wording_hash == HASH
    assert (proof(shop)["wording_hash"], proof(shop)["wording_texts"]) == (HASH, TEXTS)


@pytest.mark.parametrize("told", [None, "b" * 64])
def test_a_wording_that_is_not_registered_is_taken_as_it_is_told(own: Api, shop: Shop, told: str | None) -> None:
    named = {"wording": "paper-7", "wording_hash": told}
    assert own.ask("POST", at(shop, "consents"), CONSENT | named).status == 201
    assert (proof(shop)["wording"], proof(shop)["wording_hash"]) == ("paper-7", told)
    register(own, shop, "paper-7")
    assert proof(shop)["wording_texts"] == {}  # A text that came later proves nothing of what was shown before.


def test_the_ledger_as_a_page_shows_the_text(own: Api, shop: Shop) -> None:
    register(own, shop)
    own.ask("POST", at(shop, "consents"), CONSENT | {"wording": "till-1"})
    person = shop.world.services.vault.person(CAMILLE)
    page = own.ask("GET", at(shop, f"people/{person}/consents"), told={"Accept": "text/html"})
    assert "J’accepte les SMS de {brand} &amp; Cie." in page.text
    assert "&lt;ici&gt;" in page.text


@pytest.mark.parametrize(("wording", "hashed"), [("till-1", HASH), ("v1", None)])
def test_an_import_says_whether_it_knows_the_wording(own: Api, shop: Shop, wording: str, hashed: str | None) -> None:
    register(own, shop)
    headers = {"Content-Type": "text/csv", "Host": "r.example", "Authorization": "Bearer rk_own"}
    path = at(shop, f"imports?wording={wording}&brokers=First%20Ltd,%20Second")
    answer = own._client.http.request("POST", path, headers=headers, body=CSV.encode())
    report = Answer(answer.status_code, answer.headers, answer.body.decode()).json
    assert (report["accepted"], report["wording_known"]) == (1, hashed is not None)
    line = proof(shop)
    assert (line["wording"], line["wording_hash"], line["brokers"]) == (wording, hashed, ("First Ltd", "Second"))


def test_a_number_and_a_tool_may_name_a_registered_wording_alone(api: Api, own: Api, shop: Shop) -> None:
    shop.world.services.admin_keys.grant("rk_all", OPERATOR)
    operator = api.with_key("rk_all")
    register(own, shop, texts={"sms_marketing": "OUI au 36124"})
    hashed = hashlib.sha256(b"OUI au 36124").hexdigest()
    number: dict[str, Any] = {"number": "36124", "wording": "till-1"}
    told = operator.ask("PUT", at(shop, "keyword"), number)
    assert told.json["wording_hash"] == hashed
    assert operator.ask("PUT", at(shop, "keyword"), number | {"text": "OUI au 36124"}).status == 200
    assert operator.ask("GET", at(shop, "keyword")).json["number"] == "36124"
    wrong = operator.ask("PUT", at(shop, "keyword"), number | {"text": "Autre"})
    assert rules(wrong) == [("text", "registered_text")]
    nameless = operator.ask("PUT", at(shop, "keyword"), {"number": "36124", "wording": "poster"})
    assert rules(nameless) == [("wording", "registered")]
    mapping = {"phone": "tel", "consent.sms_marketing": "sms", "consent_at": "at"}
    tool = {"name": "Form", "kind": "webhook", "mapping": mapping, "wording": "till-1"}
    assert own.ask("POST", at(shop, "lead-sources"), tool).status == 201
    assert shop.world.of_type("lead_source")[0]["wording_hash"] == hashed
    assert own.ask("POST", at(shop, "lead-sources"), tool | {"wording": "v"}).status == 422


def optin(shop: Shop) -> str:
    return f"/v1/sites/{shop.site.id}/optin"


@pytest.mark.parametrize(
    ("wording", "rule"),
    [({"fr": "nothing"}, "registered"), ({"en": "till-1"}, "form_wording"), ({"fr": "one"}, "form_wording")],
)
def test_a_form_takes_a_wording_of_its_language_with_both_boxes(
    own: Api, shop: Shop, wording: dict[str, str], rule: str
) -> None:
    register(own, shop)
    register(own, shop, "one", texts={"sms_marketing": "A"})
    ((language, _),) = wording.items()
    assert rules(own.ask("PUT", optin(shop), {"wording": wording})) == [(f"wording.{language}", rule)]


@pytest.mark.parametrize("seen", [{"wording": "till-1"}, {"wording": "optin-1"}, {}])
def test_the_form_shows_the_advertisers_own_texts_and_proves_them(
    api: Api, own: Api, shop: Shop, seen: dict[str, str]
) -> None:
    register(own, shop)
    assert own.ask("PUT", optin(shop), {"wording": {"fr": "till-1"}}).status == 200
    config = api.ask("GET", f"/optin/{shop.site.id}/config").json["languages"]
    assert {purpose: config["fr"][purpose] for purpose in TEXTS} == TEXTS
    assert (config["fr"]["wording"], config["en"]["wording"]) == ("till-1", "optin-1-en")
    page = api.ask("GET", f"/optin/{shop.site.id}", told={"Accept-Language": "fr"}).text
    assert "J’accepte les SMS de {brand} &amp; Cie." in page
    assert len(re.findall(r'type="checkbox"', page)) == 2 and "checked" not in page

    form = {"site": shop.site.id, "phone": CAMILLE, "language": "fr", "sms_marketing": True, "matching": True}
    asked = api.ask("POST", "/optin", form | seen, told={"Origin": ORIGIN})
    # What was shown counts, though the site has another wording by the time that the code comes back.
    register(own, shop, "till-2", texts=TEXTS | {"matching": "Autre"})
    assert own.ask("PUT", optin(shop), {"wording": {"fr": "till-2"}}).status == 200
    code = re.search(r"\b\d{6}\b", shop.world.provider.sent[-1].text)
    assert code
    done = {"site": shop.site.id, "request": asked.json["request"], "code": code[0]}
    assert api.ask("POST", "/optin", done, told={"Origin": ORIGIN}).status == 200
    assert (proof(shop)["wording"], proof(shop)["wording_texts"]) == ("till-1", TEXTS)
