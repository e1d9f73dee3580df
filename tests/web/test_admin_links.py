"""Links in the admin API: made, read, edited, drawn."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.storage.advertisers import OPERATOR
from chalicelib.web import redirect as edge
from tests.links.test_targets import HOSTILE
from tests.support import gateway
from tests.support.shop import Shop, open_shop
from tests.web.conftest import Api, key_for
from tests.web.test_lists import clicked

PAGE = "https://shop.example/soldes"


@pytest.fixture
def own(api: Api, shop: Shop) -> Api:
    return api.with_key(key_for(shop, shop.advertiser.id))


def links(shop: Shop, rest: str = "") -> str:
    return f"/v1/advertisers/{shop.advertiser.id}/links{rest}"


def lands(shop: Shop, code: str, **headers: str) -> str:
    answer = edge.handle(gateway.short_link(code, headers=headers), shop.world.services)
    return str(answer["headers"].get("Location", answer["statusCode"])).partition("?")[0]


def wrong(answer: Any) -> list[tuple[str, str]]:
    assert answer.status == 422, answer.text
    return [(error["field"], error["rule"]) for error in answer.json["errors"]]


def test_a_standalone_link_from_its_making_to_its_end(own: Api, shop: Shop) -> None:
    made = own.ask("POST", links(shop), {"target": PAGE, "tags": ["poster", "poster"], "utm": {"source": "poster"}})
    assert made.status == 201 and made.json["tags"] == ["poster"]
    code = made.json["code"]
    assert made.json["url"] == f"https://r.example/{code}" and len(code) == 6
    assert lands(shop, code) == PAGE
    own.ask("PATCH", links(shop, f"/{code}"), {"target": "https://shop.example/new"})
    assert lands(shop, code) == "https://shop.example/new"
    told = own.ask("PATCH", links(shop, f"/{code}"), {"disabled": True}).json
    assert (told["tags"], told["utm"], told["target"]) == (["poster"], {"source": "poster"}, "https://shop.example/new")
    assert lands(shop, code) == "410"
    assert own.ask("PATCH", links(shop, f"/{code}"), {"disabled": None}).json["disabled"] is False
    assert lands(shop, code) == "https://shop.example/new"
    assert own.ask("GET", links(shop, f"/{code}")).json["version"] == 3


def test_a_standalone_links_clicks_are_counted_by_who_clicked(own: Api, shop: Shop) -> None:
    code = own.ask("POST", links(shop), {"target": PAGE}).json["code"]
    now = shop.world.clock.now()
    for at, kind in enumerate(("person", "preview", "person")):
        clicked(shop, now + at, code, kind)
    told = own.ask("GET", links(shop, f"/{code}/counts")).json
    assert told == {"code": code, "counts": {"click.person": 2, "click.preview": 1, "click.unique_link": 1}}
    assert [(one["code"], one["clicks"]) for one in own.ask("GET", links(shop)).json["links"]] == [(code, 2)]


def test_a_personal_links_target_is_edited_within_its_site(own: Api, shop: Shop) -> None:
    shop.contact()
    message = shop.message()
    shop.world.services.dispatch.send(message.id, message.version)
    code = shop.stored(message).code or ""
    moved = own.ask("PATCH", links(shop, f"/{code}"), {"target": "https://shop.example/autre"})
    assert own.ask("GET", links(shop, f"/{code}/counts")).status == 404, "its clicks are its message's"
    assert moved.json["message"] == message.id and "person" not in moved.json
    assert lands(shop, code) == "https://shop.example/autre"
    elsewhere = {
        "target": "https://elsewhere.example/",
        "expired_target": "https://elsewhere.example/",
        "rules": [{"target": "https://elsewhere.example/", "app": "javascript://%0aalert(1)"}],
        "variants": [{"target": "https://elsewhere.example/", "share": 50}],
    }
    assert {field for field, _ in wrong(own.ask("PATCH", links(shop, f"/{code}"), elsewhere))} == {
        "target", "expired_target", "rules.0.target", "rules.0.app", "variants", "variants.0.target",
    }  # fmt: skip
    assert lands(shop, code) == "https://shop.example/autre"


@pytest.mark.parametrize("reason", sorted(set(HOSTILE) - {"too_long"}))
def test_a_hostile_target_makes_no_link(own: Api, shop: Shop, reason: str) -> None:
    url = next(url for url in HOSTILE[reason] if "lumen" not in url and url)
    assert wrong(own.ask("POST", links(shop), {"target": url})) == [("target", reason)]
    assert shop.world.of_type("link") == []


def test_slugs_stand_on_the_advertisers_own_domain_alone(api: Api, own: Api, shop: Shop) -> None:
    other, operator = open_shop(shop.world), api.with_key(key_for(shop, OPERATOR))
    path, body = f"/v1/advertisers/{shop.advertiser.id}/link-domains", {"domain": "Go.Lumen.example"}
    assert wrong(own.ask("POST", links(shop), body | {"target": PAGE, "slug": "soldes"})) == [("domain", "unknown")]
    assert [operator.ask("POST", path, body).status for _ in range(2)] == [201, 201]
    theirs = f"/v1/advertisers/{other.advertiser.id}/link-domains"
    assert wrong(operator.ask("POST", theirs, body)) == [("domain", "taken")]

    made = own.ask("POST", links(shop), body | {"target": PAGE, "slug": "Soldes"})
    assert made.json["url"] == "https://go.lumen.example/soldes"
    assert lands(shop, "soldes", Host="go.lumen.example") == PAGE
    assert own.ask("GET", links(shop, "/soldes?domain=go.lumen.example")).json == made.json
    assert wrong(own.ask("POST", links(shop), body | {"target": PAGE, "slug": "soldes"})) == [("slug", "taken")]
    assert wrong(own.ask("POST", links(shop), body | {"target": PAGE, "slug": "v1"})) == [("slug", "format")]
    assert wrong(own.ask("POST", links(shop), {"target": PAGE, "slug": "soldes"})) == [("slug", "own_domain")]
    strangers = api.with_key(key_for(other, other.advertiser.id))
    stolen = strangers.ask("POST", links(other), body | {"target": PAGE, "slug": "vente"})
    assert wrong(stolen) == [("domain", "unknown")]
    loop = strangers.ask("POST", links(other), {"target": "https://go.lumen.example/soldes"})
    assert wrong(loop) == [("target", "ourselves")]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"target": ""}, "target"),
        ({"target": PAGE, "since": 5, "until": 5}, "until"),
        ({"target": PAGE, "variants": [{"target": PAGE, "share": 60}]}, "variants"),
        ({"target": PAGE, "rules": [{"target": PAGE, "device": "toaster"}]}, "rules.0.device"),
        ({"target": PAGE, "utm": {"evil": "x"}}, "utm.evil.[key]"),
        ({"target": PAGE, "colour": "red"}, "colour"),
        ({}, "target"),
    ],
)
def test_a_wrong_setting_is_named(own: Api, shop: Shop, body: dict[str, Any], field: str) -> None:
    assert [name for name, _ in wrong(own.ask("POST", links(shop), body))] == [field]


def test_a_link_is_drawn(own: Api, shop: Shop) -> None:
    code = own.ask("POST", links(shop), {"target": PAGE}).json["code"]
    drawn = own.ask("GET", links(shop, f"/{code}/qr.svg"))
    assert drawn.headers["Content-Type"] == "image/svg+xml" and "<svg" in drawn.text
    image = own.ask("GET", links(shop, f"/{code}/qr.png"), told={"Accept": "image/png"})
    assert image.headers["Content-Type"] == "image/png" and "PNG" in image.text[:8]


def test_nobody_learns_of_anothers_link(api: Api, own: Api, shop: Shop) -> None:
    code = own.ask("POST", links(shop), {"target": PAGE}).json["code"]
    other = open_shop(shop.world)
    strangers = api.with_key(key_for(other, other.advertiser.id))
    for rest in (f"/{code}", "/zzz999", f"/{code}/qr.svg"):
        assert strangers.ask("GET", links(other, rest)).status == 404
    assert strangers.ask("PATCH", links(other, f"/{code}"), {"target": PAGE}).status == 404
    assert json.dumps(code) not in strangers.ask("GET", links(other, f"/{code}")).text
