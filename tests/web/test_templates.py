"""Templates by the admin API: refused, saved, checked and priced."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.storage.advertisers import OPERATOR
from tests.support.shop import CAMILLE, Shop, open_shop
from tests.web.conftest import Answer, Api

TEXT = "{{ brand }}: bonjour {{ first_name }}, {{ product }} vous attend {{ link }}"


@pytest.fixture
def own(api: Api, shop: Shop) -> Api:
    shop.world.services.admin_keys.grant("rk_own", shop.advertiser.id)
    for sender in ("36124", "38123", "LUMEN"):
        shop.world.services.sender_book.register(shop.advertiser, "FR", sender, verified=sender != "36124")
    return api.with_key("rk_own")


def at(shop: Shop, path: str = "") -> str:
    return f"/v1/advertisers/{shop.advertiser.id}/templates{path}"


def put(own: Api, shop: Shop, text: str = TEXT, **changes: Any) -> Answer:
    return own.ask("PUT", at(shop, "/cart-1"), {"text": text, "journey": "cart"} | changes)


def rules(answer: Answer) -> list[str]:
    assert answer.status == 422, answer.json
    return [error["rule"] for error in answer.json["errors"]]


def test_a_template_is_made_read_replaced_listed_and_removed(own: Api, shop: Shop) -> None:
    made = put(own, shop)
    assert made.status == 201 and made.json["findings"] == []
    assert own.ask("GET", at(shop, "/cart-1")).json == made.json
    assert made.json | {"findings": None} == {
        "template": "cart-1",
        "text": TEXT,
        "message_class": "marketing",
        "survey": None,
        "journey": "cart",
        "language": "fr",
        "sender": None,
        "gsm_safe": False,
        "budget": 1,
        "max_parts": 3,
        "promo_pool": None,
        "changed_at": shop.world.clock.now(),
        "findings": None,
    }
    again = put(own, shop, gsm_safe=True, sender="36124")
    assert (again.status, again.json["gsm_safe"]) == (200, True)
    assert [finding["rule"] for finding in again.json["findings"]] == ["sender_unverified"]
    assert own.ask("GET", at(shop)).json["templates"] == [again.json], "with its findings"
    assert own.ask("DELETE", at(shop, "/cart-1")).status == 200
    assert own.ask("GET", at(shop, "/cart-1")).status == 404
    assert own.ask("DELETE", at(shop, "/cart-1")).status == 404, "again"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"text": "{{ nobody }} {{ link }}"}, "unknown_value"),
        ({"text": "Bonjour"}, "link"),
        ({"text": "Répondez OUI {{ link }}", "sender": "LUMEN"}, "one_way_sender"),
        ({"text": "-10 % {{ link }}", "message_class": "notification", "journey": "order_status"}, "offer"),
        ({"message_class": "notification"}, "marketing_journey"),
        ({"message_class": "notification", "journey": "unpaid_order", "text": "Votre commande attend"}, "order_number"),
        ({"text": "Bonjour, c'est {{ agent.name }} {{ link }}"}, "no_agent"),
        ({"sender": "38123"}, "sender_wrong_class"),
        ({"sender": "36999"}, "sender_unregistered"),
        ({"sender": "+33639980001"}, "unknown_number"),
        ({"sender": "Ma Boutique"}, "letters_and_digits"),
    ],
)
def test_what_is_wrong_keeps_a_template_from_being_saved(
    own: Api, shop: Shop, changes: dict[str, Any], rule: str
) -> None:
    assert rule in rules(put(own, shop, **changes))
    assert own.ask("GET", at(shop)).json["templates"] == []


@pytest.mark.parametrize(
    "changes", [{"journey": "nothing"}, {"budget": 4}, {"budget": 0}, {"text": ""}, {"text": "x" * 1_001}, {"txt": "x"}]
)
def test_a_setting_that_is_none_is_refused(own: Api, shop: Shop, changes: dict[str, Any]) -> None:
    rules(put(own, shop, **changes))


@pytest.mark.parametrize("template", ["check", "Cart", "a" * 41, "-x"])
def test_an_id_is_simple_and_no_route(own: Api, shop: Shop, template: str) -> None:
    assert own.ask("PUT", at(shop, f"/{template}"), {"text": TEXT}).status in (405, 422)


def test_a_check_saves_nothing(own: Api, shop: Shop) -> None:
    checked = own.ask("POST", at(shop, "/check"), {"text": "{{ link }}", "journey": "cart"})
    assert [finding["rule"] for finding in checked.json["findings"]] == ["salutation", "brand"]
    wrong = own.ask("POST", at(shop, "/check"), {"text": "no way"})
    assert (wrong.status, wrong.json["findings"][0]["severity"]) == (200, "error")
    assert own.ask("GET", at(shop)).json["templates"] == []


def test_a_preview_tells_the_worst_recipient_and_the_price(own: Api, shop: Shop) -> None:
    rows = [{"first_name": "Camille", "product": "Lampe"}, {"first_name": "Zoë", "fields": {"city": "Sète"}}]
    body = {"template": {"text": TEXT}, "rows": rows, "provider": "twilio"}
    found = own.ask("POST", at(shop, "/preview"), body).json
    assert (found["recipients"], found["culprits"]) == (2, {"ë": 1})
    assert (found["written"]["worst_row"], found["written"]["parts"], found["safe"]["parts"]) == (1, 2, 1)
    assert found["written"]["price"] == {"micro": 159_600, "currency": "USD"}
    assert "".join(found["written"]["cut"]) == found["written"]["text"]


def test_a_preview_for_people_knows_the_advertisers_own_alone(own: Api, api: Api, shop: Shop) -> None:
    shop.contact(CAMILLE)
    person = shop.world.services.vault.person(CAMILLE)
    body = {"template": {"text": TEXT}, "people": [person, "nobody"]}
    found = own.ask("POST", at(shop, "/preview"), body).json
    assert (found["recipients"], found["unknown_people"]) == (1, 1)
    rival = open_shop(shop.world)
    shop.world.services.admin_keys.grant("rk_rival", rival.advertiser.id)
    other = api.with_key("rk_rival").ask("POST", at(rival, "/preview"), body).json
    assert (other["recipients"], other["unknown_people"], other["written"]) == (0, 2, None)
    assert api.with_key("rk_rival").ask("POST", at(shop, "/preview"), body).status == 403


def test_only_who_may_reaches_a_template(own: Api, api: Api, shop: Shop) -> None:
    put(own, shop)
    rival = open_shop(shop.world)
    shop.world.services.admin_keys.grant("rk_rival", rival.advertiser.id)
    for method, path in (
        ("GET", "/cart-1"),
        ("PUT", "/cart-1"),
        ("DELETE", "/cart-1"),
        ("GET", ""),
        ("POST", "/check"),
    ):
        assert api.with_key("rk_rival").ask(method, at(shop, path), {"text": TEXT}).status == 403
    shop.world.services.admin_keys.grant("rk_operator", OPERATOR)
    assert api.with_key("rk_operator").ask("GET", at(shop, "/cart-1")).status == 200
    assert api.with_key("rk_operator").ask("GET", "/v1/advertisers/nobody/templates").status == 404


def test_a_text_with_a_code_names_a_pool_that_is_there(own: Api, shop: Shop) -> None:
    at = f"/v1/advertisers/{shop.advertiser.id}"
    body = {"text": "{{ brand }}: {{ code.amount }} avec {{ code }} {{ link }}", "budget": 2}
    for pool, rule in ((None, "required"), ("pool_no", "known")):
        refused = own.ask("PUT", f"{at}/templates/offer", body | {"promo_pool": pool})
        assert refused.status == 422
        assert [(each["field"], each["rule"]) for each in refused.json["errors"]] == [("promo_pool", rule)]
    pool = own.ask("POST", f"{at}/promo-pools", {"name": "Gift", "benefit": {"kind": "free_delivery"}}).json["pool"]
    assert own.ask("PUT", f"{at}/templates/offer", body | {"promo_pool": pool}).json["promo_pool"] == pool
