"""Every route of the admin API with its own key, another's, a lesser one and none (P8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import pytest

from chalicelib.storage.admin_keys import ROLES, Role
from chalicelib.storage.advertisers import OPERATOR
from chalicelib.web import problems
from chalicelib.web.permissions import may
from tests.support.shop import Shop, open_shop
from tests.web.conftest import Answer, Api, but_the_callers_own, key_for
from tests.web.every_route import OPERATORS_OWN, ROUTES, Route, example_for
from tests.web.things import Things, of_nobody

KEYS_OWN = {
    ("POST", "/v1/messages"),
    ("POST", "/v1/verifications"),
    ("POST", "/v1/verifications/{verification}/check"),
    ("GET", "/v1/keys/self"),
    ("POST", "/v1/keys/self/rotate"),
    ("POST", "/v1/hours/check"),
    ("POST", "/v1/sms/check"),
}
"""A key speaks for its own advertiser here (tests/web/test_messages.py, test_verifications.py)."""
MAKES_ONES_OWN = {
    ("PUT", "/v1/advertisers/{advertiser}/journeys/{journey}"),
    ("PUT", "/v1/advertisers/{advertiser}/quick-replies/{reply}"),
    ("PUT", "/v1/advertisers/{advertiser}/senders/{country}/{value}"),
    ("PUT", "/v1/advertisers/{advertiser}/templates/{template}"),
    ("PUT", "/v1/advertisers/{advertiser}/wordings/{wording}"),
    ("POST", "/v1/advertisers/{advertiser}/people/{person}/erase"),
    ("GET", "/v1/sites/{site}/visitors/{visitor}"),
}
"""What one names oneself, or has of whoever it may be: with another's name it is one's own. An erasure takes whoever is
no contact too, since they may have been one."""
BELOW = {
    route
    for route in ROUTES
    if route[1].startswith(("/v1/advertisers/", "/v1/sites/"))
    and route[1].count("{") > 1
    and "{playbook}" not in route[1]
}
"""Routes to something of an advertiser's or a site's. A playbook is everybody's."""
NAMES_MORE = {("PUT", "/v1/advertisers/{advertiser}/broadcasts/{broadcast}")}
"""Its body is looked at first, and names a segment that one has not either."""
NOT_YET = {
    "/templates/suggest": 501,
    "/journeys/{journey}/rehearsal": 404,
    "/journeys/{journey}/approve": 409,
    "/segments/{segment}/build": 422,
}
"""Routes that say that something is not there: a language model, a rehearsal, what could be approved, rules."""


def test_there_are_routes_to_try() -> None:
    assert len(ROUTES) >= 200
    assert len(OPERATORS_OWN) >= 20


@pytest.mark.parametrize(("method", "route"), sorted(set(ROUTES) - OPERATORS_OWN))
def test_an_advertisers_own_key_reaches_its_own(api: Api, shop: Shop, method: str, route: str) -> None:
    things = Things(shop)
    assert things.person and things.message and things.wording
    own = api.with_key(key_for(shop, shop.advertiser.id))
    answer = own.ask(method, things.address(route), example_for(method, route))
    reached = next((status for end, status in NOT_YET.items() if route.endswith(end)), None)
    assert answer.status in ((reached,) if reached else (200, 201, 202)), answer.text


@pytest.mark.parametrize(("method", "route"), sorted(OPERATORS_OWN))
def test_what_is_the_operators_is_the_operators_alone(api: Api, shop: Shop, method: str, route: str) -> None:
    path, body = Things(shop).address(route), example_for(method, route)
    assert api.with_key(key_for(shop, shop.advertiser.id)).ask(method, path, body).status == 403
    assert api.with_key(key_for(shop, OPERATOR)).ask(method, path, body).status in (200, 201, 204)


