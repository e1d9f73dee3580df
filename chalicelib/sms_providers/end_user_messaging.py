"""AWS End User Messaging SMS (`pinpoint-sms-voice-v2`), its events and its opt-out list.

https://docs.aws.amazon.com/pinpoint/latest/apireference_smsvoicev2/API_SendTextMessage.html. It takes no idempotency
key. Our message id travels in the context of each SMS, and every event brings it back.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.clock import SECOND
from chalicelib.errors import FieldError, InvalidInput
from chalicelib.sms_providers.aws_hand_over import hand_over
from chalicelib.sms_providers.contract import Accepted, FailureKind, InboundText, Receipt, ReceiptState, Sms
from chalicelib.sms_providers.fiction import refuse_fiction
from chalicelib.sms_providers.hooks import HookCall
from chalicelib.sms_providers.opt_outs import OptOut, OptOutPage
from chalicelib.sms_providers.sns_envelope import Topics

_CONTEXT = "message"
_SHORTEST_S, _LONGEST_S = 5, 259_200
_PAGE = 100

# The service's error codes, and the reasons that some carry. Every other one: `rejected`.
REFUSALS: Mapping[str, FailureKind] = {
    "ConflictException/DESTINATION_PHONE_NUMBER_OPTED_OUT": "opted_out",
    "ConflictException/NO_ORIGINATION_IDENTITIES_FOUND": "sender_refused",
    "ConflictException/NUMBER_CAPABILITIES_MISMATCH": "sender_refused",
    "ConflictException/MESSAGE_TYPE_MISMATCH": "sender_refused",  # A promotional number for a transactional SMS
    "ConflictException/RESOURCE_NOT_ACTIVE": "sender_refused",
    "ResourceNotFoundException": "sender_refused",  # The origination identity is not this account's
    "ValidationException/SENDER_ID_NOT_REGISTERED": "sender_refused",
    "ValidationException/SENDER_ID_NOT_SUPPORTED": "sender_refused",
    "ValidationException/SENDER_ID_REQUIRES_REGISTRATION": "sender_refused",
    "ValidationException/INVALID_IDENTITY_FOR_DESTINATION_COUNTRY": "sender_refused",
    "ServiceQuotaExceededException/MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT": "out_of_credit",
    "ServiceQuotaExceededException/DAILY_DESTINATION_CALL_LIMIT": "rejected",  # This phone has had too many today
    "ServiceQuotaExceededException": "retryable",
    "AccessDeniedException/ACCOUNT_DISABLED": "out_of_credit",
    "AccessDeniedException/INSUFFICIENT_ACCOUNT_REPUTATION": "out_of_credit",
    "AccessDeniedException": "retryable",  # The function's rights: the operator's to mend, no fault of the message
    "UnrecognizedClientException": "retryable",
    "ExpiredTokenException": "retryable",
}
# What a ValidationException says of the number when that is the field it complains about.
_NUMBER = "DestinationPhoneNumber"

# https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-types.html: event to our state and
# reason. Where a carrier gives no receipts, TEXT_SUCCESSFUL is the last word, and the message stays `sent`.
STATES: Mapping[str, tuple[ReceiptState, str | None]] = {
    "TEXT_SENT": ("sent", None),
    "TEXT_QUEUED": ("sent", None),
    "TEXT_PENDING": ("sent", None),
    "TEXT_SUCCESSFUL": ("sent", None),  # The carrier took it
    "TEXT_DELIVERED": ("delivered", None),
    "TEXT_UNKNOWN": ("sent", None),  # No receipt within 72 hours, which is no failure
    "TEXT_INVALID": ("failed", "unknown_subscriber"),  # The number is not valid
    "TEXT_INVALID_MESSAGE": ("failed", "rejected"),  # The text is not valid
    "TEXT_UNREACHABLE": ("failed", "unreachable"),  # Switched off, or out of reach
    "TEXT_CARRIER_UNREACHABLE": ("failed", "unreachable"),  # A fault in the carrier's network
    "TEXT_BLOCKED": ("failed", "blocked"),  # By the phone or its carrier; it need not be a STOP
    "TEXT_CARRIER_BLOCKED": ("failed", "blocked"),
    "TEXT_PROTECT_BLOCKED": ("failed", "blocked"),  # By the account's own protect configuration
    "TEXT_SPAM": ("failed", "filtered"),
    "TEXT_TTL_EXPIRED": ("failed", "expired"),
}


@dataclass(frozen=True, slots=True)
class EndUserMessagingAccount:
    """What was set up in the account; the function's role has the rights."""

    configuration_set: str
    """Its event destination is a topic of `topics`."""
    topics: list[str] = field(default_factory=list)
    """ARNs of the SNS topics of events and of texts to the numbers."""
    opt_out_list: str = "Default"
    max_price_usd: str = "0.50"


