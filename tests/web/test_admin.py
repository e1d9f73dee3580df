"""The admin API: who may do what (P8), and that its description tells all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

import app as application
from chalicelib.audience.import_rows import ImportOptions
from chalicelib.clock import MINUTE
from chalicelib.promotions.desk import Reserved
from chalicelib.storage import keys
from chalicelib.storage.advertisers import OPERATOR
from chalicelib.storage.broadcasts import Plan
from chalicelib.storage.caps import CapRule
from chalicelib.storage.conversions import Conversion
from chalicelib.storage.dead_letters import DeadLetters
from chalicelib.storage.deliveries import Delivery
from chalicelib.storage.keyword_numbers import KeywordNumber
from chalicelib.storage.lead_sources import LeadSource
from chalicelib.storage.links import Link
from chalicelib.storage.promo_pools import Benefit, Pool
from chalicelib.storage.segments import Segment
from chalicelib.storage.shop_sources import ShopSource
from chalicelib.storage.surveys import Survey, SurveyQuestion
from chalicelib.storage.table import Put
from chalicelib.storage.templates import Template
from chalicelib.storage.wordings import Wording
from chalicelib.web import problems
from chalicelib.web.described import Described, description_of
from chalicelib.web.openapi_models import model_named
from chalicelib.wiring import services
from tests.messaging.test_signing import BELGIUM
from tests.support.journeys import ONE_STEP, start
from tests.support.shop import CAMILLE, PAGE, Shop, open_shop, visitor_id
from tests.support.talk import write
from tests.support.world import IMPORT_FILES, aws, create_import_bucket
from tests.web.conftest import Api, but_the_callers_own

ADVERTISER = {"name": "Lumen SAS", "brand": "Lumen", "sender": "36123"}
SEGMENT = "seg_01JD8Z0000000000000000000A"
KEYS_OWN = {
    ("POST", "/v1/messages"),
    ("POST", "/v1/verifications"),
    ("POST", "/v1/verifications/{verification}/check"),
    ("GET", "/v1/keys/self"),
    ("POST", "/v1/keys/self/rotate"),
    ("POST", "/v1/hours/check"),
    ("POST", "/v1/sms/check"),
}
"""Routes that name no advertiser: a key speaks for its own (tests/web/test_messages.py, test_verifications.py)."""


def admin_routes() -> Iterator[tuple[str, str]]:
    for path, methods in application.app.routes.items():
        if path.startswith("/v1/"):
            yield from ((method, path) for method in methods)


def told(method: str, path: str) -> Described:
    found = description_of(application.app.routes[path][method].view_function)
    assert found is not None, f"{method} {path}: say @described(…) above @view (CONTRIBUTING.md)"
    return found


ROUTES = sorted(route for route in admin_routes() if not told(*route).public)
OPERATORS_OWN = {route for route in ROUTES if told(*route).operator}


def key_for(shop: Shop, scope: str) -> str:
    key = f"rk_{scope}"
    shop.world.services.admin_keys.grant(key, scope)
    return key


def address(route: str, shop: Shop, message: str = "msg_none") -> str:
    """A route with a shop's own things in it."""
    names = {
        "advertiser": shop.advertiser.id,
        "site": shop.site.id,
        "country": "BE",
        "visitor": visitor_id(),
        "message": message,
        "wording": "till-1",
        "verification": "ver_none",
        "order": "o-1",
        "playbook": "win_back",
        "key": a_key(shop, route),
    }
    names |= a_conversation(route, shop)
    if "promo" in route:
        names |= {"pool": a_pool(shop), "code": "GIFT1"}
    elif "{code}" in route:
        shop.world.services.links.add(Link("abc347", PAGE, shop.advertiser.id, "", "", "", "", 0))
        names["code"] = "abc347"
    names |= a_source(shop, route) | a_survey(shop, route)
    if "{segment}" in route:
        names["segment"] = a_segment(shop)
    if "/broadcasts" in route:
        names["broadcast"] = a_broadcast(shop, route.rpartition("/")[2])
    if "{value}" in route:
        shop.world.services.sender_book.register(shop.advertiser, "FR", "LUMEN", verified=False)
        names |= {"country": "FR", "value": "LUMEN"}
    if "{template}" in route:
        shop.world.services.templates.save(shop.advertiser.id, Template("cart-1", "{{ link }}"))
        names["template"] = "cart-1"
    if "{journey}" in route or "journeys" in route:
        shop.world.services.templates.save(shop.advertiser.id, Template("cart-1", "{{ link }}", journey="cart"))
        start(shop, "cart-1", ONE_STEP, state="draft")
        names["journey"] = "cart-1"
    if "{webhook}" in route:
        names |= a_webhook(shop)
    if "{export}" in route:
        now = shop.world.clock.now()
        names["export"] = shop.world.services.export_desk.ask(shop.advertiser.id, "messages", "csv", now - 1, now).id
    upload = uploaded(shop) if "{upload}" in route else ""
    person = shop.world.services.vault.person(CAMILLE)
    return route.format(**names, person=person, upload=upload) + asked_by(route, shop)


