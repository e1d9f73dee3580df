"""Twilio: the bytes of a hand-over, what each answer means, and what its calls must show."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from urllib.parse import urlencode

import pytest

from chalicelib.errors import Forbidden, InvalidInput
from chalicelib.sms_providers.contract import Accepted, InboundText, Receipt, ReceiptState, SendError
from chalicelib.sms_providers.hooks import HookCall
from chalicelib.sms_providers.transport import NoAnswer
from chalicelib.sms_providers.twilio import REASONS, REFUSALS, Twilio, TwilioAccount
from tests.sms_providers.examples import DRAMA, MESSAGE, SMS, sms
from tests.support.gateway_double import closed_port, gateway
from tests.support.world import NOON, ORIGIN

SID = "AC00000000000000000000000000000000"
QUEUED = (201, '{"sid": "SM1", "status": "queued"}')


def twilio(url: str, service: str | None = None) -> Twilio:
    return Twilio(lambda: TwilioAccount(SID, "token", service, url), ORIGIN)


def refused(code: int | None, status: int = 400) -> tuple[int, str]:
    return status, json.dumps({"code": code, "message": "…", "status": status})


def test_a_hand_over_byte_for_byte() -> None:
    with gateway(QUEUED) as there:
        assert twilio(there.url).send(SMS) == Accepted("SM1", "twilio")
    [request] = there.received
    assert request.line == f"POST /2010-04-01/Accounts/{SID}/Messages.json"
    assert request.headers["authorization"] == "Basic " + base64.b64encode(f"{SID}:token".encode()).decode()
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.body == (
        "To=%2B447700900123&From=MaiaFils"
        "&Body=Ma%C3%AFa+%26+Fils+%3A+10+%E2%82%AC+offerts%2C+c%27est+ici+r.example%2FAb3dE7fG+STOP+au+36123"
        f"&StatusCallback=https%3A%2F%2Fr.example%2Fhooks%2Ftwilio%2Freceipts%3Fmessage%3D{MESSAGE}"
        "&ValidityPeriod=7200"
    )


def test_a_messaging_service_goes_with_the_sender() -> None:
    with gateway(QUEUED) as there:
        twilio(there.url, "MG1").send(sms(validity_s=None))
    assert "&MessagingServiceSid=MG1&" in there.received[0].body
    assert "&From=" not in there.received[0].body.partition("&Body=")[2]
    assert "ValidityPeriod" not in there.received[0].body


@pytest.mark.parametrize(("asked", "told"), [(-5, 1), (36_001, 36_000)])
def test_a_validity_stays_within_what_twilio_takes(asked: int, told: int) -> None:
    with gateway(QUEUED) as there:
        twilio(there.url).send(sms(validity_s=asked))
    assert there.received[0].body.endswith(f"&ValidityPeriod={told}")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        *((refused(code), kind) for code, kind in REFUSALS.items()),
        (refused(99999), "rejected"),
        (refused(None), "rejected"),
        (refused(None, 401), "retryable"),
        (refused(20003, 401), "retryable"),
        (refused(20429, 429), "retryable"),
        ((429, "slow down"), "retryable"),
        ((400, "[]"), "rejected"),
    ],
)
def test_each_refusal_has_its_kind(answer: tuple[int, str], kind: str) -> None:
    with gateway(answer) as there, pytest.raises(SendError) as error:
        twilio(there.url).send(SMS)
    assert error.value.kind == kind


@pytest.mark.parametrize(
    "answer", [None, (500, "{}"), (503, ""), (201, "{}"), (200, "hello"), (302, "{}"), (400, "<html>")]
)
def test_what_says_nothing_of_the_sms_is_no_refusal(answer: tuple[int, str] | None) -> None:
    with gateway(answer) as there, pytest.raises(NoAnswer):
        twilio(there.url).send(SMS)


def test_nothing_has_left_where_no_connection_came_about() -> None:
    with pytest.raises(SendError) as error:
        twilio(closed_port()).send(SMS)
    assert error.value.kind == "retryable"


def test_a_number_of_fiction_is_refused_before_anything_leaves() -> None:
    with gateway(QUEUED) as there, pytest.raises(SendError) as error:
        twilio(there.url).send(sms(to="+33639980001"))
    assert (error.value.kind, there.received) == ("invalid_number", [])


# --- what Twilio calls -----------------------------------------------------------------------------------------------


def call(path: str, fields: dict[str, str], query: dict[str, str], token: str = "token") -> HookCall:
    address = f"{ORIGIN}{path}" + (f"?{urlencode(query)}" if query else "")
    signed = address + "".join(name + fields[name] for name in sorted(fields))
    signature = base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    return HookCall(path, NOON, urlencode(fields).encode(), query, {"x-twilio-signature": signature})


def callback(status: str, code: str | None = None, **changes: str) -> HookCall:
    fields = {
        "MessageSid": "SM1",
        "MessageStatus": status,
        "To": DRAMA,
        "ApiVersion": "2010-04-01",
        "RawDlrDoneDate": "",
    }
    fields |= {"ErrorCode": code} if code else {}
    return call("/hooks/twilio/receipts", fields | changes, {"message": MESSAGE})


@pytest.fixture
def hooks() -> Twilio:
    return twilio("https://unused.example")


@pytest.mark.parametrize(
    ("status", "code", "state", "reason"),
    [
        ("sent", None, "sent", None),
        ("delivered", None, "delivered", None),
        ("undelivered", None, "failed", "failed"),
        ("failed", "0", "failed", "failed"),
        *(("undelivered", str(code), "failed", reason) for code, reason in REASONS.items()),
    ],
)
def test_each_status_has_its_state(
    hooks: Twilio, status: str, code: str | None, state: ReceiptState, reason: str | None
) -> None:
    [receipt] = hooks.receipts(callback(status, code))
    assert receipt == Receipt("twilio", f"SM1/{status}", state, NOON, MESSAGE, "SM1", reason)


@pytest.mark.parametrize("status", ["queued", "sending", "accepted", "scheduled", "receiving", "new"])
def test_what_the_hand_over_told_is_not_told_again(hooks: Twilio, status: str) -> None:
    assert hooks.receipts(callback(status)) == []


def test_a_call_is_twilios_for_this_address_and_these_fields_or_nothing(hooks: Twilio) -> None:
    good = callback("delivered")
    forged = [
        HookCall(good.path, good.at, good.body + b"&x=1", good.query, good.headers),
        HookCall(good.path, good.at, good.body.replace(b"delivered", b"failed"), good.query, good.headers),
        HookCall(good.path, good.at, good.body, {"message": "msg_other"}, good.headers),
        HookCall("/hooks/twilio/replies", good.at, good.body, good.query, good.headers),
        HookCall(good.path, good.at, good.body, good.query, {}),
        HookCall(good.path, good.at, good.body, good.query, {"x-twilio-signature": "é"}),
        call(good.path, {"MessageSid": "SM1", "MessageStatus": "sent"}, {"message": MESSAGE}, token="other"),
    ]
    for each in forged:
        with pytest.raises(Forbidden):
            hooks.receipts(each)
        with pytest.raises(Forbidden):
            hooks.texts(each)
    with pytest.raises(InvalidInput):
        hooks.receipts(call("/hooks/twilio/receipts", {"MessageSid": "SM1"}, {}))


def test_twilios_own_validator_agrees() -> None:
    """The example of https://www.twilio.com/docs/usage/security, with its published token and signature."""
    fields = {"CallSid": "CA1234567890ABCDE", "Caller": "+14158675310", "Digits": "1234"}
    fields |= {"From": "+14158675310", "To": "+18005551212"}
    hooks = Twilio(lambda: TwilioAccount(SID, "12345"), "https://example.com")
    made = HookCall(
        "/myapp.php",
        NOON,
        urlencode(fields).encode(),
        {"foo": "1", "bar": "2"},
        {"x-twilio-signature": "L/OH5YylLD5NRKLltdqwSvS0BnU="},
    )
    with pytest.raises(InvalidInput):  # Past the signature: it is no report of a message.
        hooks.receipts(made)


def test_a_text_from_a_phone(hooks: Twilio) -> None:
    fields = {"MessageSid": "SM9", "From": DRAMA, "To": "36123", "Body": "STOP", "NumMedia": "0"}
    (text,) = hooks.texts(call("/hooks/twilio/replies", fields, {}))
    assert text == InboundText("twilio-SM9", DRAMA, "36123", "STOP", NOON)