def test_without_a_key_that_is_known_nothing_is_answered(api: Api, shop: Shop) -> None:
    things = Things(shop)
    for method, route in ROUTES:
        path, body = things.address(route), example_for(method, route)
        for key in (None, "", "rk_unknown"):
            answer = api.with_key(key).ask(method, path, body)
            assert answer.status == 401, (method, route, key)
            assert answer.headers["Content-Type"] == problems.MEDIA_TYPE


def test_another_advertisers_key_reaches_nothing(api: Api, shop: Shop) -> None:
    """Nor does it learn whether a thing is there."""
    stranger = api.with_key(key_for(shop, open_shop(shop.world).advertiser.id))
    for route, answer in refused(stranger, shop, set(ROUTES) - KEYS_OWN, Things(shop).address).items():
        assert answer.status in (403, 404), route
        assert answer.text == ask(stranger, route, of_nobody(route[1])).text, route


def test_ones_own_address_leads_to_nothing_of_anothers(api: Api, shop: Shop) -> None:
    """Its own advertiser or site is in the address, and below it something of the other's."""
    other, theirs = open_shop(shop.world, brand="Brume"), Things(shop)
    owned = {"advertiser": other.advertiser.id, "site": other.site.id}
    crossed = partial(theirs.address, **owned)
    for scope, routes in ((other.advertiser.id, BELOW - OPERATORS_OWN), (OPERATOR, BELOW & OPERATORS_OWN)):
        key = api.with_key(key_for(shop, scope))
        for route, answer in refused(key, shop, routes - MAKES_ONES_OWN, crossed).items():
            assert answer.status == (422 if route in NAMES_MORE else 404), route
            assert answer.text == ask(key, route, of_nobody(route[1], **owned)).text, route


def test_what_is_called_like_anothers_is_ones_own(api: Api, shop: Shop) -> None:
    other, theirs = open_shop(shop.world, brand="Brume"), Things(shop)
    owned = {"advertiser": other.advertiser.id, "site": other.site.id}
    paths = {route: theirs.address(route[1], **owned) for route in MAKES_ONES_OWN}
    there = shop.world.items()
    assert Things(other).template, "which a journey names"
    own = api.with_key(key_for(shop, other.advertiser.id))
    for route, path in paths.items():
        answer = ask(own, route, path)
        assert answer.status in (200, 201) and shop.site.id not in answer.text, route
    items = shop.world.items()
    assert [item for item in there if item not in items] == []


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"operator"}))
def test_a_role_goes_so_far_and_what_is_refused_changes_nothing(api: Api, shop: Shop, role: Role) -> None:
    """What each may is told by tests/web/test_permissions.py."""
    shop.world.services.admin_keys.grant(f"rk_{role}", shop.advertiser.id, role)
    too_far = [route for route in ROUTES if not may(role, *route)]
    for route, answer in refused(api.with_key(f"rk_{role}"), shop, too_far, Things(shop).address).items():
        assert answer.status == 403, route


def test_who_only_reads_changes_nothing(api: Api, shop: Shop) -> None:
    shop.world.services.admin_keys.grant("rk_reader", shop.advertiser.id, "reader")
    asked = set(ROUTES) - {("POST", "/v1/keys/self/rotate"), ("GET", "/v1/sites/{site}/live")}
    answers = refused(api.with_key("rk_reader"), shop, asked, Things(shop).address)
    assert {answer.status for answer in answers.values()} <= {200, 403, 404, 501}


def refused(api: Api, shop: Shop, routes: Iterable[Route], address: Callable[[str], str]) -> dict[Route, Answer]:
    """The answers to routes that shall change nothing; AssertionError where one does."""
    paths = {route: address(route[1]) for route in sorted(routes)}
    before = but_the_callers_own(shop.world.items())
    answers = {route: ask(api, route, path) for route, path in paths.items()}
    assert but_the_callers_own(shop.world.items()) == before
    return answers


def ask(api: Api, route: Route, path: str) -> Answer:
    return api.ask(route[0], path, example_for(*route))
