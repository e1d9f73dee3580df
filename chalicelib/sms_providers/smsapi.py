"""SMSAPI: `sms.do`, its callbacks and its blacklist (https://www.smsapi.com/docs/).

Parameters as its own client names them (https://github.com/smsapi/smsapi-python-client, smsapi/sms/api.py). Our message
id goes as `idx` with `check_idx=1`: what was taken once is refused the second time (error 53), so no answer may be
tried again.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from chalicelib.clock import SECOND, Clock
from chalicelib.errors import FieldError, Forbidden, InvalidInput
from chalicelib.sms_providers.contract import Accepted, FailureKind, InboundText, Receipt, ReceiptState, SendError, Sms
from chalicelib.sms_providers.encodings import form_fields
from chalicelib.sms_providers.fiction import refuse_fiction
from chalicelib.sms_providers.hooks import HookCall, required
from chalicelib.sms_providers.opt_outs import OptOut, OptOutPage
from chalicelib.sms_providers.transport import Answer, NoAnswer, post, request

_MINUTE_S, _HOUR_S = 60, 3_600
# Error 56 wants 1 to 72 hours when the request arrives, so the shortest has a minute for its way.
_SHORTEST_S, _LONGEST_S = _HOUR_S + _MINUTE_S, 72 * _HOUR_S - _MINUTE_S
_TOO_MANY, _REFUSED, _SERVER_FAILED = 429, 400, 500
_ALREADY_TAKEN = 53
_PAGE = 100

# https://www.smsapi.com/docs/#error-codes: what the answer to a hand-over may hold. Every other code: `rejected`.
REFUSALS: Mapping[int, FailureKind] = {
    13: "invalid_number",  # No valid number
    14: "sender_refused",  # Wrong sender name
    52: "retryable",  # More than 10 tries for one number within a minute
    57: "opted_out",  # The number is on this account's blacklist
    59: "opted_out",  # The number is on the opt-out list
    101: "retryable",  # Wrong authorisation: the operator's to mend, and no fault of the message
    102: "retryable",  # Wrong user or password
    103: "out_of_credit",
    105: "retryable",  # Wrong address, where the account filters them
    110: "retryable",  # The account may not do this
    200: "retryable",  # Unsuccessful submission
    202: "retryable",  # Too many requests at once: not sent
    203: "retryable",  # Too many requests
    401: "retryable",  # The token lacks the right
    1000: "retryable",  # For the main user only
}
# The system's own faults. What they say of the SMS is nothing; the same `idx` may be tried again.
_UNCERTAIN = frozenset((8, 201, 999))

# https://www.smsapi.com/docs/#delivery-reports: status of a callback to our state and reason.
STATES: Mapping[str, tuple[ReceiptState, str | None]] = {
    "401": ("failed", "failed"),  # NOT_FOUND: wrong id, or a report that does not exist any more
    "402": ("failed", "expired"),  # EXPIRED
    "403": ("sent", None),  # SENT, without a report so far
    "404": ("delivered", None),  # DELIVERED
    "405": ("failed", "unreachable"),  # UNDELIVERED: switched off, out of reach, or no such number
    "406": ("failed", "failed"),  # FAILED: contact the support
    "407": ("failed", "rejected"),  # REJECTED: by the carrier
    "408": ("sent", None),  # UNKNOWN: no report came, which is no failure
    "409": ("sent", None),  # QUEUE
    "410": ("sent", None),  # ACCEPTED: by the carrier
    "411": ("sent", None),  # RENEWAL: tried again
    "412": ("failed", "cancelled"),  # STOP: by the user, before it was sent
}


@dataclass(frozen=True, slots=True)
class SmsapiAccount:
    """What SMSAPI's panel shows, and a word that only it is told."""

    token: str
    hook_token: str
    """In the address of its callbacks, which carry no signature."""
    normalize: str = "0"
    """`1` has SMSAPI replace characters that are not in GSM-7; the composer has done so where it was asked to."""
    base_url: str = "https://api.smsapi.com"


