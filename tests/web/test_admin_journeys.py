"""Journeys by the admin API: saved if nothing is wrong, started, stopped, and each version kept."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.storage.advertisers import Safeguards
from chalicelib.storage.halts import scope_of
from chalicelib.workers.background import on_minute
from tests.support.journeys import CAPPED as CART
from tests.support.journeys import ONE_STEP, template
from tests.support.shop import PHONES, Shop, hashed, lamp, visitor_id
from tests.support.stream import Stream
from tests.web.conftest import Api


@pytest.fixture
def api(api: Api, shop: Shop) -> Api:
    """With the advertiser's own key."""
    shop.world.services.admin_keys.grant("rk_own", shop.advertiser.id)
    return api.with_key("rk_own")


@pytest.fixture
def journeys(shop: Shop) -> str:
    template(shop, "cart-1", "{{ brand }} : votre panier vous attend {{ link }}")
    template(shop, "question", "{{ brand }} : une question ? Répondez-nous. {{ link }}")
    template(shop, "reminder", "{{ brand }} : votre panier est encore là {{ link }}")
    shop.world.services.sender_book.register_default(shop.advertiser, verified=True)
    return f"/v1/advertisers/{shop.advertiser.id}/journeys"


def wrong(api: Api, path: str, document: dict[str, Any]) -> list[tuple[str, str]]:
    answer = api.ask("PUT", path, {"document": document})
    assert answer.status == 422, answer.json
    return [(error["field"], error["rule"]) for error in answer.json["errors"]]


def test_a_journey_is_saved_started_changed_and_stopped(api: Api, shop: Shop, journeys: str) -> None:
    saved = api.ask("PUT", f"{journeys}/cart", {"document": CART})
    assert (saved.status, saved.json["state"], saved.json["version"]) == (201, "draft", 1)
    assert api.ask("POST", f"{journeys}/cart/start").json["state"] == "live"
    same = api.ask("PUT", f"{journeys}/cart", {"document": CART})
    assert (same.status, same.json["state"], same.json["version"]) == (200, "live", 1), "the same is no new version"
    later = deepcopy(CART)
    later["steps"][1]["wait"]["minutes"] = 60
    changed = api.ask("PUT", f"{journeys}/cart", {"document": later, "running": "migrate"})
    assert (changed.json["version"], changed.json["running"]) == (2, "migrate")
    versions = api.ask("GET", f"{journeys}/cart/versions").json["versions"]
    assert [one["document"]["steps"][1]["wait"]["minutes"] for one in versions] == [60, 24 * 60]
    assert api.ask("POST", f"{journeys}/cart/stop").json["state"] == "stopped"
    halt = shop.world.services.halts.read(scope_of(shop.advertiser.id, "cart"))
    assert halt is not None
    assert api.ask("POST", f"{journeys}/cart/start").json["state"] == "live"
    assert shop.world.services.halts.read(scope_of(shop.advertiser.id, "cart")) is None
    assert [one["journey"] for one in api.ask("GET", f"{journeys}?state=live").json["journeys"]] == ["cart"]
    assert api.ask("GET", f"{journeys}?state=stopped").json["journeys"] == []


def test_a_journey_that_stood_still_for_another_reason_stays_so(api: Api, shop: Shop, journeys: str) -> None:
    api.ask("PUT", f"{journeys}/cart", {"document": CART})
    halt = f"/v1/advertisers/{shop.advertiser.id}/halt?campaign=cart"
    assert api.ask("PUT", halt, {"why": "complaints"}).json["halted"]
    api.ask("POST", f"{journeys}/cart/start")
    assert shop.world.services.halts.read(scope_of(shop.advertiser.id, "cart")) is not None


def changed(**parts: Any) -> dict[str, Any]:
    return deepcopy(ONE_STEP) | parts


def step(**parts: Any) -> dict[str, Any]:
    return changed(steps=[{"id": "only", "texts": [{"template": "cart-1"}]} | parts])


