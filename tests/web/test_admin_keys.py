"""Keys: shown once, kept hashed, by role, until a time."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.clock import DAY, HOUR, MINUTE, SECOND
from chalicelib.storage import keys
from chalicelib.storage.admin_keys import AdminKeys
from chalicelib.storage.advertisers import OPERATOR, digest
from chalicelib.storage.table import Put
from tests.support.shop import Shop
from tests.web.conftest import Api


@pytest.fixture
def operator(api: Api, shop: Shop) -> Api:
    shop.world.services.admin_keys.grant("rk_operator", OPERATOR)
    return api.with_key("rk_operator")


def path(shop: Shop, rest: str = "") -> str:
    return f"/v1/advertisers/{shop.advertiser.id}{rest}"


def made(operator: Api, shop: Shop, **body: Any) -> dict[str, Any]:
    answer = operator.ask("POST", path(shop, "/keys"), body)
    assert answer.status == 201, answer.text
    return dict(answer.json)


def test_a_key_is_shown_once_and_listed_without_its_secret(operator: Api, shop: Shop) -> None:
    key = made(operator, shop, name="Nora, service client", role="agent")
    listed = operator.ask("GET", path(shop, "/keys"))
    assert [(one["id"], one["role"], one["name"]) for one in listed.json["keys"]] == [
        (key["id"], "agent", "Nora, service client")
    ]
    assert operator.ask("GET", path(shop, f"/keys/{key['id']}")).json == listed.json["keys"][0]
    assert operator.ask("GET", f"/v1/keys/{key['id']}").status == 404
    assert key["key"] not in listed.text
    stored = str(shop.world.items())
    assert key["key"] not in stored and "Nora" not in stored


def test_a_role_is_refused_what_it_may_not(operator: Api, api: Api, shop: Shop) -> None:
    reader = api.with_key(made(operator, shop, role="reader")["key"])
    assert reader.ask("GET", path(shop)).status == 200
    refused = reader.ask("PUT", path(shop, "/halt"), {"why": "x"})
    assert refused.status == 403 and "reader" in refused.json["detail"]
    assert reader.ask("GET", "/v1/keys/self").json["role"] == "reader"


def test_no_advertisers_key_has_the_operators_role(operator: Api, shop: Shop) -> None:
    answer = operator.ask("POST", path(shop, "/keys"), {"role": "operator"})
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "role")


def test_a_key_ends(operator: Api, api: Api, shop: Shop) -> None:
    now = shop.world.clock.now()
    assert operator.ask("POST", path(shop, "/keys"), {"expires_at": now}).status == 422
    key = made(operator, shop, expires_at=now + HOUR)
    assert api.with_key(key["key"]).ask("GET", path(shop)).status == 200
    shop.world.clock.advance(HOUR)
    assert api.with_key(key["key"]).ask("GET", path(shop)).status == 401
    assert operator.ask("GET", path(shop, "/keys")).json["keys"] == []


def test_a_key_that_is_rotated_stays_who_it_is_and_both_secrets_open_for_a_while(
    operator: Api, api: Api, shop: Shop
) -> None:
    key = made(operator, shop, name="CRM")
    rotated = api.with_key(key["key"]).ask("POST", "/v1/keys/self/rotate", {"overlap_hours": 2})
    assert (rotated.status, rotated.json["id"]) == (201, key["id"])
    old, new = api.with_key(key["key"]), api.with_key(rotated.json["key"])
    assert (old.ask("GET", path(shop)).status, new.ask("GET", path(shop)).status) == (200, 200)
    assert [one["expires_at"] for one in operator.ask("GET", path(shop, "/keys")).json["keys"]] == [None]
    shop.world.clock.advance(2 * HOUR)
    assert (old.ask("GET", path(shop)).status, new.ask("GET", path(shop)).status) == (401, 200)
    assert operator.ask("POST", path(shop, f"/keys/{key['id']}/rotate"), {"overlap_hours": 0}).status == 201
    assert new.ask("GET", path(shop)).status == 401


def test_a_secret_that_has_given_way_does_not_rotate_its_key(operator: Api, api: Api, shop: Shop) -> None:
    """Else whoever finds an old one has a key for good, and its owner none."""
    key = made(operator, shop)
    current = api.with_key(key["key"]).ask("POST", "/v1/keys/self/rotate").json["key"]
    stolen = api.with_key(key["key"]).ask("POST", "/v1/keys/self/rotate", {"overlap_hours": 0})
    assert (stolen.status, "key" in stolen.json) == (403, False)
    assert api.with_key(current).ask("GET", "/v1/keys/self").status == 200


def test_a_key_with_an_end_keeps_it_however_often_it_is_rotated(operator: Api, api: Api, shop: Shop) -> None:
    ends = shop.world.clock.now() + 30 * DAY
    secret = made(operator, shop, expires_at=ends)["key"]
    for _ in range(6):
        rotated = api.with_key(secret).ask("POST", "/v1/keys/self/rotate")
        assert rotated.json["expires_at"] == ends
        secret = rotated.json["key"]
    assert [one["expires_at"] for one in operator.ask("GET", path(shop, "/keys")).json["keys"]] == [ends]


def test_a_secret_that_has_given_way_ages_out_with_its_place_in_the_list(operator: Api, api: Api, shop: Shop) -> None:
    key = made(operator, shop)
    api.with_key(key["key"]).ask("POST", "/v1/keys/self/rotate", {"overlap_hours": 2})
    over = (shop.world.clock.now() + 2 * HOUR) // SECOND + 1
    kept = [item for item in shop.world.items() if digest(key["key"]) in (item.get("digest"), item["pk"][4:])]
    assert [item.get("ttl") for item in kept] == [over, over]


def test_a_key_that_is_taken_away_while_it_is_rotated_is_gone(
    operator: Api, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever of the two writes first."""
    held, key = shop.world.services.admin_keys, made(operator, shop)
    scope, now = shop.advertiser.id, shop.world.clock.now()
    look = AdminKeys._secrets

    def taken_away_meanwhile(*asked: Any) -> Any:
        found = look(*asked)
        held.revoke(scope, key["id"])
        return found

    with monkeypatch.context() as racing:
        racing.setattr(AdminKeys, "_secrets", taken_away_meanwhile)
        assert held.rotate(scope, key["id"], "rk_new", now, DAY) is None
    assert held.known("rk_new", now) is None