def asked_by(route: str, shop: Shop) -> str:
    """The query that a route needs, of what is there for it."""
    if "dead-letters" in route:
        dead_letters()
    if route.endswith("/keyword"):
        shop.world.services.keyword_numbers.assign(KeywordNumber("36124", shop.advertiser.id, "poster-1", "0" * 64))
    if route.endswith(("/people/{person}", "/strays")):
        return "?reason=access"
    if route == "/v1/countries/{country}":
        shop.world.services.countries.sign("BE", BELGIUM, "Nora")
        return "?by=Nora"
    if route.endswith("/reports/growth"):
        return "?campaign=cart"
    if route != "/v1/sites/{site}/conversions":
        return ""
    order = Conversion(shop.site.id, "order-1", shop.advertiser.id)
    shop.world.services.conversion_log.change(order, order, [], shop.world.clock.now())
    return "?transaction_id=order-1"


def a_conversation(route: str, shop: Shop) -> dict[str, str]:
    """Somebody's question, and what is usually said to it."""
    if "{conversation}" not in route and "{reply}" not in route:
        return {}
    reply = shop.world.services.quick_reply_book.save(shop.advertiser.id, "stock", "Oui.", "fr")
    return {"conversation": write(shop, "C'est en stock ?").id, "reply": reply.id}


def a_survey(shop: Shop, route: str) -> dict[str, str]:
    """A contest where a route is about one, over and drawn where it needs it so."""
    if "{survey}" not in route:
        return {}
    book, now = shop.world.services.survey_book, shop.world.clock.now()
    question = SurveyQuestion("q1", "?", "text")
    contest = Survey("", shop.advertiser.id, "Lot", "contest", (question,), "fr", 0, 0, now + 1, winners=1)
    contest = book.create(contest)
    if "/draws" in route:
        shop.world.clock.advance(MINUTE)
        book.draw(shop.advertiser.id, contest.id)
    return {"survey": contest.id, "draw": "1"}


def a_key(shop: Shop, route: str) -> str:
    """A colleague's key, where a route names one."""
    if "{key}" not in route:
        return ""
    scope = shop.advertiser.id if "{advertiser}" in route else OPERATOR
    return shop.world.services.admin_keys.grant("rk_a_colleagues", scope).id


def a_source(shop: Shop, route: str) -> dict[str, str]:
    """A tool that sends leads, a shop platform of the site, or a domain for links, where a route names one."""
    services, own = shop.world.services, shop.advertiser.id
    services.shop_sources.save(ShopSource("shop_1", own, shop.site.id, "prestashop", b"sealed"))
    services.lead_sources.save(LeadSource("lead_1", own, "Form", "webhook", b"sealed", {}, "form-1", ""))
    services.link_domains.give("go.lumen.example", own)
    return {"source": "shop_1" if "/shops" in route else "lead_1", "domain": "go.lumen.example"}


def dead_letters() -> None:
    """Queues of the stage, the dead letters' and the send queue."""
    dead, send = (aws("sqs").create_queue(QueueName=name)["QueueUrl"] for name in ("dead", "send"))
    services().dead_letters = DeadLetters(aws("sqs"), dead, send)


