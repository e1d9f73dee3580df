"""`/hooks/{provider}/…`: genuine calls are queued and answered as the provider wants, others are not believed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from chalicelib.clock import StoppedClock
from chalicelib.errors import StorageUnavailable
from chalicelib.signed_body import signature
from chalicelib.sms_providers.accounts import Accounts
from chalicelib.sms_providers.directory import Directory
from chalicelib.storage.receipt_queue import decode
from chalicelib.wiring import services
from chalicelib.workers.receipts import on_reports
from tests.support.shop import CAMILLE, open_shop
from tests.support.topic_double import TOPIC, Topic
from tests.support.world import NOON, ORIGIN, World
from tests.web.conftest import Api

ACCOUNTS = {
    "smsapi": {"token": "t", "hook_token": "w0rd"},
    "twilio": {"account_sid": "AC0", "auth_token": "token"},
    "end_user_messaging": {"configuration_set": "relance", "topics": [TOPIC]},
    "http": {
        "url": "https://gateway.example/",
        "body": {"to": "$to"},
        "response_id": "id",
        "secret": "s3cret",
        "receipt": {"event_id": "uid", "message_id": "ref", "status": "status"},
        "states": {"DELIVRD": "delivered"},
        "text": {"id": "id", "from": "from", "to": "to", "text": "text"},
    },
}


@pytest.fixture
def using(api: Api, world: World) -> Callable[[str], Directory]:
    """Lets the stage use other providers than its outbox."""

    def use(named: str, read: Callable[[str], str] = lambda name: json.dumps(ACCOUNTS[name])) -> Directory:
        clock = StoppedClock(NOON)
        directory = Directory(named, lambda: services().outbox, Accounts(read, clock), lambda _: None, ORIGIN, clock)
        services().providers = directory
        return directory

    return use


def queued(world: World) -> list[tuple[str, str]]:
    """Message and state of every receipt on the queue."""
    receipts = [each for entry in world.receipt_queue.entries for each in decode(entry["MessageBody"])[0]]
    return [(each["message_id"], each["state"]) for each in receipts]


def twilio_call(path: str, fields: dict[str, str], query: str = "") -> dict[str, Any]:
    signed = f"{ORIGIN}{path}{query}" + "".join(name + fields[name] for name in sorted(fields))
    digest = base64.b64encode(hmac.new(b"token", signed.encode(), hashlib.sha1).digest()).decode()
    return {"path": path + query, "body": fields, "form": True, "told": {"X-Twilio-Signature": digest}}


def test_twilio(api: Api, world: World, using: Callable[[str], Directory]) -> None:
    using("twilio")
    fields = {"MessageSid": "SM1", "MessageStatus": "delivered", "ErrorMessage": ""}
    call = twilio_call("/hooks/twilio/receipts", fields, "?message=msg_1")
    answer = api.ask("POST", **call)
    assert (answer.status, answer.headers["Content-Type"], answer.text) == (200, "text/xml", "<Response/>")
    assert queued(world) == [("msg_1", "delivered")]
    forged = call | {"told": {"X-Twilio-Signature": "x"}}
    assert api.ask("POST", **forged).status == 403
    assert api.ask("POST", **(call | {"path": "/hooks/twilio/receipts?message=msg_2"})).status == 403
    assert len(queued(world)) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_smsapi(api: Api, world: World, using: Callable[[str], Directory], method: str) -> None:
    using("smsapi")
    said = {"MsgId": "A1,A2", "status": "404,405", "idx": "m1,m2"}
    in_query = urlencode(said | {"token": "w0rd"}) if method == "GET" else "token=w0rd"
    path = f"/hooks/smsapi/receipts?{in_query}"
    answer = api.ask(method, path, said if method == "POST" else {}, form=True)
    assert (answer.status, answer.text) == (200, "OK")
    assert queued(world) == [("m1", "delivered"), ("m2", "failed")]
    assert api.ask("GET", f"/hooks/smsapi/receipts?{urlencode(said)}&token=x").status == 403
    assert api.ask("GET", "/hooks/smsapi/receipts?token=w0rd").status == 422


def test_end_user_messaging(api: Api, world: World, using: Callable[[str], Directory]) -> None:
    topic = Topic()
    hooks: Any = using("end_user_messaging").receipt_hooks("end_user_messaging")
    hooks._topics._fetch = topic.fetch
    path, plain = "/hooks/end_user_messaging/receipts", {"Content-Type": "text/plain; charset=UTF-8"}
    event = {"eventType": "TEXT_DELIVERED", "messageId": "p", "context": {"message": "msg_1"}}
    for body in (topic.confirmation(), topic.notification(event)):
        assert api.ask("POST", path, json.loads(body), told=plain).status == 200
    assert queued(world) == [("msg_1", "delivered")]
    assert any("ConfirmSubscription" in url for url in topic.fetched)
    forged = json.loads(topic.notification(event, Message="{}"))
    assert api.ask("POST", path, forged, told=plain).status == 403


def test_the_provider_by_configuration(api: Api, world: World, using: Callable[[str], Directory]) -> None:
    using("http")
    report = {"uid": "e1", "ref": "msg_1", "status": "DELIVRD"}
    now = world.clock.now()
    signed = {"X-Relance-Signature": signature("s3cret", json.dumps(report).encode(), now)}
    answer = api.ask("POST", "/hooks/http/receipts", report, told=signed)
    assert answer.status == 200 and queued(world) == [("msg_1", "delivered")]
    world.clock.advance(6 * 60_000)
    assert api.ask("POST", "/hooks/http/receipts", report, told=signed).status == 403
    assert api.ask("POST", "/hooks/http/receipts", report).status == 403


def test_a_stop_from_a_phone_goes_sealed_through_the_queue_and_holds(
    api: Api, world: World, using: Callable[[str], Directory], capsys: pytest.CaptureFixture[str]
) -> None:
    using("twilio")
    shop = open_shop(world)
    person = shop.contact()
    fields = {"MessageSid": "SM9", "From": CAMILLE, "To": "36123", "Body": "STOP"}
    assert api.ask("POST", **twilio_call("/hooks/twilio/replies", fields)).status == 200
    (entry,) = world.receipt_queue.entries
    assert CAMILLE.removeprefix("+33") not in entry["MessageBody"] and "STOP" not in entry["MessageBody"]
    for _ in range(2):
        assert on_reports(world.receipt_queue.batch(), world.services) == {"batchItemFailures": []}
    assert world.services.ledgers.get(person).opposition(shop.advertiser.id)
    assert CAMILLE.removeprefix("+33") not in capsys.readouterr().out


def test_only_the_stages_own_providers_report(api: Api, using: Callable[[str], Directory]) -> None:
    using("twilio")
    for path in ("/hooks/smsapi/receipts", "/hooks/smsapi/replies", "/hooks/nobody/receipts", "/hooks/outbox/receipts"):
        assert api.ask("POST", path, {"id": "1"}, form=True).status == 404
    using("sns")
    assert api.ask("POST", "/hooks/sns/receipts", {}, form=True).status == 404


def test_a_report_that_is_not_kept_is_not_acknowledged(api: Api, world: World, using: Any) -> None:
    using("twilio")
    call = twilio_call("/hooks/twilio/receipts", {"MessageSid": "SM1", "MessageStatus": "sent"})
    world.receipt_queue.is_away = True
    assert api.ask("POST", **call).status == 503

    def unreadable(name: str) -> str:
        raise StorageUnavailable(name)

    using("twilio", unreadable)
    assert api.ask("POST", **call).status == 503


def test_a_call_that_is_too_large(api: Api, using: Callable[[str], Directory]) -> None:
    using("smsapi")
    assert api.ask("POST", "/hooks/smsapi/receipts?token=w0rd", {"MsgId": "A" * 300_000}, form=True).status == 413


@pytest.mark.parametrize(
    ("said", "state"),
    [("delivered", "delivered"), ("unreachable", "failed"), ("unknown_subscriber", "failed"), ("sent", "sent")],
)
def test_the_simulated_phone_reports_too(api: Api, world: World, said: str, state: str) -> None:
    answer = api.ask("POST", "/hooks/outbox/receipts", {"id": "msg_1", "state": said}, form=True)
    assert answer.status == 200 and queued(world) == [("msg_1", state)]


@pytest.mark.parametrize("fields", [{}, {"id": "msg_1"}, {"id": "msg_1", "state": "lost"}])
def test_the_simulated_phone_reports_what_there_is(api: Api, fields: dict[str, str]) -> None:
    assert api.ask("POST", "/hooks/outbox/receipts", fields, form=True).status == 422


# --- texts from phones: the exact calls, and what they lead to -------------------------------------------------------


def calls_of(name: str, topic: Topic) -> dict[str, Any]:
    """One provider's call that brings a STOP of the same phone to the same number."""
    if name == "twilio":
        fields = {"MessageSid": "SM1", "From": CAMILLE, "To": "36123", "Body": "STOP 🛑", "NumSegments": "1"}
        return twilio_call("/hooks/twilio/replies", fields)
    if name == "smsapi":
        fields = {"MsgId": "A1", "sms_from": CAMILLE[1:], "sms_to": "36123", "sms_text": "Arrêt"}
        fields |= {"sms_date": "1772445600"}
        return {"path": "/hooks/smsapi/replies?token=w0rd", "body": fields, "form": True}
    if name == "http":
        said = {"id": "1", "from": CAMILLE, "to": "36123", "text": "Arrêt"}
        header = {"X-Relance-Signature": signature("s3cret", json.dumps(said).encode(), NOON)}
        return {"path": "/hooks/http/replies", "body": said, "told": header}
    said = {"originationNumber": CAMILLE, "destinationNumber": "36123", "messageBody": "Arrêt", "inboundMessageId": "i"}
    told = {"Content-Type": "text/plain; charset=UTF-8"}
    return {"path": "/hooks/end_user_messaging/replies", "body": json.loads(topic.notification(said)), "told": told}