@pytest.mark.parametrize(
    ("document", "field", "rule"),
    [
        (changed(colour="red"), "document.colour", "extra_forbidden"),
        (step(texts=[{"template": "none"}]), "steps.0.texts.0.template", "unknown"),
        (changed(kind="order_status"), "steps.0.texts.0.template", "class"),
        (step(sender="LUMEN"), "steps.0.texts.0.template", "sender_unregistered"),
        (changed(countries=["FR", "US"]), "countries.1", "country_unsigned"),
        (changed(kind="spam"), "document.kind", "value_error"),
        (step(texts=[{"template": "cart-1"}, {"template": "reminder"}]), "document", "value_error"),
        (
            step(when=[{"fact": "cart.value", "op": "more_than", "value": 9}])
            | {"audience": [{"fact": "cart.value", "op": "at_most", "value": 9}]},
            "document",
            "value_error",
        ),
        (step(when=[{"fact": "weather.sun", "value": True}]), "document.steps.0.when", "value_error"),
        (step(texts=[]), "document.steps.0", "value_error"),
        (step(wait={"minutes": -1}), "document.steps.0.wait.minutes", "greater_than_equal"),
        (step(wait={"at": "25:00"}), "document.steps.0.wait.at", "string_pattern_mismatch"),
        (changed(exits=[{"on": "rain"}]), "document.exits.0.on.literal['reply','unsubscribe']", "literal_error"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(
    api: Api, journeys: str, document: dict[str, Any], field: str, rule: str
) -> None:
    found = wrong(api, f"{journeys}/cart", document)
    assert (field, rule) in found
    assert api.ask("GET", f"{journeys}/cart").status == 404, "nothing is saved"
    assert api.ask("POST", f"{journeys}/check", {"document": document}).status == 422


def test_a_text_that_invites_a_reply_needs_a_sender_that_can_be_answered(api: Api, shop: Shop, journeys: str) -> None:
    book = shop.world.services.sender_book
    book.register(shop.advertiser, "FR", "LUMEN", verified=True, stop_number="36123")
    document = step(texts=[{"template": "question"}], sender="LUMEN")
    assert ("steps.0.texts.0.template", "sender_one_way") in wrong(api, f"{journeys}/cart", document)


@pytest.mark.parametrize("name", ["Cart", "1st", "a b", "-", "x" * 41])
def test_an_id_is_a_word(api: Api, journeys: str, name: str) -> None:
    assert api.ask("PUT", f"{journeys}/{name}", {"document": ONE_STEP}).status == 422


def test_a_playbook_that_is_not_there_is_said(api: Api, shop: Shop) -> None:
    base = f"/v1/advertisers/{shop.advertiser.id}/playbooks"
    assert isinstance(api.ask("GET", base).json["playbooks"], list)
    assert api.ask("POST", f"{base}/none", {}).status == 404


def test_results_of_what_a_version_compares(api: Api, journeys: str) -> None:
    api.ask("PUT", f"{journeys}/cart", {"document": CART})
    api.ask("PUT", f"{journeys}/cart", {"document": CART | {"holdout": 20}})
    found = api.ask("GET", f"{journeys}/cart/results")
    assert (found.status, found.json["version"]) == (200, 2)
    assert [arm["arm"] for arm in found.json["arms"]] == ["everyone", "holdout"]
    assert found.json["comparisons"][0]["verdict"] == "too_early"
    assert api.ask("GET", f"{journeys}/cart/results?version=1").json["arms"] == []
    assert api.ask("GET", f"{journeys}/cart/results?version=3").status == 404
    assert api.ask("GET", f"{journeys}/cart/results?version=0").status == 422
    assert api.ask("GET", f"{journeys}/other/results").status == 404
    assert api.ask("GET", "/v1/advertisers/adv_other/journeys/cart/results").status in (403, 404)


def test_a_large_start_is_asked_for_by_one_key_and_approved_by_another(
    api: Api, shop: Shop, stream: Stream, journeys: str
) -> None:
    services = shop.world.services
    services.advertisers.save(replace(shop.advertiser, safeguards=Safeguards(approve_people=0)))
    person = shop.contact(PHONES[1], marketing=False)
    services.rosters.add([(shop.advertiser.id, person)])
    shop.tell(visitor_id(), "add_to_cart", params=lamp(), ids={"phone_sha256": hashed(PHONES[1])})
    stream.follow()
    shop.world.clock.advance(1)
    api.ask("PUT", f"{journeys}/cart", {"document": CART})
    refused = api.ask("POST", f"{journeys}/cart/start")
    assert (refused.status, refused.json["rule"]) == (409, "not_rehearsed")
    assert api.ask("GET", f"{journeys}/cart/rehearsal").status == 404
    asked = api.ask("POST", f"{journeys}/cart/rehearse", {"everybody": True})
    assert (asked.status, asked.json["state"]) == (202, "running")
    on_minute(services, lambda: 900_000)
    done = api.ask("GET", f"{journeys}/cart/rehearsal").json
    assert (done["state"], done["people"], done["version"]) == ("done", 1, 1)
    started = api.ask("POST", f"{journeys}/cart/start")
    assert (started.status, started.json["state"], started.json["waits_for"]) == (202, "draft", "approval")
    assert started.json["rehearsal"]["limits_passed"] == ["people"]
    assert started.json["rehearsal"]["unreached"]["no_sms_marketing_consent"]["win_back"]
    assert api.ask("POST", f"{journeys}/cart/approve").status == 409, "by the same key"
    services.admin_keys.grant("rk_second", shop.advertiser.id)
    assert api.with_key("rk_second").ask("POST", f"{journeys}/cart/approve").json["state"] == "live"
    services.admin_keys.grant("rk_stranger", "adv_other")
    assert api.with_key("rk_stranger").ask("POST", f"{journeys}/cart/approve").status == 403
    approved_texts_stay(api, shop, journeys)


def approved_texts_stay(api: Api, shop: Shop, journeys: str) -> None:
    """What a live journey says as it was approved is changed by another text and another start, and not under it."""
    templates = f"/v1/advertisers/{shop.advertiser.id}/templates"
    text = shop.world.services.templates.get(shop.advertiser.id, "question")
    assert text is not None
    same = {"text": text.text, "journey": text.journey, "message_class": text.message_class}
    assert api.ask("PUT", f"{templates}/question", same).status == 200, "the same text again"
    other = same | {"text": "{{ brand }} : -50 % ! {{ link }}"}
    refused = api.ask("PUT", f"{templates}/question", other)
    assert (refused.status, refused.json["rule"]) == (409, "approved")
    assert api.ask("DELETE", f"{templates}/question").status == 409
    assert api.ask("PUT", f"{templates}/another", other).status == 201
    steps = [CART["steps"][0] | {"texts": [{"template": "another"}]}]
    assert api.ask("PUT", f"{journeys}/cart", {"document": CART | {"steps": steps}}).status == 200
    assert api.ask("PUT", f"{templates}/another", other | {"text": "{{ brand }} : {{ link }}"}).status == 200
    assert api.ask("PUT", f"{templates}/question", other).status == 409, "people still begin the approved version"
    assert api.ask("POST", f"{journeys}/cart/stop").status == 200
    assert api.ask("PUT", f"{templates}/question", other).status == 200


def test_a_playbook_that_needs_a_rehearsal_is_saved_and_not_started(api: Api, shop: Shop, journeys: str) -> None:
    shop.world.services.advertisers.save(replace(shop.advertiser, safeguards=Safeguards(approve_people=0)))
    path = f"/v1/advertisers/{shop.advertiser.id}/playbooks/order_shipped"
    done = api.ask("POST", path, {"language": "fr", "start": True})
    assert (done.status, done.json["state"], done.json["waits_for"]) == (201, "draft", "not_rehearsed")


def test_what_a_playbook_finds_there_it_keeps_and_names(api: Api, shop: Shop, journeys: str) -> None:
    """Switched on again in another language: the texts that somebody may have changed stay."""
    path = f"/v1/advertisers/{shop.advertiser.id}/playbooks/order_shipped"
    assert api.ask("POST", path, {"language": "fr"}).json["kept_templates"] == []
    before = list(shop.world.services.templates.all(shop.advertiser.id))
    again = api.ask("POST", path, {"language": "en"}).json["kept_templates"]
    assert again and all(name.startswith("order_shipped-") for name in again)
    assert list(shop.world.services.templates.all(shop.advertiser.id)) == before