def a_segment(shop: Shop) -> str:
    """A segment that is filled by hand, with one member."""
    segment = Segment(SEGMENT, shop.advertiser.id, "By hand", "manual", 0)
    shop.world.services.segments.save(segment)
    shop.world.services.members.add(shop.advertiser.id, segment.id, [shop.contact(CAMILLE)])
    return segment.id


def a_broadcast(shop: Shop, meant_for: str) -> str:
    """A broadcast in a state that a route can take it from."""
    services = shop.world.services
    a_segment(shop)
    services.templates.save(shop.advertiser.id, Template("sale", "Soldes: {{ link }}"))
    plan = Plan("Sale", SEGMENT, "sale", "marketing", link="https://shop.example/sale")
    broadcast = services.broadcast_desk.create(shop.advertiser, plan)
    if meant_for in ("approve", "launch", "pause", "resume"):
        services.broadcast_desk.rehearse(shop.advertiser, broadcast.id, None)
    if meant_for in ("pause", "resume"):
        services.broadcast_desk.launch(shop.advertiser, broadcast.id, "key")
    if meant_for == "resume":
        services.broadcast_desk.pause(shop.advertiser.id, broadcast.id, OPERATOR)
    return broadcast.id


def a_pool(shop: Shop) -> str:
    """A pool whose code went out with a message and was used by an order."""
    services, pool = shop.world.services, Pool("pool_1", shop.advertiser.id, "Gift", Benefit("free_delivery"), uses=0)
    services.promo_pools.create(pool)
    services.promo_desk.fill(pool, codes=["GIFT1"])
    reserved = services.promo_desk.reserve(shop.advertiser.id, pool.id, "msg_1", ["Europe/Paris"])
    assert isinstance(reserved, Reserved)
    services.table.transact(reserved.writes)
    services.promo_desk.redeem(shop.advertiser.id, "GIFT1", "o-1", "web")
    return pool.id


def uploaded(shop: Shop) -> str:
    """An import whose file is there."""
    create_import_bucket()
    made = shop.world.services.import_desk.announce(ImportOptions(shop.advertiser.id), 5, dry_run=False)["import"]
    aws("s3").put_object(Bucket=IMPORT_FILES, Key=f"uploads/{shop.advertiser.id}/{made}", Body=b"phone")
    return str(made)


def a_webhook(shop: Shop) -> dict[str, str]:
    """A webhook with a delivery that did not arrive."""
    services, now = shop.world.services, shop.world.clock.now()
    webhook, _ = services.webhook_desk.create(
        shop.advertiser.id, name="Helpdesk", url=PAGE, form="json", events=["stop.received"]
    )
    dead = Delivery("dlv_1", webhook.id, shop.advertiser.id, "ping", now, "{}", state="dead")
    services.deliveries.add(dead)
    return {"webhook": webhook.id, "delivery": dead.id}


NOT_YET = {
    "/templates/suggest": 501,
    "/journeys/{journey}/rehearsal": 404,
    "/journeys/{journey}/approve": 409,
}
"""Routes that say that something is not there yet: a language model, a rehearsal, what could be approved."""


def body_for(method: str, route: str) -> Any:
    """The example that the description shows for a route."""
    body = told(method, route).body
    if body is None:
        return None
    return model_named(body).model_config["json_schema_extra"]["examples"][0] if isinstance(body, str) else {}


def test_there_are_routes_to_try() -> None:
    assert len(ROUTES) >= 10
    assert len(OPERATORS_OWN) >= 10


@pytest.mark.parametrize(("method", "route"), ROUTES)
def test_without_a_key_that_is_known_nothing_is_answered(api: Api, shop: Shop, method: str, route: str) -> None:
    path, body = address(route, shop), body_for(method, route)
    for key in (None, "", "rk_unknown"):
        answer = api.with_key(key).ask(method, path, body)
        assert answer.status == 401, key
        assert answer.headers["Content-Type"] == problems.MEDIA_TYPE


