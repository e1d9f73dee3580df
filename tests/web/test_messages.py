"""Messages that a shop's back end asks for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.audience.intake import Arrival
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.storage import messages
from chalicelib.storage.ledger import EVERYONE, Opposition
from chalicelib.storage.messages import Message
from chalicelib.storage.templates import Template
from chalicelib.workers import send
from tests.support.shop import CAMILLE, MALIK, Shop, hashed, open_shop
from tests.support.stream import Stream
from tests.web.conftest import Answer, Api, key_for
from tests.web.test_admin_promos import TEN

PATH = "/v1/messages"
ORDER: dict[str, Any] = {
    "id": "shipped-A-1042",
    "to": {"phone": "06 39 98 00 01"},
    "order": "A-1042",
    "text": "Bonjour, votre commande {{ order.number }} est en route avec {{ data.carrier }}.",
    "data": {"carrier": "Colissimo"},
}
TEXT = "Bonjour, votre commande A-1042 est en route avec Colissimo."
SALE = Template("sale", "Bonjour, soldes : -20 % sur tout : {{ link }}")


@pytest.fixture
def own(api: Api, shop: Shop) -> Api:
    return api.with_key(key_for(shop, shop.advertiser.id))


def rules(refused: Answer) -> list[tuple[str, str]]:
    assert refused.status == 422, refused.text
    return [(error["field"], error["rule"]) for error in refused.json["errors"]]


def say(shop: Shop, *, sms_notification: bool) -> str:
    """Somebody says something to the shop, now; the person."""
    statement = Statement({"sms_notification": sms_notification}, shop.world.clock.now(), "checkout")
    shop.world.services.intake.take(shop.advertiser.id, Arrival(Profile(CAMILLE, first_name="Camille"), statement))
    return shop.world.services.vault.person(CAMILLE)


def leave(shop: Shop) -> None:
    """What is due leaves."""
    shop.world.services.tick.run()
    send.on_orders(shop.world.queue.drain(), shop.world.services)


def made(shop: Shop) -> list[Message]:
    return [shop.stored(item["id"]) for item in shop.world.of_type("message")]


def test_an_order_is_notified_about_and_gives_nothing_else(own: Api, shop: Shop) -> None:
    asked = own.ask("POST", PATH, ORDER)
    assert asked.status == 202, asked.text
    assert (asked.json["state"], asked.json["class"], asked.json["parts"]) == ("scheduled", "notification", 1)
    leave(shop)
    (sms,) = shop.world.provider.sent
    assert (sms.to, sms.text, sms.message_class) == (CAMILLE, TEXT, "notification")

    told = own.ask("GET", f"{PATH}/{asked.json['message']}").json
    assert told["state"] == "sent"
    assert (told["decision"]["consent"]["basis"], told["decision"]["consent"]["source"]) == ("contract", "order")
    contact = shop.world.services.contacts.get(shop.advertiser.id, shop.world.services.vault.person(CAMILLE))
    assert contact is not None and set(contact.consents) == {"sms_notification"}
    (statement,) = shop.world.services.erasure.proof(contact)
    assert (statement["basis"], statement["evidence"]) == ("contract", {"order": "A-1042"})
    assert not list(shop.world.services.consent_verifier.verify_contact(contact))


def test_the_same_id_is_the_same_message_and_leaves_once(own: Api, shop: Shop) -> None:
    first = own.ask("POST", PATH, ORDER)
    leave(shop)
    again = own.ask("POST", PATH, {**ORDER, "id": None}, told={"Idempotency-Key": ORDER["id"]})
    assert again.status == 202
    assert (again.json["message"], again.json["state"]) == (first.json["message"], "sent")
    leave(shop)
    assert len(shop.world.provider.sent) == len(made(shop)) == 1
    assert own.ask("POST", PATH, {**ORDER, "text": "Autre chose"}).status == 409
    under_its_header = {**ORDER, "id": None, "text": "Autre chose"}
    assert own.ask("POST", PATH, under_its_header, told={"Idempotency-Key": ORDER["id"]}).status == 409
    assert own.ask("POST", PATH, {**ORDER, "id": "delivered-A-1042"}).json["message"] != first.json["message"]
    person = shop.world.services.vault.person(CAMILLE)
    assert shop.world.services.contacts.get(shop.advertiser.id, person).length == 1  # type: ignore[union-attr]


def test_a_message_that_its_header_names_is_told_as_it_stands(own: Api, shop: Shop) -> None:
    """And one whose worker died is taken when it is asked for again: another name would be a second message."""
    told = {"Idempotency-Key": ORDER["id"]}
    assert own.ask("POST", PATH, {**ORDER, "id": None}, told=told).json["state"] == "scheduled"
    leave(shop)
    assert own.ask("POST", PATH, {**ORDER, "id": None}, told=told).json["state"] == "sent"
    assert not shop.world.of_type("answered_once")


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"id": None}, "id", "required"),
        ({"to": {"phone": "12"}}, "to.phone", "valid_number"),
        ({"to": {"phone": "01 42 68 53 00"}}, "to.phone", "mobile"),
        ({"to": {"phone": "+32470123456"}}, "to", "country_unsigned"),
        ({"to": {"email": "no address"}}, "to.email", "email"),
        ({"to": {"email": "a@example.com"}}, "to", "unknown_contact"),
        ({"to": {"person": "nobody"}}, "to", "unknown_contact"),
        ({"order": None, "text": "Bonjour"}, "to", "unknown_contact"),
        ({"message_class": "marketing", "text": "Bonjour {{ link }}"}, "to", "unknown_contact"),
        ({"data": {}}, "text", "missing_value"),
        ({"text": "{{ nothing }}"}, "text", "unknown_value"),
        ({"text": "Suivi : {{ link }}"}, "link", "required"),
        ({"link": "https://user@shop.example"}, "link", "credentials"),
        ({"link": "https://r.example/abc"}, "link", "ourselves"),
        ({"sender": "36999"}, "sender", "sender_unregistered"),
        ({"send_at": "2099-01-01T00:00:00Z"}, "send_at", "too_far"),
        ({"text": None, "template": "none"}, "template", "unknown"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_its_rule_and_leaves_nothing(
    own: Api, shop: Shop, change: dict[str, Any], field: str, rule: str
) -> None:
    assert rules(own.ask("POST", PATH, {**ORDER, **change})) == [(field, rule)]
    assert not made(shop)
    assert not shop.world.of_type("contact")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"text": "Commande prête. -20 % avec le code NOEL"}, "avec le code"),
        ({"text": "{{ data.carrier }}", "data": {"carrier": "Profitez de nos soldes"}}, "profitez"),
    ],
)
def test_an_offer_that_is_called_a_notification_is_refused_with_its_words(
    own: Api, shop: Shop, change: dict[str, Any], words: str
) -> None:
    refused = own.ask("POST", PATH, {**ORDER, **change, "message_class": "notification"})
    assert refused.status == 422 and words in refused.json["errors"][0]["message"]
    assert not made(shop)


def test_a_templates_class_is_its_contents(own: Api, shop: Shop) -> None:
    shop.world.services.templates.save(shop.advertiser.id, SALE)
    shop.contact(first_name="Camille")
    body = {"id": "s-1", "to": {"phone": CAMILLE}, "template": "sale", "link": "https://shop.example/sale"}
    assert rules(own.ask("POST", PATH, body | {"message_class": "notification"})) == [("message_class", "class")]
    assert own.ask("POST", PATH, body).json["class"] == "marketing"
    leave(shop)
    assert "STOP" in shop.world.provider.sent[0].text
    (link,) = shop.world.links()
    assert link.target == "https://shop.example/sale"


def test_no_offer_goes_without_its_code(own: Api, shop: Shop) -> None:
    shop.contact()
    pool = own.ask("POST", f"/v1/advertisers/{shop.advertiser.id}/promo-pools", TEN).json["pool"]
    gift = Template("gift", "Bonjour, -10 % avec {{ code }} : {{ link }}", promo_pool=pool)
    shop.world.services.templates.save(shop.advertiser.id, gift)
    body = {"id": "g-1", "to": {"phone": CAMILLE}, "template": "gift", "link": "https://shop.example/sale"}
    assert rules(own.ask("POST", PATH, body)) == [("template", "promo_out_of_codes")]
    codes = own.ask("POST", f"/v1/advertisers/{shop.advertiser.id}/promo-pools/{pool}/codes", {"fill_up_to": 1})
    assert own.ask("POST", PATH, body).status == 202
    leave(shop)
    assert codes.json["added"][0] in shop.world.provider.sent[0].text


def test_a_template_of_another_class_by_now_is_not_sent(own: Api, shop: Shop) -> None:
    templates = shop.world.services.templates
    ready = Template("ready", "Commande prête", "notification", journey="order_status")
    templates.save(shop.advertiser.id, ready)
    body = {k: v for k, v in ORDER.items() if k not in ("text", "data")} | {"template": "ready"}
    message = own.ask("POST", PATH, body).json["message"]
    templates.save(shop.advertiser.id, Template("ready", "Soldes {{ link }}"))
    leave(shop)
    assert (shop.stored(message).state, shop.stored(message).reason) == ("refused", "template_reclassified")


def test_codes_go_another_way(own: Api, shop: Shop) -> None:
    shop.world.services.templates.save(
        shop.advertiser.id, Template("code", "Code {{ data.code }}", "authorisation", journey="code")
    )
    body = {k: v for k, v in ORDER.items() if k != "text"} | {"template": "code"}
    assert rules(own.ask("POST", PATH, body)) == [("template", "authorisation")]


def test_an_orders_phone_gets_no_marketing_and_nothing_without_an_order(own: Api, shop: Shop) -> None:
    own.ask("POST", PATH, ORDER)
    offer = {"id": "o", "to": {"phone": CAMILLE}, "message_class": "marketing", "text": "Soldes {{ link }}"}
    link = {"link": "https://shop.example/sale"}
    assert rules(own.ask("POST", PATH, offer | link)) == [("to", "no_sms_marketing_consent")]
    assert rules(own.ask("POST", PATH, offer | link | {"order": "A-1"})) == [("to", "no_sms_marketing_consent")]
    other = {"id": "n", "to": {"phone": CAMILLE}, "text": "Bonjour"}
    assert rules(own.ask("POST", PATH, other)) == [("to", "no_order")]
    assert shop.world.counts(shop.advertiser.id)["ask.refused.no_order"] == 1


def test_an_orders_phone_is_matched_with_no_visit(own: Api, shop: Shop, stream: Stream) -> None:
    own.ask("POST", PATH, ORDER)
    shop.tell("visitor-of-an-order", "add_to_cart", ids={"phone_sha256": hashed(CAMILLE)})
    stream.follow()
    assert len(made(shop)) == 1


@pytest.mark.parametrize("to", [{"phone": CAMILLE}, {"email": "Camille@example.com"}, {"customer_id": "c-7"}, "person"])
def test_who_agreed_needs_no_order(own: Api, shop: Shop, to: Any) -> None:
    profile = Profile(CAMILLE, "camille@example.com", "Camille", customer_id="c-7")
    statement = Statement({"sms_notification": True}, shop.world.clock.now(), "checkout")
    shop.world.services.intake.take(shop.advertiser.id, Arrival(profile, statement))
    body = {"id": "n", "to": to, "text": "Bonjour {{ first_name }}"}
    if to == "person":
        body["to"] = {"person": shop.world.services.vault.person(CAMILLE)}
    assert own.ask("POST", PATH, body).status == 202
    leave(shop)
    assert shop.world.provider.sent[0].text == "Bonjour Camille"


def test_what_a_person_said_stands_above_an_order(own: Api, shop: Shop) -> None:
    person = say(shop, sms_notification=False)
    shop.world.clock.advance(DAY)
    assert rules(own.ask("POST", PATH, ORDER)) == [("to", "no_sms_notification_consent")]
    say(shop, sms_notification=True)
    assert own.ask("POST", PATH, ORDER).status == 202
    contact = shop.world.services.contacts.get(shop.advertiser.id, person)
    assert contact is not None and contact.consents["sms_notification"].basis == "consent"


def test_a_consent_that_is_told_after_its_order_counts(own: Api, shop: Shop) -> None:
    before = shop.world.clock.now() - MINUTE
    own.ask("POST", PATH, ORDER)
    late = Arrival(Profile(CAMILLE), Statement({"sms_notification": True}, before, "checkout"))
    shop.world.services.intake.take(shop.advertiser.id, late)
    assert own.ask("POST", PATH, {"id": "n", "to": {"phone": CAMILLE}, "text": "Bonjour"}).status == 202


@pytest.mark.parametrize("scope", ["own", EVERYONE])
@pytest.mark.parametrize("known", [True, False])
def test_who_is_opposed_gets_nothing_for_an_order_either(own: Api, shop: Shop, scope: str, *, known: bool) -> None:
    if known:
        say(shop, sms_notification=True)
    person, now = shop.world.services.vault.person(CAMILLE), shop.world.clock.now()
    shop.world.services.ledgers.oppose(person, shop.advertiser.id if scope == "own" else scope, Opposition(now, "stop"))
    assert rules(own.ask("POST", PATH, ORDER)) == [("to", "opposed")]
    assert not made(shop)
    assert bool(shop.world.of_type("contact")) == known


def test_a_stop_that_comes_after_it_was_asked_for_ends_it(own: Api, shop: Shop) -> None:
    message = own.ask("POST", PATH, ORDER).json["message"]
    person = shop.world.services.vault.person(CAMILLE)
    shop.world.services.ledgers.oppose(person, shop.advertiser.id, Opposition(shop.world.clock.now(), "stop"))
    leave(shop)
    assert shop.stored(message).reason == "opposed"
    assert shop.world.provider.sent == []


def test_another_advertiser_reaches_neither_the_base_nor_the_id(api: Api, own: Api, shop: Shop) -> None:
    person = say(shop, sms_notification=True)
    rival = open_shop(shop.world)
    theirs = api.with_key(key_for(shop, rival.advertiser.id))
    mine = own.ask("POST", PATH, ORDER).json["message"]
    assert rules(theirs.ask("POST", PATH, {"id": "n", "to": {"person": person}, "text": "Bonjour"})) == [
        ("to", "unknown_contact")
    ]
    assert theirs.ask("POST", PATH, ORDER).json["message"] != mine
    assert theirs.ask("GET", f"{PATH}/{mine}").status == 404
    assert theirs.ask("POST", PATH, ORDER | {"advertiser": shop.advertiser.id}).status == 403
    operator = api.with_key(key_for(shop, "operator"))
    assert rules(operator.ask("POST", PATH, ORDER)) == [("advertiser", "known")]
    assert operator.ask("POST", PATH, ORDER | {"advertiser": shop.advertiser.id}).json["message"] == mine


def test_it_leaves_when_it_was_asked_to(own: Api, shop: Shop) -> None:
    asked = own.ask("POST", PATH, ORDER | {"send_at": "2099-01-01T00:00:00Z"})
    assert rules(asked) == [("send_at", "too_far")]
    late = shop.world.clock.now() + 3 * HOUR
    told = datetime.fromtimestamp(late / 1000, UTC).isoformat()
    assert own.ask("POST", PATH, ORDER | {"send_at": told, "expires_in_s": 60}).json["due_at"] == late
    leave(shop)
    assert shop.world.provider.sent == []
    shop.world.clock.advance(3 * HOUR)
    leave(shop)
    assert len(shop.world.provider.sent) == 1


def test_nothing_personal_is_stored_or_logged_in_clear(
    own: Api, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = ORDER | {"data": {"carrier": "Zanzibar"}, "id": "order-of-Camille-Martin"}
    message = own.ask("POST", PATH, secret).json["message"]
    refused = own.ask("POST", PATH, secret | {"id": "x", "to": {"phone": MALIK}, "text": "Soldes pour Zanzibar"})
    leave(shop)
    kept = str(shop.world.items()) + capsys.readouterr().out + refused.text
    for told in ("39980001", "39980002", "Zanzibar", "A-1042", "Martin", "en route"):
        assert told not in kept
    assert shop.stored(message).data is not None


def test_an_export_tells_it_and_an_erasure_takes_it_away(own: Api, shop: Shop) -> None:
    message = own.ask("POST", PATH, ORDER).json["message"]
    person, erasure = shop.world.services.vault.person(CAMILLE), shop.world.services.erasure
    export = erasure.export(shop.advertiser.id, person)
    assert export is not None
    assert export["messages"][0]["given"]["values"] == ORDER["data"]
    assert export["messages"][0]["given"]["order"] == "A-1042"
    erasure.erase(shop.advertiser.id, person)
    left = shop.stored(message)
    assert (left.state, left.data, left.asked, left.person, left.evidence) == ("cancelled", None, None, "", {})
    assert own.ask("POST", PATH, ORDER).status == 409
    assert rules(own.ask("POST", PATH, ORDER | {"id": "again"})) == [("to", "opposed")]


@pytest.mark.parametrize("no", ["erase", "oppose"])
def test_a_no_between_the_decision_and_the_write_wins(
    own: Api, shop: Shop, no: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = say(shop, sms_notification=True)
    services = shop.world.services
    says: dict[str, Callable[[], object]] = {
        "erase": lambda: services.erasure.erase(shop.advertiser.id, person),
        "oppose": lambda: services.ledgers.oppose(
            person, shop.advertiser.id, Opposition(shop.world.clock.now(), "stop")
        ),
    }
    create, said = messages.create, iter([says[no]])

    def late(message: Message) -> Any:
        for say_no in said:
            say_no()
        return create(message)

    monkeypatch.setattr(messages, "create", late)
    assert rules(own.ask("POST", PATH, ORDER)) == [("to", "opposed" if no == "oppose" else "unknown_contact")]
    assert not made(shop)