class EndUserMessaging:
    """Provider `end_user_messaging`. `client` gives boto3's of `pinpoint-sms-voice-v2`."""

    name = "end_user_messaging"
    idempotent = False
    reaches_phones = True
    acknowledgement = ("text/plain", "")

    def __init__(
        self,
        account: Callable[[], EndUserMessagingAccount],
        client: Callable[[], Any],
        topics: Topics,
    ) -> None:
        self._account = account
        self._client = client
        self._topics = topics

    def send(self, sms: Sms) -> Accepted:
        """Hand one SMS over. Raises SendError, or NoAnswer."""
        refuse_fiction(sms.to)
        account = self._account()
        given: dict[str, Any] = {
            "DestinationPhoneNumber": sms.to,
            "OriginationIdentity": sms.sender,
            "MessageBody": sms.text,
            "MessageType": "PROMOTIONAL" if sms.message_class == "marketing" else "TRANSACTIONAL",
            "ConfigurationSetName": account.configuration_set,
            "MaxPrice": account.max_price_usd,
            "Context": {_CONTEXT: sms.message_id},
        }
        if sms.validity_s is not None:
            given["TimeToLive"] = min(max(sms.validity_s, _SHORTEST_S), _LONGEST_S)
        return Accepted(str(hand_over(self._client().send_text_message, given, _refusal)["MessageId"]), self.name)

    def receipts(self, call: HookCall) -> list[Receipt]:
        """What an event says. Raises Forbidden or InvalidInput."""
        event, _ = self._told(call)
        kind = str(event.get("eventType"))
        if kind not in STATES:
            return []
        state, reason = STATES[kind]
        at, provider_id = event.get("eventTimestamp"), str(event.get("messageId"))
        context = event.get("context")
        return [
            Receipt(
                provider=self.name,
                event_id=f"{provider_id}/{kind}/{at}",
                state=state,
                at=at if isinstance(at, int) else call.at,
                message_id=context.get(_CONTEXT) if isinstance(context, dict) else None,
                provider_id=provider_id,
                reason=reason,
            )
        ]

    def texts(self, call: HookCall) -> list[InboundText]:
        """The SMS from a phone that a topic brings. Raises Forbidden or InvalidInput."""
        told, at = self._told(call)
        names = ("inboundMessageId", "originationNumber", "destinationNumber")
        if not told:
            return []
        missing = [FieldError(name, "required", "is missing") for name in names if not told.get(name)]
        if missing:
            raise InvalidInput(missing)
        text_id, phone, to = (str(told[name]) for name in names)
        return [InboundText(f"eum-{text_id}", phone, to, str(told.get("messageBody", "")), at or call.at)]

    def opt_outs(self, page: str | None) -> OptOutPage:
        """A page of the opt-out list. Raises SendError or NoAnswer."""
        given: dict[str, Any] = {"OptOutListName": self._account().opt_out_list, "MaxResults": _PAGE}
        if page:
            given["NextToken"] = page
        told = hand_over(self._client().describe_opted_out_numbers, given, _refusal)
        numbers = [
            OptOut(entry["OptedOutNumber"], _epoch(entry.get("OptedOutTimestamp"))) for entry in told["OptedOutNumbers"]
        ]
        return OptOutPage(numbers, told.get("NextToken"))

    def _told(self, call: HookCall) -> tuple[Mapping[str, Any], int | None]:
        """The message of a topic, and when it was published; nothing where the call is about the subscription.

        Texts are not in order (https://docs.aws.amazon.com/sms-voice/latest/userguide/two-way-sms.html): that time is.
        """
        envelope = self._topics.open(call.body, frozenset(self._account().topics))
        if envelope.kind != "Notification":
            self._topics.confirm(envelope)
            return {}, None
        try:
            told: Any = json.loads(envelope.message)
        except ValueError:
            told = None
        if not isinstance(told, dict):
            raise InvalidInput([FieldError("Message", "json_object", "must hold a JSON object")])
        return told, envelope.at


def _refusal(code: str, answer: Mapping[str, Any]) -> FailureKind:
    if code == "ValidationException" and any(entry.get("Name") == _NUMBER for entry in answer.get("Fields") or ()):
        return "invalid_number"
    return REFUSALS.get(f"{code}/{answer.get('Reason')}") or REFUSALS.get(code, "rejected")


def _epoch(at: datetime | None) -> int | None:
    return int(at.timestamp()) * SECOND if at else None
