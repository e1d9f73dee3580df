"""Keys: shown once, kept hashed, by role, until a time; and what the edge does around every route of the API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from chalice.app import Response

from chalicelib.clock import DAY, HOUR, MINUTE, SECOND
from chalicelib.errors import StorageUnavailable, TooMany
from chalicelib.storage import keys
from chalicelib.storage.admin_keys import AdminKeys
from chalicelib.storage.advertisers import OPERATOR, digest
from chalicelib.storage.table import Put
from chalicelib.web import rate_limits
from tests.support.shop import CAMILLE, Shop
from tests.support.talk import write
from tests.web.conftest import Answer, Api


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


# What the edge does around every route.


def test_past_the_limit_a_key_is_told_when_to_ask_again(
    operator: Api, api: Api, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(rate_limits.MOST, "api", 2)
    mine = api.with_key(made(operator, shop)["key"])
    left = [mine.ask("GET", path(shop)) for _ in range(3)]
    assert [answer.status for answer in left] == [200, 200, 429]
    assert [answer.headers["RateLimit"].split(";")[1] for answer in left] == ["r=1", "r=0", "r=0"]
    assert left[0].headers["RateLimit-Policy"] == '"api";q=2;w=60'
    assert 1 <= int(left[2].headers["Retry-After"]) <= 60 and left[2].json["rule"] == "too_many"
    shop.world.clock.advance(MINUTE)
    assert mine.ask("GET", path(shop)).status == 200


def create_site(api: Api, shop: Shop, name: str, *, key: str) -> Answer:
    body = {"name": name, "origins": ["https://shop.example"]}
    return api.ask("POST", path(shop, "/sites"), body, told={"Idempotency-Key": key})


def sites(shop: Shop) -> int:
    return sum(item["type"] == "site" for item in shop.world.items())


def test_a_request_that_is_sent_again_is_done_once_and_answered_the_same(operator: Api, shop: Shop) -> None:
    before = sites(shop)
    first, again = (create_site(operator, shop, "Lumen", key="a-1") for _ in range(2))
    assert (first.status, again.status, again.text) == (201, 201, first.text)
    assert (again.headers.get("Idempotency-Replayed"), sites(shop)) == ("true", before + 1)
    assert first.json["secret"] not in str(shop.world.items())
    assert create_site(operator, shop, "Another", key="a-1").status == 422
    assert create_site(operator, shop, "Lumen", key="a-2").status == 201
    shop.world.clock.advance(DAY)
    assert create_site(operator, shop, "Another", key="a-1").status == 201


def test_keys_of_two_callers_do_not_meet(operator: Api, api: Api, shop: Shop) -> None:
    other = api.with_key(made(operator, shop)["key"])
    first, second = create_site(operator, shop, "Lumen", key="k"), create_site(other, shop, "Lumen", key="k")
    assert first.json["site"] != second.json["site"]


def test_a_refusal_is_repeated_and_a_failure_of_ours_is_not(
    operator: Api, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"name": "Lumen", "origins": ["nonsense"]}
    answers = [operator.ask("POST", path(shop, "/sites"), body, told={"Idempotency-Key": "r"}) for _ in range(2)]
    assert [answer.status for answer in answers] == [422, 422] and answers[0].text == answers[1].text

    def fails(*_: object) -> None:
        raise StorageUnavailable("down")

    with monkeypatch.context() as broken:
        broken.setattr("chalicelib.storage.advertisers.Advertisers.save_site", fails)
        assert create_site(operator, shop, "Lumen", key="f").status == 503
    assert create_site(operator, shop, "Lumen", key="f").status == 201


def test_who_is_told_to_come_later_may(operator: Api, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_many(*_: object) -> None:
        raise TooMany(30)

    with monkeypatch.context() as busy:
        busy.setattr("chalicelib.storage.advertisers.Advertisers.save_site", too_many)
        told = create_site(operator, shop, "Lumen", key="l")
    assert (told.status, told.headers["Retry-After"]) == (429, "30")
    assert create_site(operator, shop, "Lumen", key="l").status == 201


def test_an_answer_that_no_item_holds_is_not_repeated_and_nothing_is_done_twice(
    operator: Api, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What counts is its bytes: three for each of these letters."""
    long = Response(json.dumps({"told": "€" * 150_000}, ensure_ascii=False), status_code=201)
    monkeypatch.setattr("chalicelib.web.admin.answer", lambda *_: long)
    answers = [create_site(operator, shop, "Lumen", key="w").status for _ in range(2)]
    assert answers == [201, 409]