def test_a_key_that_is_taken_away_opens_nothing_with_any_secret(operator: Api, api: Api, shop: Shop) -> None:
    key = made(operator, shop)
    second = api.with_key(key["key"]).ask("POST", "/v1/keys/self/rotate").json["key"]
    assert operator.ask("DELETE", path(shop, f"/keys/{key['id']}")).status == 204
    assert {api.with_key(one).ask("GET", path(shop)).status for one in (key["key"], second)} == {401}
    assert operator.ask("DELETE", path(shop, f"/keys/{key['id']}")).status == 404


def test_nobody_takes_away_the_key_that_it_asks_with(operator: Api, api: Api, shop: Shop) -> None:
    own = operator.ask("GET", "/v1/keys/self").json["id"]
    assert operator.ask("DELETE", f"/v1/keys/{own}").status == 403
    other = operator.ask("POST", "/v1/keys", {"name": "second"}).json
    assert api.with_key(other["key"]).ask("DELETE", f"/v1/keys/{own}").status == 204


def test_when_a_key_was_used_last_is_known_to_the_hour(operator: Api, api: Api, shop: Shop) -> None:
    key = made(operator, shop)
    assert operator.ask("GET", path(shop, "/keys")).json["keys"][0]["used_at"] is None
    at = shop.world.clock.now()
    for _ in range(3):
        api.with_key(key["key"]).ask("GET", path(shop))
        shop.world.clock.advance(20 * MINUTE)
    assert operator.ask("GET", path(shop, "/keys")).json["keys"][0]["used_at"] == at


def test_a_key_of_before_roles_reaches_all_of_its_scope(api: Api, shop: Shop) -> None:
    old = {"type": "admin_key", "v": 1, "scope": shop.advertiser.id}
    shop.world.services.table.put(Put(keys.admin_key(digest("rk_old")), old))
    assert api.with_key("rk_old").ask("GET", "/v1/keys/self").json["role"] == "marketer"


def test_a_key_of_before_roles_is_adopted_and_then_listed_rotated_and_taken_away(
    operator: Api, api: Api, shop: Shop
) -> None:
    old = {"type": "admin_key", "v": 1, "scope": shop.advertiser.id}
    shop.world.services.table.put(Put(keys.admin_key(digest("rk_old")), old))
    assert operator.ask("GET", path(shop, "/keys")).json["keys"] == []
    (adopted,) = shop.world.services.admin_keys.adopt()
    assert list(shop.world.services.admin_keys.adopt()) == []

    (listed,) = operator.ask("GET", path(shop, "/keys")).json["keys"]
    assert (listed["id"], listed["role"]) == (adopted.id, "marketer")
    assert api.with_key("rk_old").ask("GET", "/v1/keys/self").json["id"] == adopted.id
    rotated = operator.ask("POST", path(shop, f"/keys/{adopted.id}/rotate"), {"overlap_hours": 0}).json["key"]
    assert api.with_key(rotated).ask("GET", "/v1/keys/self").json["id"] == adopted.id
    assert operator.ask("DELETE", path(shop, f"/keys/{adopted.id}")).status == 204
    shop.world.clock.advance(11 * SECOND)
    assert api.with_key(rotated).ask("GET", "/v1/keys/self").status == 401
    assert api.with_key("rk_old").ask("GET", "/v1/keys/self").status == 401


def test_the_console_is_as_wide_as_the_keys_role(operator: Api, api: Api, shop: Shop) -> None:
    """And ends with the key."""
    reader = made(operator, shop, role="reader")
    begun = api.ask("POST", "/console", {"key": reader["key"]}, form=True)
    session = {"Cookie": begun.headers["Set-Cookie"].partition(";")[0]}
    assert api.ask("GET", "/console", told=session).status == 200
    assert api.ask("GET", "/console/inbox", told=session).status == 403
    operator.ask("DELETE", path(shop, f"/keys/{reader['id']}"))
    assert "key" in api.ask("GET", "/console", told=session).text.casefold()
    assert api.ask("GET", "/console/inbox", told=session).status in (303, 401)
