"""SMSAPI: the bytes of a hand-over, what each answer means, its callbacks and its blacklist."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest

from chalicelib.clock import SECOND, StoppedClock
from chalicelib.errors import Forbidden, InvalidInput
from chalicelib.sms_providers.contract import Accepted, InboundText, Receipt, ReceiptState, SendError
from chalicelib.sms_providers.hooks import HookCall
from chalicelib.sms_providers.opt_outs import OptOut
from chalicelib.sms_providers.smsapi import REFUSALS, STATES, Smsapi, SmsapiAccount
from chalicelib.sms_providers.transport import NoAnswer
from tests.sms_providers.examples import DRAMA, MESSAGE, SMS, sms
from tests.support.gateway_double import closed_port, gateway
from tests.support.world import NOON, ORIGIN

TAKEN = {"id": "613F1B14346335B944450980", "points": 0.05, "number": "447700900123", "status": "QUEUE", "error": None}
QUEUED = (200, json.dumps({"count": 1, "list": [TAKEN | {"idx": MESSAGE, "parts": 2}]}))


def smsapi(url: str = "https://unused.example", **account: str) -> Smsapi:
    return Smsapi(lambda: SmsapiAccount("token", "w0rd", base_url=url, **account), ORIGIN, StoppedClock(NOON))


def error(code: int, status: int = 200, **more: Any) -> tuple[int, str]:
    return status, json.dumps({"error": code, "message": "…"} | more)


def test_a_hand_over_byte_for_byte() -> None:
    with gateway(QUEUED) as there:
        assert smsapi(there.url).send(SMS) == Accepted("613F1B14346335B944450980", "smsapi")
    [request] = there.received
    assert request.line == "POST /sms.do"
    assert request.headers["authorization"] == "Bearer token"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.body == (
        "format=json&to=447700900123&from=MaiaFils"
        "&message=Ma%C3%AFa+%26+Fils+%3A+10+%E2%82%AC+offerts%2C+c%27est+ici+r.example%2FAb3dE7fG+STOP+au+36123"
        f"&encoding=utf-8&idx={MESSAGE}&check_idx=1&max_parts=2&normalize=0&expiration_date=1772452800"
        "&notify_url=https%3A%2F%2Fr.example%2Fhooks%2Fsmsapi%2Freceipts%3Ftoken%3Dw0rd"
    )


@pytest.mark.parametrize(("asked", "lasts"), [(60, 3_660), (7_200, 7_200), (1_000_000, 72 * 3_600 - 60)])
def test_an_expiry_stays_between_one_and_72_hours(asked: int, lasts: int) -> None:
    with gateway(QUEUED) as there:
        smsapi(there.url).send(sms(validity_s=asked))
    assert parse_qs(there.received[0].body)["expiration_date"] == [str(NOON // SECOND + lasts)]


def test_without_a_validity_there_is_no_expiry() -> None:
    with gateway(QUEUED) as there:
        smsapi(there.url, normalize="1").send(sms(validity_s=None))
    assert "expiration_date" not in there.received[0].body and "&normalize=1&" in there.received[0].body


def test_what_was_taken_before_is_accepted() -> None:
    with gateway(error(53)) as there:
        assert smsapi(there.url).send(SMS) == Accepted(f"idx:{MESSAGE}", "smsapi")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        *((error(code), kind) for code, kind in REFUSALS.items()),
        (error(13, 400, invalid_numbers=[{"number": "1", "submitted_number": "1"}]), "invalid_number"),
        (error(11), "rejected"),
        (error(12), "rejected"),
        (error(94, 500), "rejected"),
        ((200, '{"count":1,"list":[{"id":"1","error":14}]}'), "sender_refused"),
        ((429, "slow down"), "retryable"),
    ],
)
def test_each_refusal_has_its_kind(answer: tuple[int, str], kind: str) -> None:
    with gateway(answer) as there, pytest.raises(SendError) as refused:
        smsapi(there.url).send(SMS)
    assert refused.value.kind == kind


@pytest.mark.parametrize(
    "answer",
    [
        None,
        error(201),
        error(999),
        error(8),
        (500, "oops"),
        (502, "{}"),
        (200, "ERROR:13"),
        (200, '{"list":[]}'),
        (200, "[]"),
    ],
)
def test_what_says_nothing_of_the_sms_is_no_refusal(answer: tuple[int, str] | None) -> None:
    with gateway(answer) as there, pytest.raises(NoAnswer):
        smsapi(there.url).send(SMS)


def test_nothing_leaves_for_fiction_or_without_a_connection() -> None:
    with gateway(QUEUED) as there, pytest.raises(SendError, match="invalid_number"):
        smsapi(there.url).send(sms(to="+33639980001"))
    assert there.received == []
    with pytest.raises(SendError, match="retryable"):
        smsapi(closed_port()).send(SMS)


# --- callbacks -------------------------------------------------------------------------------------------------------


def callback(token: str = "w0rd", body: str = "", **query: str) -> HookCall:
    return HookCall("/hooks/smsapi/receipts", NOON, body.encode(), {"token": token} | query)


@pytest.mark.parametrize(("status", "told"), STATES.items())
def test_each_status_has_its_state(status: str, told: tuple[ReceiptState, str | None]) -> None:
    said = {"MsgId": "A1", "status": status, "status_name": "…", "idx": MESSAGE, "to": "447700900123"}
    expected = Receipt("smsapi", f"A1/{status}", told[0], 1_631_525_653_000, MESSAGE, "A1", told[1])
    assert smsapi().receipts(callback(**said, donedate="1631525653", sent_at="1631525600")) == [expected]
    by_form = callback(body=urlencode(said | {"donedate": "1631525653"}))
    assert smsapi().receipts(by_form) == [expected]


def test_several_reports_in_one_callback() -> None:
    told = smsapi().receipts(callback(MsgId="A1,A2,A3", status="404,499,405", idx="m1,m2,m3", donedate="1,2,"))
    assert [(r.provider_id, r.message_id, r.state, r.at) for r in told] == [
        ("A1", "m1", "delivered", 1_000),
        ("A3", "m3", "failed", NOON),
    ]


def test_a_callback_without_our_id_is_known_by_theirs() -> None:
    [told] = smsapi().receipts(callback(MsgId="A1", status="404"))
    assert (told.message_id, told.provider_id, told.at) == (None, "A1", NOON)


@pytest.mark.parametrize("query", [{}, {"MsgId": "A1"}, {"status": "404"}, {"MsgId": "A1,A2,A3", "status": "404,404"}])
def test_a_callback_that_is_none(query: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        smsapi().receipts(callback(**query))


@pytest.mark.parametrize("token", ["", "word", "w0rd ", "é"])
def test_a_callback_shows_the_token(token: str) -> None:
    with pytest.raises(Forbidden):
        smsapi().receipts(callback(token, MsgId="A1", status="404"))
    with pytest.raises(Forbidden):
        smsapi().texts(callback(token, MsgId="A1", sms_from="447700900123", sms_to="36123", sms_text="STOP"))


def test_a_text_from_a_phone() -> None:
    said = urlencode({"MsgId": "B7", "sms_from": "447700900123", "sms_to": "36123", "sms_text": "STOP & merci"})
    assert smsapi().texts(callback(body=said)) == [InboundText("smsapi-B7", DRAMA, "36123", "STOP & merci", NOON)]


# --- the blacklist ---------------------------------------------------------------------------------------------------


def page(start: int, length: int) -> tuple[int, str]:
    numbers = [
        {"id": str(n), "phone_number": f"4477009{n:05d}", "created_at": "2026-03-02T11:00:00+01:00"}
        for n in range(start, start + length)
    ]
    return 200, json.dumps({"size": 101, "collection": numbers})


def test_the_blacklist_is_read_page_by_page() -> None:
    with gateway(page(0, 100), page(100, 1)) as there:
        provider = smsapi(there.url)
        first = provider.opt_outs(None)
        last = provider.opt_outs(first.next_page)
    assert [request.line for request in there.received] == [
        "GET /blacklist/phone_numbers?offset=0&limit=100&orderBy=created_at",
        "GET /blacklist/phone_numbers?offset=100&limit=100&orderBy=created_at",
    ]
    assert (len(first.numbers), first.next_page) == (100, "100")
    assert (last.numbers, last.next_page) == ([OptOut("+447700900100", NOON)], None)


@pytest.mark.parametrize("answer", [None, (401, '{"error": 101}'), (500, ""), (200, "[]")])
def test_a_blacklist_that_cannot_be_read(answer: tuple[int, str] | None) -> None:
    with gateway(answer) as there, pytest.raises(NoAnswer):
        smsapi(there.url).opt_outs(None)
