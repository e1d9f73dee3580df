"""Lists of the admin API: what they hold, how they are narrowed, and that they name nobody."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.clock import HOUR
from chalicelib.storage.advertisers import OPERATOR
from chalicelib.storage.click_records import Record, Verdict, record_from
from chalicelib.storage.ledger import Opposition
from chalicelib.storage.links import Click
from tests.support.shop import CAMILLE, INES, MALIK, PAGE, Shop, open_shop, visitor_id
from tests.support.stream import Stream
from tests.web.conftest import Api, key_for


@pytest.fixture
def own(api: Api, shop: Shop) -> Api:
    """Asks with the advertiser's own key."""
    return api.with_key(key_for(shop, shop.advertiser.id))


def of(shop: Shop, rest: str) -> str:
    return f"/v1/advertisers/{shop.advertiser.id}/{rest}"


def all_of(api: Api, path: str, name: str, limit: int) -> list[Any]:
    """A whole list, page by page."""
    found, cursor = [], ""
    while True:
        joint = "&" if "?" in path else "?"
        page = api.ask("GET", f"{path}{joint}limit={limit}" + (f"&after={cursor}" if cursor else "")).json
        assert len(page[name]) <= limit
        found += page[name]
        cursor = page["next"]
        if cursor is None:
            return found


def test_advertisers_and_sites_are_listed_the_newest_first(api: Api, own: Api, shop: Shop) -> None:
    shop.world.clock.advance(1)
    other = open_shop(shop.world)
    operator = api.with_key(key_for(shop, OPERATOR))
    told = all_of(operator, "/v1/advertisers", "advertisers", 1)
    assert [one["advertiser"] for one in told] == [other.advertiser.id, shop.advertiser.id]

    body = {"name": "Lumen Pro", "origins": ["https://pro.shop.example"]}
    second = own.ask("POST", of(shop, "sites"), body).json
    (newest, first) = all_of(own, of(shop, "sites"), "sites", 1)
    assert (newest["site"], first["site"]) == (second["site"], shop.site.id)
    assert "secret" not in newest and (newest["counts"], newest["last_event_at"]) == ({}, None)


def test_a_site_tells_when_events_arrive(own: Api, shop: Shop, stream: Stream) -> None:
    shop.tell(visitor_id(), "view_item", "view_item")
    stream.follow()
    (site,) = own.ask("GET", of(shop, "sites")).json["sites"]
    now = shop.world.clock.now()
    assert (site["counts"], site["last_event_at"]) == ({"view_item": 2}, now - now % HOUR)


def test_messages_are_narrowed_by_what_they_are_and_what_became_of_them(own: Api, shop: Shop) -> None:
    cart = shop.message(template="cart-1")
    sale = shop.message(journey="broadcast", campaign="bc_1", state="refused", reason="cap_reached")
    shop.message(journey="broadcast", campaign="bc_2", state="refused", reason="opposed")

    def found(query: str) -> list[str]:
        return [one["message"] for one in own.ask("GET", of(shop, f"messages?{query}")).json["messages"]]

    assert len(found("")) == 3
    assert found("journey=cart") == found("template=cart-1") == found("state=queued") == [cart.id]
    assert found("broadcast=bc_1") == found("campaign=bc_1") == found("reason=cap_reached") == [sale.id]
    assert found("state=refused&reason=cap_reached") == found("journey=broadcast&reason=cap_reached") == [sale.id]
    assert found("state=delivered") == found("broadcast=cart") == []
    assert len(all_of(own, of(shop, "messages"), "messages", 2)) == 3
    assert len(all_of(own, of(shop, "messages?state=refused"), "messages", 1)) == 2


def test_messages_are_narrowed_to_a_time(own: Api, shop: Shop) -> None:
    now = shop.world.clock.now()
    early, late = (shop.message(created_at=now + hour * HOUR).id for hour in (0, 2))
    between = own.ask("GET", of(shop, f"messages?since={now + HOUR}&until={now + 3 * HOUR}")).json["messages"]
    assert [one["message"] for one in between] == [late]
    until = own.ask("GET", of(shop, "messages?until=2126-03-02T11:00:00%2B01:00&limit=1")).json
    assert [one["message"] for one in until["messages"]] == [late] and until["next"]
    assert early not in str(until)
    far = own.ask("GET", of(shop, "messages?until=9126-03-02T11:00:00Z")).json["messages"]
    assert [one["message"] for one in far] == [late, early]