@pytest.mark.parametrize(("method", "route"), sorted(set(ROUTES) - KEYS_OWN))
def test_another_advertisers_key_reaches_nothing(api: Api, shop: Shop, method: str, route: str) -> None:
    other = open_shop(shop.world)
    shop.contact()
    message = shop.message().id

    strangers = api.with_key(key_for(other, other.advertiser.id))
    path = address(route, shop, message)
    before = shop.world.items()
    answer = strangers.ask(method, path, body_for(method, route))

    assert answer.status in (403, 404)
    assert but_the_callers_own(shop.world.items()) == but_the_callers_own(before)
    assert shop.advertiser.brand not in answer.text


@pytest.mark.parametrize(("method", "route"), sorted(set(ROUTES) - OPERATORS_OWN))
def test_an_advertisers_own_key_reaches_its_own(api: Api, shop: Shop, method: str, route: str) -> None:
    shop.contact()
    shop.world.services.wordings.add(shop.advertiser.id, Wording("till-1", "fr", {"sms_marketing": "J'accepte"}))
    own = api.with_key(key_for(shop, shop.advertiser.id))
    answer = own.ask(method, address(route, shop, shop.message().id), body_for(method, route))
    reached = next((status for end, status in NOT_YET.items() if route.endswith(end)), None)
    assert answer.status in ((reached,) if reached else (200, 201, 202)), answer.text


@pytest.mark.parametrize(("method", "route"), sorted(OPERATORS_OWN))
def test_what_is_the_operators_is_no_advertisers(api: Api, shop: Shop, method: str, route: str) -> None:
    path, body = address(route, shop), body_for(method, route)
    assert api.with_key(key_for(shop, shop.advertiser.id)).ask(method, path, body).status == 403
    assert api.with_key(key_for(shop, OPERATOR)).ask(method, path, body).status in (200, 201, 204)


def test_a_message_of_another_advertiser_cannot_be_told_from_none(api: Api, shop: Shop) -> None:
    stranger = api.with_key(key_for(shop, "adv_other"))
    theirs = stranger.ask("GET", f"/v1/messages/{shop.message().id}")
    none = stranger.ask("GET", "/v1/messages/msg_none")
    assert (theirs.status, theirs.text) == (none.status, none.text)


def test_an_advertiser_from_its_creation_to_its_site(api: Api, shop: Shop) -> None:
    operator = api.with_key(key_for(shop, OPERATOR))
    created = operator.ask("POST", "/v1/advertisers", ADVERTISER | {"cap": {"messages": 1}})
    assert created.status == 201 and created.json["cap"] == {"messages": 1, "window_s": 7 * 24 * 3600}
    same = {name: value for name, value in created.json.items() if name != "advertiser"}
    back = operator.ask("PUT", f"/v1/advertisers/{created.json['advertiser']}", same)
    assert back.status == 200, "what was answered may be sent back"
    path = f"/v1/advertisers/{created.json['advertiser']}"
    own = api.with_key(operator.ask("POST", f"{path}/keys").json["key"])

    site = own.ask("POST", f"{path}/sites", {"name": "Lumen", "origins": ["https://Shop.example/"]}).json
    assert site["origins"] == ["https://shop.example"]
    replaced = own.ask("PUT", path, ADVERTISER | {"cart": {"delay_s": 60}})
    assert replaced.json["cart"]["delay_s"] == 60
    assert own.ask("GET", path).json == replaced.json
    safe = {"stop_percent": 5, "daily_budget": {"micro": 20_000_000, "currency": "EUR"}}
    own.ask("PUT", path, ADVERTISER | {"safeguards": safe})
    assert own.ask("GET", path).json["safeguards"] == safe | {"approve_people": None, "approve_micro": None}
    assert site["secret"] not in str(shop.world.items())


CAPS = [
    {"limit": 3, "window_s": 604800, "level": "all", "counts": "messages", "classes": ["marketing"]},
    {
        "limit": 2,
        "window_s": 86400,
        "level": "campaign",
        "counts": "parts",
        "classes": ["notification"],
        "campaign": "j4",
    },
]


