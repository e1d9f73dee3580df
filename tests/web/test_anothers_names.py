"""What is another advertiser's, named in a query or body of one's own: as good as never made (P8)."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.storage.exports import Exports
from tests.support.shop import CAMILLE, Shop, open_shop
from tests.support.world import World, create_export_bucket, create_import_bucket
from tests.web.conftest import Api, but_the_callers_own, key_for
from tests.web.test_lists import clicked
from tests.web.things import Things

QUERIES = (
    "clicks?link={code}",
    "clicks?message={message}",
    "halt?campaign={broadcast}",
    "links/{code}?domain={domain}",
    "messages?broadcast={broadcast}",
    "messages?campaign={broadcast}",
    "messages?journey={journey}",
    "messages?template={template}",
    "reports?campaign={broadcast}",
    "reports?site={site}",
    "reports/funnel?site={site}",
    "reports/growth?campaign={journey}",
    "reports/results?campaign={journey}",
)
_PAGE = "https://shop.example/a"
_JOURNEY = {
    "name": "Cart",
    "kind": "cart",
    "trigger": {"about": "cart", "events": ["add_to_cart"]},
    "steps": [{"id": "only", "wait": {"minutes": 45}, "texts": [{"template": "<template>"}]}],
    "exits": [{"on": "purchase"}],
}
# What is asked of one's own, with which body, and the field that is said to name nothing.
BODIES: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    (
        "POST",
        "broadcasts",
        {"name": "Sale", "segment": "<segment>", "template": "sale", "link": _PAGE},
        "segment",
    ),
    ("POST", "links", {"target": _PAGE, "domain": "<domain>", "slug": "soldes"}, "domain"),
    ("PUT", "journeys/cart-9", {"document": _JOURNEY}, "steps.0.texts.0.template"),
    ("PUT", "templates/t-1", {"text": "{{ code }} {{ link }}", "promo_pool": "<pool>"}, "promo_pool"),
    ("PUT", "templates/t-1", {"text": "{{ survey }}", "survey": "<survey>"}, "survey"),
    (
        "POST",
        "/v1/messages",
        {"id": "m-1", "to": {"phone": CAMILLE}, "order": "A-1", "template": "<template>"},
        "template",
    ),
)


@pytest.fixture
def theirs(shop: Shop) -> Things:
    """Of a shop whose links were clicked."""
    things = Things(shop)
    clicked(shop, shop.world.clock.now(), things.code, "person", things.message)
    return things


@pytest.fixture
def other(world: World) -> Shop:
    return open_shop(world, brand="Brume")


def test_a_query_that_names_anothers_finds_what_one_that_names_nothing_does(
    api: Api, other: Shop, theirs: Things
) -> None:
    own, whole = api.with_key(key_for(other, other.advertiser.id)), api.with_key(key_for(other, theirs.advertiser))
    assert whole.ask("GET", at(theirs.shop, f"clicks?message={theirs.message}")).json["clicks"], "it is there"
    for query in QUERIES:
        names = {name: str(getattr(theirs, name)) for name in re.findall(r"{(\w+)}", query)}
        asked = own.ask("GET", at(other, query.format(**names)))
        nothing = own.ask("GET", at(other, query.format(**dict.fromkeys(names, "none"))))
        told = asked.text
        for name in names.values():
            told = told.replace(name, "none")
        assert (asked.status, told) == (nothing.status, nothing.text), query


@pytest.mark.parametrize(("method", "path", "body", "field"), BODIES)
def test_a_body_that_names_anothers_is_refused_and_changes_nothing(
    api: Api, other: Shop, theirs: Things, method: str, path: str, body: dict[str, Any], field: str
) -> None:
    other.contact(CAMILLE)
    filled = json.loads(re.sub(r"<(\w+)>", lambda name: str(getattr(theirs, name[1])), json.dumps(body)))
    own, path = api.with_key(key_for(other, other.advertiser.id)), path if path[0] == "/" else at(other, path)
    before = but_the_callers_own(other.world.items())
    answer = own.ask(method, path, filled)
    assert answer.status == 422 and field in [error["field"] for error in answer.json["errors"]], answer.text
    assert but_the_callers_own(other.world.items()) == before


def test_the_address_of_a_file_is_of_ones_own_alone(api: Api, other: Shop) -> None:
    """What is signed is the file's whole name; who may have it is known from where it is."""
    create_import_bucket()
    create_export_bucket()
    own, desk = api.with_key(key_for(other, other.advertiser.id)), Things(other)
    exports = Exports(other.world.services.table)
    asked = exports.get(other.advertiser.id, desk.export)
    assert asked and exports.save(replace(asked, state="done", files=(1,), moves=2), asked)
    [download] = own.ask("GET", at(other, f"exports/{desk.export}")).json["files"]
    assert f"/exports/{other.advertiser.id}/{desk.export}/" in str(download)
    upload = own.ask("POST", at(other, "imports/uploads"), {"bytes": 5})
    assert f"uploads/{other.advertiser.id}/" in upload.text


def at(shop: Shop, rest: str) -> str:
    return f"/v1/advertisers/{shop.advertiser.id}/{rest}"