class Smsapi:
    """Provider `smsapi`. `origin` is the public one, which SMSAPI reports to."""

    name = "smsapi"
    idempotent = True
    reaches_phones = True
    acknowledgement = ("text/plain", "OK")

    def __init__(self, account: Callable[[], SmsapiAccount], origin: str, clock: Clock) -> None:
        self._account = account
        self._origin = origin
        self._clock = clock

    def send(self, sms: Sms) -> Accepted:
        """Hand one SMS over. Raises SendError, or NoAnswer: then the same may be handed over again."""
        refuse_fiction(sms.to)
        account = self._account()
        form = {
            "format": "json",
            "to": sms.to.removeprefix("+"),
            "from": sms.sender,
            "message": sms.text,
            "encoding": "utf-8",
            "idx": sms.message_id,
            "check_idx": "1",
            "max_parts": str(sms.parts),
            "normalize": account.normalize,
        }
        if sms.validity_s is not None:
            lasts_s = min(max(sms.validity_s, _SHORTEST_S), _LONGEST_S)
            form["expiration_date"] = str(self._clock.now() // SECOND + lasts_s)
        token = urlencode({"token": account.hook_token})
        form["notify_url"] = f"{self._origin}/hooks/smsapi/receipts?{token}"
        headers = {"Authorization": f"Bearer {account.token}", "Content-Type": "application/x-www-form-urlencoded"}
        answer = post(f"{account.base_url}/sms.do", headers, urlencode(form).encode())
        return Accepted(_provider_id(answer, sms.message_id), self.name)

    def receipts(self, call: HookCall) -> list[Receipt]:
        """What a callback says; one may bring several reports, by commas. Raises Forbidden or InvalidInput."""
        given = self._known(call)
        ids = required(given, "MsgId").split(",")
        required(given, "status")
        columns = [_column(given, name, len(ids)) for name in ("status", "idx", "donedate", "sent_at")]
        return [
            Receipt(
                provider=self.name,
                event_id=f"{provider_id}/{status}",
                state=STATES[status][0],
                at=int(done or sent) * SECOND if (done or sent).isdecimal() else call.at,
                message_id=idx or None,
                provider_id=provider_id,
                reason=STATES[status][1],
            )
            for provider_id, status, idx, done, sent in zip(ids, *columns, strict=True)
            if status in STATES
        ]

    def texts(self, call: HookCall) -> list[InboundText]:
        """The SMS from a phone that a call brings. Raises Forbidden or InvalidInput."""
        given = self._known(call)
        text_id, phone, to = (required(given, name) for name in ("MsgId", "sms_from", "sms_to"))
        written = given.get("sms_date", "")
        at = int(written) * SECOND if written.isdecimal() else call.at
        return [InboundText(f"smsapi-{text_id}", f"+{phone.removeprefix('+')}", to, given.get("sms_text", ""), at)]

    def opt_outs(self, page: str | None) -> OptOutPage:
        """A page of the blacklist, its oldest entries first. Raises SendError or NoAnswer."""
        account, offset = self._account(), int(page or 0)
        query = urlencode({"offset": offset, "limit": _PAGE, "orderBy": "created_at"})
        url = f"{account.base_url}/blacklist/phone_numbers?{query}"
        answer = request("GET", url, {"Authorization": f"Bearer {account.token}"})
        told = answer.json()
        if answer.status >= _REFUSED or not isinstance(told, dict):
            raise NoAnswer(f"status {answer.status}")
        entries = told.get("collection", [])
        numbers = [
            OptOut(f"+{str(entry['phone_number']).removeprefix('+')}", _epoch(entry.get("created_at")))
            for entry in entries
        ]
        return OptOutPage(numbers, str(offset + len(entries)) if len(entries) == _PAGE else None)

    def _known(self, call: HookCall) -> dict[str, str]:
        """The fields of a call that shows the token, from its address and its form. SMSAPI signs nothing."""
        shown = call.query.get("token", "").encode("utf-8", "replace")
        if not hmac.compare_digest(shown, self._account().hook_token.encode()):
            raise Forbidden("the token is not the one that SMSAPI was given")
        return dict(call.query) | form_fields(call.body, call.header("content-type"))


def _provider_id(answer: Answer, message_id: str) -> str:
    """What SMSAPI calls the message. A 5xx says nothing, unless it holds a code that does."""
    if answer.status == _TOO_MANY:
        raise SendError("retryable")
    told = answer.json()
    entry = next(_entries(told), {})
    code = told.get("error") if isinstance(told, dict) else None
    code = code if isinstance(code, int) else entry.get("error")
    if code == _ALREADY_TAKEN:
        return f"idx:{message_id}"  # The first hand-over's answer was lost, and its id with it.
    if isinstance(code, int):
        if code in _UNCERTAIN:
            raise NoAnswer(f"error {code}")
        raise SendError(REFUSALS.get(code, "rejected"))
    if answer.status >= _SERVER_FAILED or not isinstance(entry.get("id"), str):
        raise NoAnswer(f"status {answer.status}, and no id")
    return str(entry["id"])


def _epoch(iso: Any) -> int | None:
    try:
        return int(datetime.fromisoformat(iso).timestamp()) * SECOND
    except (TypeError, ValueError):
        return None


def _column(given: Mapping[str, str], name: str, length: int) -> list[str]:
    """A field for each of the reports: by commas, or one for all."""
    values = given.get(name, "").split(",")
    if len(values) not in (1, length):
        raise InvalidInput([FieldError(name, "one_each", "as many as there are ids, by commas")])
    return values if len(values) == length else values * length


def _entries(told: Any) -> Iterator[dict[str, Any]]:
    listed = told.get("list") if isinstance(told, dict) else None
    return (entry for entry in listed or () if isinstance(entry, dict))