def test_caps_are_told_as_they_were_set(api: Api, shop: Shop) -> None:
    operator = api.with_key(key_for(shop, OPERATOR))
    created = operator.ask("POST", "/v1/advertisers", ADVERTISER | {"caps": CAPS, "at_cap": "defer"}).json
    assert (created["caps"], created["at_cap"], "cap" in created) == (CAPS, "defer", False)
    both = operator.ask("POST", "/v1/advertisers", ADVERTISER | {"caps": CAPS, "cap": {"messages": 1}})
    assert both.status == 422
    assert operator.ask("PUT", "/v1/caps", {"caps": CAPS}).json == {"caps": CAPS}
    assert operator.ask("GET", "/v1/caps").json == {"caps": CAPS}


def test_an_advertiser_that_was_stored_with_one_cap_has_it_still(api: Api, shop: Shop) -> None:
    """Before there were several."""
    key = keys.advertiser(shop.advertiser.id)
    item = shop.world.services.table.get(key)
    assert item is not None
    old = {name: value for name, value in item.items() if name not in ("caps", "at_cap")}
    shop.world.services.table.put(Put(key, old | {"cap": {"messages": 5, "window_ms": 60_000}}))

    assert shop.world.worker().advertisers.get(shop.advertiser.id) == replace(
        shop.advertiser, caps=(CapRule(5, 60_000),)
    )


def test_the_services_own_cookie_is_the_operators_to_allow_and_anybodys_to_end(api: Api, shop: Shop) -> None:
    own = api.with_key(key_for(shop, shop.advertiser.id))
    operator = api.with_key(key_for(shop, OPERATOR))
    path, body = f"/v1/sites/{shop.site.id}", {"name": "Lumen", "origins": ["https://shop.example"]}
    assert own.ask("GET", path).json["network"] is False
    assert own.ask("PUT", path, body | {"network": True}).status == 403
    assert own.ask("GET", path).json["network"] is False
    assert operator.ask("PUT", path, body | {"network": True}).json["network"] is True
    assert own.ask("PUT", path, body).json["network"] is True, "as it was where nothing is said"
    assert own.ask("PUT", path, body | {"network": False}).json["network"] is False
    created = own.ask("POST", f"/v1/advertisers/{shop.advertiser.id}/sites", body | {"network": True})
    assert created.status == 422


def test_an_agent_is_named_signs_and_is_told_as_set(api: Api, shop: Shop) -> None:
    operator = api.with_key(key_for(shop, OPERATOR))
    hours = [{"open": "09:00", "close": "18:00", "days": ["monday", "friday"]}]
    body = ADVERTISER | {
        "agent": {"name": " Anne-Zoé ", "hours": hours},
        "cart": {"template": "Bonjour, c'est {{ agent.name }} {{ link }}"},
    }
    made = operator.ask("POST", "/v1/advertisers", body)
    told = {"name": "Anne-Zoé", "hours": hours, "zone": "Europe/Paris"}
    assert (made.status, made.json["agent"]) == (201, told)
    path = f"/v1/advertisers/{made.json['advertiser']}"
    assert operator.ask("GET", path).json["agent"] == told
    assert operator.ask("PUT", path, ADVERTISER | {"agent": told}).json["agent"] == told
    assert operator.ask("PUT", path, ADVERTISER).json["agent"] is None
    assert "Anne-Zoé" not in str(shop.world.of_type("advertiser"))


def test_a_sites_cart_is_found_on_one_of_its_pages(api: Api, shop: Shop) -> None:
    own = api.with_key(key_for(shop, shop.advertiser.id))
    path, body = f"/v1/sites/{shop.site.id}", {"name": "Lumen", "origins": ["https://shop.example"]}
    refused = own.ask("PUT", path, body | {"cart_url": "https://evil.example/{items}"})
    assert [(error["field"], error["rule"]) for error in refused.json["errors"]] == [("cart_url", "not_registered")]
    cart_url = "https://shop.example/cart/{items}"
    assert own.ask("PUT", path, body | {"cart_url": cart_url}).json["cart_url"] == cart_url
    assert own.ask("GET", path).json["cart_url"] == cart_url