@pytest.fixture
def topic(monkeypatch: pytest.MonkeyPatch) -> Topic:
    """Amazon's, with a certificate that is fetched here."""
    made = Topic()
    monkeypatch.setattr("chalicelib.sms_providers.transport.fetch", made.fetch)
    return made


@pytest.mark.parametrize("name", ["twilio", "smsapi", "http", "end_user_messaging"])
def test_a_providers_stop_is_taken_once_however_often_it_is_told(
    api: Api, world: World, using: Callable[[str], Directory], topic: Topic, name: str
) -> None:
    using(name)
    shop = open_shop(world)
    person = shop.contact()
    message = shop.message()
    assert world.services.dispatch.send(message.id, message.version) == "sent"
    for _ in range(2):
        assert api.ask("POST", **calls_of(name, topic)).status == 200
    assert world.services.ledgers.get(person).opposed == {}, "answered before anything is done"
    assert "rr\u00eat" not in str(world.receipt_queue.entries) and CAMILLE[1:] not in str(world.receipt_queue.entries)
    records = [{"messageId": "m", "body": entry["MessageBody"]} for entry in world.receipt_queue.entries]
    for _ in range(2):
        assert on_reports({"Records": records}, world.services) == {"batchItemFailures": []}
    assert set(world.services.ledgers.get(person).opposed) == {shop.advertiser.id}
    world.work()
    assert [sms.is_answer for sms in world.provider.sent] == [False, True]
    assert world.counts(shop.advertiser.id)["opposed.stop"] == 1


@pytest.mark.parametrize("name", ["twilio", "http", "end_user_messaging"])
def test_a_text_that_was_changed_on_its_way_is_not_believed(
    api: Api, world: World, using: Callable[[str], Directory], topic: Topic, name: str
) -> None:
    using(name)
    call = calls_of(name, topic)
    for field in ("Body", "text", "Message"):
        call["body"] |= {field: "other"} if field in call["body"] else {}
    assert api.ask("POST", **call).status == 403
    assert world.receipt_queue.entries == []
