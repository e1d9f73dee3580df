"""The provider by configuration: what it sends, how it reads answers and reports, and what it refuses to be."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.clock import MINUTE
from chalicelib.errors import ConfigurationError, Forbidden, InvalidInput
from chalicelib.signed_body import signature
from chalicelib.sms_providers.accounts import parse
from chalicelib.sms_providers.contract import Accepted, InboundText, Receipt, SendError
from chalicelib.sms_providers.hooks import HookCall
from chalicelib.sms_providers.http_provider import HttpAccount, HttpProvider
from chalicelib.sms_providers.transport import NoAnswer
from tests.sms_providers.examples import DRAMA, MESSAGE, SMS, sms
from tests.support.gateway_double import closed_port, gateway
from tests.support.world import NOON

ACCOUNT = HttpAccount(
    url="https://gateway.example/v2/messages?kind=sms",
    headers={"Authorization": "Key s3cret", "Idempotency-Key": "$message_id"},
    body={"messages": [{"to": "$to_digits", "from": "$sender", "text": "$text", "flash": False, "note": "$$5"}]},
    response_id="messages.0.id",
    error_code="error.code",
    kinds={"429": "retryable", "402": "out_of_credit", "E12": "invalid_number", "BLACKLISTED": "opted_out"},
    idempotent=True,
    secret="w0rd",
    receipt={"event_id": "uid", "message_id": "ref", "provider_id": "id", "status": "dlr.status", "at": "dlr.done"},
    states={"DELIVRD": "delivered", "ENROUTE": "sent", "UNDELIV": "failed", "REJECTD": "failed/unknown_subscriber"},
    text={"id": "id", "from": "msisdn", "to": "shortcode", "text": "body"},
)
TAKEN = (200, '{"messages": [{"id": 77}]}')


def http(url: str, **changes: Any) -> HttpProvider:
    account = replace(ACCOUNT, url=ACCOUNT.url.replace("https://gateway.example", url), **changes)
    return HttpProvider(lambda: account)


def test_a_hand_over_as_json_byte_for_byte() -> None:
    with gateway(TAKEN) as there:
        provider = http(there.url)
        assert provider.idempotent
        assert provider.send(sms(text='10 € "offerts"\n${sender}')) == Accepted("77", "http")
    [request] = there.received
    assert request.line == "POST /v2/messages?kind=sms"
    assert request.headers["authorization"] == "Key s3cret"
    assert request.headers["idempotency-key"] == MESSAGE
    assert request.headers["content-type"] == "application/json"
    assert request.body == (
        '{"messages": [{"to": "447700900123", "from": "MaiaFils", "text": "10 € \\"offerts\\"\\n${sender}",'
        ' "flash": false, "note": "$5"}]}'
    )


def test_a_hand_over_as_a_form_byte_for_byte() -> None:
    with gateway((202, '{"id": "g-1"}')) as there:
        form = {"dest": "$to", "txt": "$text", "ttl": "$validity_s", "n": "$parts", "c": "$message_class"}
        provider = http(there.url, format="form", body=form, response_id="id", method="PUT", error_code="")
        assert provider.send(sms(text="a&dest=+33")) == Accepted("g-1", "http")
    [request] = there.received
    assert request.line.startswith("PUT ")
    assert request.body == "dest=%2B447700900123&txt=a%26dest%3D%2B33&ttl=7200&n=2&c=marketing"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((429, '{"error": {"code": "SLOW"}}'), "retryable"),
        ((402, "{}"), "out_of_credit"),
        ((200, '{"error": {"code": "E12"}}'), "invalid_number"),
        ((400, '{"error": {"code": "BLACKLISTED"}}'), "opted_out"),
        ((400, '{"error": {"code": "E99"}}'), "rejected"),
        ((404, "<html>"), "rejected"),
    ],
)
def test_each_refusal_has_its_kind(answer: tuple[int, str], kind: str) -> None:
    with gateway(answer) as there, pytest.raises(SendError) as refused:
        http(there.url).send(SMS)
    assert refused.value.kind == kind


@pytest.mark.parametrize(
    "answer", [None, (500, "{}"), (200, "{}"), (200, "hello"), (302, "{}"), (200, '{"messages": []}')]
)
def test_what_says_nothing_of_the_sms_is_no_refusal(answer: tuple[int, str] | None) -> None:
    with gateway(answer) as there, pytest.raises(NoAnswer):
        http(there.url).send(SMS)


def test_nothing_leaves_for_fiction_or_without_a_connection() -> None:
    with gateway(TAKEN) as there, pytest.raises(SendError, match="invalid_number"):
        http(there.url).send(sms(to="+33639980001"))
    assert there.received == []
    with pytest.raises(SendError, match="retryable"):
        http(closed_port()).send(SMS)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"url": "http://gateway.example/"}, "http.url"),
        ({"url": "https://gateway.example/$nobody"}, "http.url"),
        ({"format": "xml"}, "http.format"),
        ({"body": {"a": [{"b": "$phone"}]}}, "http.body.a.0.b"),
        ({"body": {"a": "$"}}, "http.body.a"),
        ({"headers": {"X": "${to.x}"}}, "http.headers.X"),
        ({"kinds": {"400": "nope"}}, "http.kinds.400"),
        ({"states": {"OK": "arrived"}}, "http.states.OK"),
        ({"url": 1}, "http.url"),
        ({"response_id": None}, "http.response_id"),
        ({"colour": "blue"}, "http.colour"),
    ],
)
def test_a_wrong_configuration_is_named_and_not_shown(changes: dict[str, Any], named: str) -> None:
    good = {"url": "https://gateway.example/", "body": {"to": "$to"}, "response_id": "id", "secret": "w0rd"}
    assert parse("http", HttpAccount, json.dumps(good)).method == "POST"
    with pytest.raises(ConfigurationError) as wrong:
        parse("http", HttpAccount, json.dumps(good | changes))
    assert str(wrong.value).startswith(f"{named}: ") and "w0rd" not in str(wrong.value)


# --- reports ---------------------------------------------------------------------------------------------------------

REPORT = {"uid": "e1", "ref": MESSAGE, "id": 77, "dlr": {"status": "DELIVRD", "done": 1_772_445_000}}


def report(told: Any, secret: str = "w0rd", at: int = NOON) -> HookCall:
    body = json.dumps(told).encode() if not isinstance(told, bytes) else told
    return HookCall("/hooks/http/receipts", NOON, body, {}, {"x-relance-signature": signature(secret, body, at)})


def test_a_report_is_read_where_the_account_says() -> None:
    hooks = http("https://gateway.example")
    assert hooks.receipts(report(REPORT)) == [
        Receipt("http", "e1", "delivered", 1_772_445_000_000, MESSAGE, "77", None)
    ]
    [refused] = hooks.receipts(report(REPORT | {"dlr": {"status": "REJECTD"}, "ref": None}))
    assert (refused.state, refused.reason, refused.at, refused.message_id) == (
        "failed",
        "unknown_subscriber",
        NOON,
        None,
    )
    [plain] = hooks.receipts(report(REPORT | {"dlr": {"status": "UNDELIV"}}))
    assert (plain.state, plain.reason) == ("failed", "failed")
    assert hooks.receipts(report(REPORT | {"dlr": {"status": "NEW"}})) == []


def test_a_text_from_a_phone() -> None:
    said = {"id": 5, "msisdn": "447700900123", "shortcode": "36123", "body": "STOP"}
    assert http("https://gateway.example").texts(report(said)) == [InboundText("http-5", DRAMA, "36123", "STOP", NOON)]


@pytest.mark.parametrize("told", [{}, {"uid": "e1"}, [], b"{", 5])
def test_a_report_that_is_none(told: Any) -> None:
    hooks = http("https://gateway.example")
    with pytest.raises(InvalidInput):
        hooks.receipts(report(told))
    with pytest.raises(InvalidInput):
        hooks.texts(report(told))


@pytest.mark.parametrize("at", [NOON - 5 * MINUTE - 1_000, NOON + 5 * MINUTE + 1_000])
def test_a_report_is_signed_and_fresh(at: int) -> None:
    hooks = http("https://gateway.example")
    assert hooks.receipts(report(REPORT, at=NOON - 5 * MINUTE))
    for call in (report(REPORT, at=at), report(REPORT, "other"), HookCall("/", NOON, json.dumps(REPORT).encode())):
        with pytest.raises(Forbidden):
            hooks.receipts(call)


def test_an_account_without_a_secret_believes_nobody() -> None:
    with pytest.raises(Forbidden):
        http("https://gateway.example", secret="").receipts(report(REPORT, ""))