@pytest.mark.parametrize(
    ("query", "field", "rule"),
    [
        ("messages?limit=0", "limit", "range"),
        ("messages?limit=201", "limit", "range"),
        ("messages?after=%C3%A9", "after", "place"),
        ("messages?after=x", "after", "place"),
        ("messages?state=gone", "state", "known"),
        ("messages?since=yesterday", "since", "moment"),
        ("messages?since=2026-03-02T11:00:00", "since", "moment"),
        ("messages?journey=a%20b", "journey", "characters"),
        ("contacts?consented=email", "consented", "known"),
        ("contacts?opposed=1", "opposed", "known"),
        ("contacts?after=bXNn", "after", "place"),
        ("broadcasts?state=gone", "state", "known"),
        ("journeys?state=gone", "state", "known"),
        ("consents?purpose=email", "purpose", "known"),
        ("consents?given=yes", "given", "known"),
    ],
)
def test_what_a_list_cannot_be_narrowed_to_is_told_by_name(
    own: Api, shop: Shop, query: str, field: str, rule: str
) -> None:
    answer = own.ask("GET", of(shop, query))
    (error,) = answer.json["errors"]
    assert (answer.status, error["field"], error["rule"]) == (422, field, rule)


def test_links_and_domains_are_listed_and_a_domain_is_closed_for_new_ones(api: Api, own: Api, shop: Shop) -> None:
    operator = api.with_key(key_for(shop, OPERATOR))
    operator.ask("POST", of(shop, "link-domains"), {"domain": "go.lumen.example"})
    new = {"target": PAGE, "domain": "go.lumen.example", "slug": "spring"}
    plain, slug = (own.ask("POST", of(shop, "links"), body).json for body in ({"target": PAGE}, new))
    told = all_of(own, of(shop, "links"), "links", 1)
    assert {(one["domain"], one["code"]) for one in told} == {(None, plain["code"]), ("go.lumen.example", "spring")}
    assert own.ask("GET", of(shop, "link-domains")).json["domains"][0]["domain"] == "go.lumen.example"

    own.ask("PATCH", of(shop, f"links/{plain['code']}"), {"target": f"{PAGE}/new"})
    edited = {one["code"]: one["target"] for one in all_of(own, of(shop, "links"), "links", 9)}
    assert edited[plain["code"]] == f"{PAGE}/new"

    path = of(shop, "link-domains/go.lumen.example")
    assert (own.ask("DELETE", path).status, operator.ask("DELETE", path).status) == (403, 200)
    assert own.ask("GET", of(shop, "link-domains")).json["domains"] == []
    assert own.ask("POST", of(shop, "links"), new | {"slug": "summer"}).status == 422
    assert shop.world.services.links.get("go.lumen.example/spring") is not None, "what was made goes on landing"
    other = open_shop(shop.world)
    assert operator.ask("POST", of(other, "link-domains"), {"domain": "go.lumen.example"}).status == 422
    assert operator.ask("POST", of(shop, "link-domains"), {"domain": "go.lumen.example"}).status == 201
    assert slug["url"].startswith("https://go.lumen.example/")


def clicked(shop: Shop, at: int, link: str, kind: str, message: str = "") -> str:
    click = Click(f"clk_{at}", at, "GET", "Safari", "fr", "", "FR", "192.0.2.0/24", "")
    record = Record(link, shop.advertiser.id, message, click, Verdict(kind, ("by_test",), 1), "ios", None, None)
    assert shop.world.services.click_log.add(record)
    return click.id


def test_clicks_are_narrowed_by_link_message_kind_and_time(own: Api, shop: Shop) -> None:
    now = shop.world.clock.now()
    person = clicked(shop, now, "personal123", "person", "msg_1")
    preview = clicked(shop, now + HOUR, "abc347", "preview")
    bot = clicked(shop, now + 2 * HOUR, "go.lumen.example/spring", "bot")

    def found(query: str) -> list[str]:
        return [one["click"] for one in all_of(own, of(shop, f"clicks?{query}"), "clicks", 1)]

    assert found("") == [bot, preview, person]
    assert found("link=abc347") == found("kind=preview") == [preview]
    assert found(f"since={now + 1}&until={now + HOUR + 1}") == [preview]
    assert found("link=go.lumen.example/spring") == [bot]
    assert found("message=msg_1") == found("kind=person") == [person]
    assert "192.0.2" not in own.ask("GET", of(shop, "clicks")).text


def test_a_click_of_another_class_is_found_under_that(own: Api, shop: Shop) -> None:
    click = clicked(shop, shop.world.clock.now(), "abc347", "person")
    record = record_from(next(iter(shop.world.of_type("click"))))
    assert shop.world.services.click_log.change(record, Verdict("bot", ("data_centre",), 2))
    told = [one["click"] for one in own.ask("GET", of(shop, "clicks?kind=bot")).json["clicks"]]
    assert (told, own.ask("GET", of(shop, "clicks?kind=person")).json["clicks"]) == ([click], [])