def test_an_answer_that_could_not_be_kept_is_told_all_the_same(
    operator: Api, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise StorageUnavailable("down")

    with monkeypatch.context() as broken:
        broken.setattr("chalicelib.storage.answered_once.AnsweredOnce.settle", fails)
        assert create_site(operator, shop, "Lumen", key="s").status == 201
    assert create_site(operator, shop, "Lumen", key="s").status == 409


def test_a_table_that_does_not_answer_the_edge_is_a_problem_too(
    operator: Api, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise StorageUnavailable("down")

    monkeypatch.setattr("chalicelib.storage.answered_once.AnsweredOnce.begin", fails)
    told = create_site(operator, shop, "Lumen", key="b")
    assert (told.status, told.headers["Content-Type"]) == (503, "application/problem+json")


def test_a_request_whose_worker_died_is_not_done_twice(operator: Api, shop: Shop) -> None:
    first = create_site(operator, shop, "Lumen", key="d")
    (place,) = [item for item in shop.world.items() if item["type"] == "answered_once"]
    del place["done"], place["answer"]
    shop.world.services.table.put(Put((place["pk"], place["sk"]), place))
    running = create_site(operator, shop, "Lumen", key="d")
    assert first.status == 201 and (running.status, running.headers["Retry-After"]) == (409, "5")
    shop.world.clock.advance(5 * MINUTE)
    assert "another" in create_site(operator, shop, "Lumen", key="d").json["detail"]


def test_what_was_read_is_changed_only_if_it_has_not_changed(operator: Api, shop: Shop) -> None:
    address, body = path(shop, "/templates/t-1"), {"text": "Bonjour {{ link }}"}
    assert operator.ask("PUT", address, body, told={"If-Match": '"x"'}).status == 412
    assert operator.ask("PUT", address, body).status == 201
    tag = operator.ask("GET", address).headers["ETag"]
    unchanged = operator.ask("GET", address, told={"If-None-Match": tag})
    assert (unchanged.status, unchanged.text) == (304, "")
    assert operator.ask("PUT", address, {"text": "Salut {{ link }}"}, told={"If-Match": tag}).status == 200
    late = operator.ask("PUT", address, {"text": "Coucou {{ link }}"}, told={"If-Match": tag})
    assert late.status == 412
    assert operator.ask("GET", address).json["text"] == "Salut {{ link }}"


def test_of_two_who_change_what_they_read_one_has_its_turn(operator: Api, shop: Shop) -> None:
    address = path(shop, "/templates/t-1")
    operator.ask("PUT", address, {"text": "Bonjour {{ link }}"})
    tag = operator.ask("GET", address).headers["ETag"]
    turns, now = shop.world.services.turns, shop.world.clock.now()
    turn = turns.take(address, now)
    assert turn is not None and turns.take(address, now) is None
    body = {"text": "Salut {{ link }}"}
    assert operator.ask("PUT", address, body, told={"If-Match": tag}).status == 409
    turns.give_back(address, turn)
    assert operator.ask("PUT", address, body, told={"If-Match": tag}).status == 200


@pytest.mark.parametrize("key", [None, "rk_unknown", "rk_other"])
def test_whoever_may_not_change_a_thing_takes_no_turn(operator: Api, api: Api, shop: Shop, key: str | None) -> None:
    """Else somebody without a key could keep everybody waiting."""
    shop.world.services.admin_keys.grant("rk_other", "adv_other")
    address = path(shop, "/templates/t-1")
    operator.ask("PUT", address, {"text": "Bonjour {{ link }}"})
    turns = shop.world.services.turns
    held = turns.take(address, shop.world.clock.now())  # So that a turn that is asked for shows.
    answer = api.with_key(key).ask("PUT", address, {"text": "Salut"}, told={"If-Match": "*"})
    assert held and answer.status in (401, 403)


def audited(api: Api, shop: Shop, rest: str = "") -> list[dict[str, Any]]:
    return list(api.ask("GET", path(shop, f"/audit{rest}")).json["entries"])


def test_every_change_is_on_record_with_who_when_before_and_after(operator: Api, api: Api, shop: Shop) -> None:
    address = path(shop, "/templates/t-1")
    for text in ("Bonjour {{ link }}", "Salut {{ link }}"):
        shop.world.clock.advance(1)
        operator.ask("PUT", address, {"text": text})
    newest, first = audited(operator, shop)
    assert newest["key"] == operator.ask("GET", "/v1/keys/self").json["id"]
    assert (newest["at"], newest["status"], newest["method"]) == (shop.world.clock.now(), 200, "PUT")
    assert (newest["before"]["text"], newest["after"]["text"]) == ("Bonjour {{ link }}", "Salut {{ link }}")
    assert first["before"] is None
    assert "Salut" not in str([item for item in shop.world.items() if item["type"] == "audit"])


def test_a_verb_is_on_record_with_what_it_was_done_to(operator: Api, shop: Shop) -> None:
    operator.ask("POST", path(shop, "/playbooks/win_back"), {"language": "fr"})
    shop.world.clock.advance(1)
    operator.ask("POST", path(shop, "/journeys/win_back/stop"))
    (stopped, _) = audited(operator, shop)
    assert (stopped["before"]["state"], stopped["after"]["state"]) == ("draft", "stopped")


def test_what_was_refused_is_on_record_and_what_was_only_asked_is_not(operator: Api, shop: Shop) -> None:
    operator.ask("PUT", path(shop, "/templates/t-1"), {"text": "{{ nonsense"})
    operator.ask("POST", path(shop, "/templates/check"), {"text": "{{ link }}"})
    operator.ask("GET", path(shop))
    (refused,) = audited(operator, shop)
    assert (refused["status"], "after" in refused) == (422, False)


def test_who_looked_a_person_up_is_on_record_with_the_reason_and_no_phone(operator: Api, shop: Shop) -> None:
    shop.contact(CAMILLE)
    operator.ask("POST", path(shop, "/people/find"), {"reason": "asked for access", "phone": CAMILLE})
    (entry,) = audited(operator, shop)
    assert entry["asked"] == {"reason": "asked for access", "phone": "…"}


def test_secrets_are_not_on_record(operator: Api, shop: Shop) -> None:
    secret = create_site(operator, shop, "Lumen", key="s").json["secret"]
    assert secret not in operator.ask("GET", path(shop, "/audit")).text


def test_the_log_tells_what_was_done_and_not_of_whom(operator: Api, shop: Shop) -> None:
    """Who is erased must not stay in it for a year."""
    shop.contact(CAMILLE)
    thread = write(shop, "Bonjour, la lampe Zephyr existe-t-elle ?").id
    told: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("POST", "/consents", {"phone": CAMILLE, "first_name": "Zephyrine", "given": {"sms_marketing": True}}),
        ("POST", "/imports", {"telephone": CAMILLE, "prenom": "Zephyrine", "ville": "Zephyrville"}),
        ("POST", f"/conversations/{thread}/messages", {"text": "Bonjour Zephyrine", "id": "zephyr-0001"}),
        ("PUT", f"/conversations/{thread}/state", {"state": "closed"}),
        ("POST", "/people/find", {"reason": "asked for access", "customer_id": "Zephyr-7"}),
        ("POST", "/segments/none/members", {"add": [{"customer_id": "Zephyr-7"}]}),
        ("POST", "/templates/none/test", {"row": {"first_name": "Zephyrine"}}),
        ("PUT", "/notices", {"emails": ["zephyr@shop.example"]}),
        ("POST", "/lead-sources", {"name": "Ads", "kind": "facebook", "app_secret": "zephyr-secret"}),
        ("POST", "/webhooks", {"name": "Slack", "url": "https://hooks.slack.example/zephyr", "events": []}),
    )
    for method, rest, body in told:
        operator.ask(method, path(shop, rest), body)
    entries = audited(operator, shop)
    assert len(entries) == len(told) and "zephyr" not in str(entries).casefold()
    by_route = {entry["route"].removeprefix("/v1/advertisers/{advertiser}"): entry["asked"] for entry in entries}
    assert by_route["/consents"] == {"phone": "…", "first_name": "…", "given": {"sms_marketing": True}}
    assert by_route["/conversations/{conversation}/state"] == {"state": "closed"}
    assert by_route["/people/find"]["reason"] == "asked for access"
    assert by_route["/webhooks"]["url"] == "https://hooks.slack.example/…"


def test_a_change_that_was_made_is_told_as_made_though_its_end_is_not_on_record(
    operator: Api, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise StorageUnavailable("down")

    with monkeypatch.context() as broken:
        broken.setattr("chalicelib.storage.audit_log.AuditLog.settle", fails)
        assert operator.ask("PUT", path(shop, "/templates/t-1"), {"text": "{{ link }}"}).status == 201
    assert audited(operator, shop)[0]["status"] is None


def test_nothing_is_changed_that_cannot_be_put_on_record(
    operator: Api, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise StorageUnavailable("down")

    monkeypatch.setattr("chalicelib.storage.audit_log.AuditLog.begin", fails)
    assert operator.ask("PUT", path(shop, "/templates/t-1"), {"text": "{{ link }}"}).status == 503
    assert operator.ask("GET", path(shop, "/templates/t-1")).status == 404


def test_the_log_is_read_by_pages(operator: Api, shop: Shop) -> None:
    for position in range(3):
        shop.world.clock.advance(MINUTE)
        operator.ask("PUT", path(shop, f"/templates/t-{position}"), {"text": "{{ link }}"})
    page = operator.ask("GET", path(shop, "/audit?limit=2")).json
    rest = operator.ask("GET", path(shop, f"/audit?limit=2&after={page['next'].replace('#', '%23')}")).json
    assert [entry["target"]["template"] for entry in (*page["entries"], *rest["entries"])] == ["t-2", "t-1", "t-0"]
    assert rest["next"] is None


def test_the_operators_changes_of_an_advertiser_are_seen_by_it(operator: Api, api: Api, shop: Shop) -> None:
    mine = api.with_key(made(operator, shop)["key"])
    (entry,) = audited(mine, shop)
    assert (entry["role"], entry["route"]) == ("operator", "/v1/advertisers/{advertiser}/keys")


def test_what_the_framework_refuses_is_a_problem_too(operator: Api, shop: Shop) -> None:
    answer = operator.ask("PUT", path(shop, "/templates/t-1"), {"text": "x"}, form=True)
    assert (answer.status, answer.headers["Content-Type"]) == (415, "application/problem+json")
    assert operator.ask("PATCH", path(shop)).json["status"] == 405


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
