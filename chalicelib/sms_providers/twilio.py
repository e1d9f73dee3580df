"""Twilio's Messages resource (https://www.twilio.com/docs/messaging/api/message-resource).

Twilio takes no idempotency key: what got no answer may have left, and is left to its receipt.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from chalicelib.errors import Forbidden
from chalicelib.sms_providers.contract import Accepted, FailureKind, InboundText, Receipt, ReceiptState, SendError, Sms
from chalicelib.sms_providers.fiction import refuse_fiction
from chalicelib.sms_providers.hooks import HookCall, required
from chalicelib.sms_providers.transport import Answer, NoAnswer, post

_LONGEST_VALIDITY_S = 36_000
"""https://www.twilio.com/docs/api/errors/90007"""
_REFUSED, _SERVER_FAILED = 400, 500
_TOO_MANY = 429
_UNAUTHORISED = frozenset((401, 403))

# https://www.twilio.com/docs/api/errors: what the answer to a hand-over may hold. Every other code: `rejected`.
REFUSALS: Mapping[int, FailureKind] = {
    14107: "retryable",  # Too many messages for this sender
    20003: "retryable",  # Authentication failed: the operator's to mend, and no fault of the message
    20005: "out_of_credit",  # Account not active
    20429: "retryable",  # Too many requests
    21211: "invalid_number",  # Invalid 'To' number
    21212: "sender_refused",  # Invalid 'From' number
    21214: "invalid_number",  # 'To' cannot be reached
    21217: "invalid_number",  # 'To' is no valid number
    21401: "invalid_number",  # Invalid phone number
    21603: "sender_refused",  # 'From' missing
    21606: "sender_refused",  # 'From' may not send to this destination
    21610: "opted_out",  # The phone has sent STOP to this sender
    21611: "retryable",  # The sender's queue is full
    21612: "sender_refused",  # No route between this 'From' and 'To'
    21614: "invalid_number",  # 'To' is no mobile number
    21659: "sender_refused",  # 'From' is no number of this account
    21660: "sender_refused",  # 'From' belongs to another account
    21703: "sender_refused",  # The messaging service has no sender
    21705: "sender_refused",  # The messaging service is not valid
    21712: "sender_refused",  # 'From' is not in the messaging service
    30001: "retryable",  # Queue overflow
    30002: "out_of_credit",  # Account suspended
    30042: "sender_refused",  # The sender's name is blocked as generic
    63038: "out_of_credit",  # The account's daily limit of messages
}

# https://www.twilio.com/docs/messaging/guides/track-outbound-message-status: MessageStatus to our state. The others
# (`accepted`, `scheduled`, `queued`, `sending`) say nothing that the hand-over did not.
STATES: Mapping[str, ReceiptState] = {
    "sent": "sent",  # The nearest carrier took it
    "delivered": "delivered",  # The carrier says that the phone has it
    "read": "delivered",
    "undelivered": "failed",  # The carrier says that it has not
    "failed": "failed",  # It never left Twilio
    "canceled": "failed",
}

# ErrorCode of a failed message to our reason; every other code: `failed`.
REASONS: Mapping[int, str] = {
    21610: "opted_out",
    21614: "unknown_subscriber",
    30001: "provider_overflow",
    30002: "account_suspended",
    30003: "unreachable",  # Switched off, out of reach, or no such phone: it may pass
    30004: "blocked",  # By the carrier or the person, who need not have said STOP
    30005: "unknown_subscriber",  # Unknown or inactive number
    30006: "unreachable",  # A landline, or a carrier that cannot be reached
    30007: "filtered",  # The carrier takes it for spam
    30008: "failed",
    30036: "expired",  # The validity period ended
}


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """What Twilio's console shows."""

    account_sid: str
    auth_token: str
    """Also the key of the signatures of Twilio's calls."""
    messaging_service_sid: str | None = None
    base_url: str = "https://api.twilio.com"