def test_contacts_are_told_by_the_bases_own_names_and_nothing_that_is_sealed(
    own: Api, shop: Shop, stream: Stream
) -> None:
    shop.contact(CAMILLE, first_name="Camille", email="camille@example.com")
    shop.contact(MALIK, marketing=False)
    opposed = shop.contact(INES)
    shop.world.services.ledgers.oppose(opposed, shop.advertiser.id, Opposition(shop.world.clock.now(), "stop"))
    stream.follow()
    vault = shop.world.services.vault

    def found(query: str) -> set[str]:
        return {one["person"] for one in all_of(own, of(shop, f"contacts{query}"), "contacts", 1)}

    assert found("") == set(map(vault.person, (CAMILLE, MALIK, INES)))
    assert found("?consented=sms_marketing") == set(map(vault.person, (CAMILLE, INES)))
    assert found("?opposed=true") == {opposed}
    assert found("?consented=sms_marketing&opposed=false") == {vault.person(CAMILLE)}
    text = own.ask("GET", of(shop, "contacts")).text
    assert CAMILLE not in text and "Camille" not in text and "camille@" not in text


def test_consents_are_listed_by_what_was_said_when_and_where(own: Api, shop: Shop, stream: Stream) -> None:
    said = {
        CAMILLE: ("checkout", "till-1", True),
        MALIK: ("paper", "form-2", True),
        INES: ("checkout", "till-1", False),
    }
    for phone, (source, wording, given) in said.items():
        body = {"phone": phone, "given": {"sms_marketing": given}, "source": source, "wording": wording}
        assert own.ask("POST", of(shop, "consents"), body).status == 201
        shop.world.clock.advance(HOUR)
    stream.follow()
    vault, start = shop.world.services.vault, shop.world.clock.now() - 3 * HOUR

    def found(query: str) -> set[str]:
        return {one["person"] for one in all_of(own, of(shop, f"consents{query}"), "consents", 1)}

    camille, malik, ines = map(vault.person, said)
    assert found("") == {camille, malik, ines} and found("?purpose=matching") == set()
    assert found("?given=true") == {camille, malik} and found("?given=true&source=checkout") == {camille}
    assert found("?wording=form-2") == {malik}
    assert found(f"?since={start + HOUR}") == {malik, ines} and found(f"?until={start + HOUR}") == {camille}


def test_one_contact_is_taken_and_read_again(own: Api, shop: Shop) -> None:
    body = {"phone": CAMILLE, "given": {"sms_marketing": True}, "source": "loyalty", "fields": {"tier": "gold"}}
    made = own.ask("POST", of(shop, "contacts"), body)
    assert made.status == 201
    sent = shop.message(state="refused", reason="cap_reached")
    path = of(shop, f"people/{made.json['person']}")
    told = own.ask("GET", f"{path}?reason=support")
    assert told.json["fields"] == {"tier": "gold"} and told.json["consents"]["sms_marketing"]["given"]
    assert told.json["opposition"] is None and CAMILLE not in told.text
    assert sent.id not in str(told.json["messages"]), "it has no reference to this contact"

    assert own.ask("GET", path).json["errors"][0]["field"] == "reason"
    assert own.ask("GET", of(shop, f"people/{'0' * 64}?reason=support")).status == 404
    looked = own.ask("GET", of(shop, "audit")).json["entries"]
    reads = [entry for entry in looked if entry["method"] == "GET"]
    assert "support" in str(reads), "who looked, and why"


def test_what_people_write_by_hand_is_told_in_pages_too(own: Api, shop: Shop) -> None:
    for name in ("sale", "cart-1", "win-back"):
        own.ask("PUT", of(shop, f"templates/{name}"), {"text": "Bonjour {{ link }}"})
        own.ask("PUT", of(shop, f"wordings/{name}"), {"language": "fr", "texts": {"sms_marketing": "J'accepte"}})
        shop.world.services.admin_keys.grant(f"rk_{name}", shop.advertiser.id)
    assert [one["template"] for one in all_of(own, of(shop, "templates"), "templates", 2)] == [
        "cart-1",
        "sale",
        "win-back",
    ]
    for things in ("wordings", "keys"):
        whole = own.ask("GET", of(shop, things)).json[things]
        assert len(whole) >= 3
        assert all_of(own, of(shop, things), things, 1) == whole