def test_sensitive_categories_stay_marked_until_another_list_is_given(api: Api, shop: Shop) -> None:
    own = api.with_key(key_for(shop, shop.advertiser.id))
    body = {"name": "Lumen", "origins": ["https://shop.example"]}
    marked = body | {"sensitive_categories": [" Santé ", "Santé"]}
    created = own.ask("POST", f"/v1/advertisers/{shop.advertiser.id}/sites", marked).json
    assert created["sensitive_categories"] == ["Santé"]
    path = f"/v1/sites/{created['site']}"
    assert own.ask("PUT", path, body).json["sensitive_categories"] == ["Santé"]
    assert own.ask("GET", path).json["sensitive_categories"] == ["Santé"]
    assert own.ask("PUT", path, body | {"sensitive_categories": []}).json["sensitive_categories"] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"sender": "Maison Lumen"}, "sender"),
        ({"sender": "TWELVELETTER"}, "sender"),
        ({"sender": "1234"}, "sender"),
        ({"cap": {"messages": -1}}, "cap.messages"),
        ({"cap": {"window_s": 59}}, "cap.window_s"),
        ({"caps": [{"limit": 101}]}, "caps.0.limit"),
        ({"caps": [{"limit": 1, "window_s": 31 * 24 * 3600 + 1}]}, "caps.0.window_s"),
        ({"caps": [{"limit": 1, "classes": []}]}, "caps.0.classes"),
        ({"caps": [{"limit": 1, "level": "wish"}]}, "caps.0.level"),
        ({"caps": [{"limit": 1, "campaign": "cart"}]}, "caps.0"),
        ({"at_cap": "send"}, "at_cap"),
        ({"cart": {"template": "{{ unknown }} {{ link }}"}}, "cart.template"),
        ({"cart": {"template": "no way to the shop"}}, "cart.template"),
        ({"cart": {"template": "Bonjour, c'est {{ agent.name }} {{ link }}"}}, "cart.template"),
        ({"agent": {"name": "Lou 24/7"}}, "agent.name"),
        ({"agent": {"name": "Lou", "zone": "Paris"}}, "agent.zone"),
        ({"agent": {"name": "Lou", "hours": [{"open": "18:00", "close": "09:00"}]}}, "agent.hours.0"),
        ({"agent": {"name": "Lou", "hours": [{"open": "9h", "close": "18:00"}]}}, "agent.hours.0.open"),
        ({"delay": 5}, "delay"),
    ],
)
def test_a_wrong_setting_is_named(api: Api, shop: Shop, change: dict[str, Any], field: str) -> None:
    operator = api.with_key(key_for(shop, OPERATOR))
    answer = operator.ask("POST", "/v1/advertisers", ADVERTISER | change)
    assert answer.status == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


@pytest.mark.parametrize(
    "origin",
    [
        "shop.example",
        "https://shop.example/path",
        "javascript:x",
        "https://[",
        "",
        "http://10.0.0.8",
        "http://localhost",
        "https://r.example",
    ],
)
def test_an_origin_is_a_scheme_and_a_host(api: Api, shop: Shop, origin: str) -> None:
    own = api.with_key(key_for(shop, shop.advertiser.id))
    answer = own.ask("POST", f"/v1/advertisers/{shop.advertiser.id}/sites", {"name": "Lumen", "origins": [origin]})
    assert answer.status == 422


@pytest.mark.parametrize("hours", ["0", "745", "-1", "x", "1.5", "²", "٣", "9" * 5_000])
def test_hours_are_a_whole_number_in_range(api: Api, shop: Shop, hours: str) -> None:
    own = api.with_key(key_for(shop, shop.advertiser.id))
    answer = own.ask("GET", f"/v1/sites/{shop.site.id}/counts?hours={hours}")
    assert answer.status == 422


def test_a_body_that_is_no_json_is_a_problem(api: Api, shop: Shop) -> None:
    operator = api.with_key(key_for(shop, OPERATOR))
    answer = operator.ask("POST", "/v1/advertisers", {"a": "b"}, form=True)
    assert answer.status in (415, 422)