class Twilio:
    """Provider `twilio`. `origin` is the public one, which Twilio reports to."""

    name = "twilio"
    idempotent = False
    reaches_phones = True
    acknowledgement = ("text/xml", "<Response/>")

    def __init__(self, account: Callable[[], TwilioAccount], origin: str) -> None:
        self._account = account
        self._origin = origin

    def send(self, sms: Sms) -> Accepted:
        """Hand one SMS over. Raises SendError, or NoAnswer."""
        refuse_fiction(sms.to)
        account = self._account()
        form = {"To": sms.to, "From": sms.sender, "Body": sms.text}
        if account.messaging_service_sid:
            form["MessagingServiceSid"] = account.messaging_service_sid
        form["StatusCallback"] = f"{self._origin}/hooks/twilio/receipts?message={sms.message_id}"
        if sms.validity_s is not None:
            form["ValidityPeriod"] = str(min(max(sms.validity_s, 1), _LONGEST_VALIDITY_S))
        credentials = base64.b64encode(f"{account.account_sid}:{account.auth_token}".encode()).decode()
        answer = post(
            f"{account.base_url}/2010-04-01/Accounts/{account.account_sid}/Messages.json",
            {"Authorization": f"Basic {credentials}", "Content-Type": "application/x-www-form-urlencoded"},
            urlencode(form).encode(),
        )
        return Accepted(_sid(answer), self.name)

    def receipts(self, call: HookCall) -> list[Receipt]:
        """What a status callback says. Raises Forbidden or InvalidInput."""
        given = self._signed(call)
        status = required(given, "MessageStatus")
        state = STATES.get(status)
        if state is None:
            return []
        sid = required(given, "MessageSid")
        code = given.get("ErrorCode", "")
        reason = REASONS.get(int(code), "failed") if code.isdecimal() else "failed"
        return [
            Receipt(
                provider=self.name,
                event_id=f"{sid}/{status}",
                state=state,
                at=call.at,  # Twilio does not say when.
                message_id=call.query.get("message"),
                provider_id=sid,
                reason=reason if state == "failed" else None,
            )
        ]

    def texts(self, call: HookCall) -> list[InboundText]:
        """The SMS from a phone that a call brings. Raises Forbidden or InvalidInput."""
        given = self._signed(call)
        sid, phone, to = (required(given, name) for name in ("MessageSid", "From", "To"))
        # Twilio puts long texts together itself, and does not say when one was written.
        return [InboundText(f"twilio-{sid}", phone, to, given.get("Body", ""), call.at)]

    def _signed(self, call: HookCall) -> dict[str, str]:
        """The fields of a call that Twilio has signed: the address, then each name and value in the names' order.

        https://www.twilio.com/docs/usage/security#validating-requests
        """
        given = dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))
        address = self._origin + call.path + (f"?{urlencode(call.query)}" if call.query else "")
        signed = address + "".join(name + given[name] for name in sorted(given))
        digest = hmac.new(self._account().auth_token.encode(), signed.encode(), hashlib.sha1).digest()
        expected = base64.b64encode(digest)
        if not hmac.compare_digest(expected, call.header("x-twilio-signature").encode("utf-8", "replace")):
            raise Forbidden("the signature is not Twilio's for this address and these fields")
        return given


def _sid(answer: Answer) -> str:
    """What Twilio calls the message. A 5xx says nothing; whatever else is no success is a refusal."""
    if answer.status == _TOO_MANY:
        raise SendError("retryable")
    if answer.status >= _SERVER_FAILED:
        raise NoAnswer(f"status {answer.status}")
    told = answer.json()
    if answer.status < _REFUSED:
        if not isinstance(told, dict) or not isinstance(told.get("sid"), str):
            raise NoAnswer(f"status {answer.status}, and no sid")
        return str(told["sid"])
    code = told.get("code") if isinstance(told, dict) else None
    if isinstance(code, int) and code in REFUSALS:
        raise SendError(REFUSALS[code])
    raise SendError("retryable" if answer.status in _UNAUTHORISED else "rejected")
