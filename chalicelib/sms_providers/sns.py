"""Amazon SNS, straight to a phone (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html).

SNS takes no idempotency key for SMS, and reports to CloudWatch Logs alone: a message stays `sent`. Whoever wants
receipts, replies and the opt-out list takes end_user_messaging.py, the same network under it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.sms_providers.aws_hand_over import hand_over
from chalicelib.sms_providers.contract import Accepted, FailureKind, Sms
from chalicelib.sms_providers.fiction import refuse_fiction

# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors. Every other code: `rejected`.
REFUSALS: Mapping[str, FailureKind] = {
    "OptedOut": "opted_out",
    "OptedOutException": "opted_out",
    "AuthorizationError": "retryable",  # The function's rights: the operator's to mend, and no fault of the message
    "AccessDenied": "retryable",
    "ExpiredToken": "retryable",
    "InvalidClientTokenId": "retryable",
    "SignatureDoesNotMatch": "retryable",
}
_INVALID = frozenset(("InvalidParameter", "InvalidParameterValue", "ParameterValueInvalid"))


@dataclass(frozen=True, slots=True)
class SnsAccount:
    """What the operator allows; the function's role is the account."""

    max_price_usd: str = "0.50"
    """For a whole SMS, all its parts."""


class Sns:
    """Provider `sns`. `client` gives boto3's of `sns`."""

    name = "sns"
    idempotent = False
    reaches_phones = True

    def __init__(self, account: Callable[[], SnsAccount], client: Callable[[], Any]) -> None:
        self._account = account
        self._client = client

    def send(self, sms: Sms) -> Accepted:
        """Hand one SMS over. Raises SendError, or NoAnswer."""
        refuse_fiction(sms.to)
        promotes = sms.message_class == "marketing"
        # A number sends as itself; a name is shown in its place.
        sender = "AWS.SNS.SMS.SenderID" if not sms.sender.lstrip("+").isdecimal() else "AWS.MM.SMS.OriginationNumber"
        attributes: dict[str, Any] = {
            sender: {"DataType": "String", "StringValue": sms.sender},
            "AWS.SNS.SMS.SMSType": {
                "DataType": "String",
                "StringValue": "Promotional" if promotes else "Transactional",
            },
            "AWS.SNS.SMS.MaxPrice": {"DataType": "Number", "StringValue": self._account().max_price_usd},
        }
        given = {"PhoneNumber": sms.to, "Message": sms.text, "MessageAttributes": attributes}
        return Accepted(str(hand_over(self._client().publish, given, _refusal)["MessageId"]), self.name)


def _refusal(code: str, answer: Mapping[str, Any]) -> FailureKind:
    if code in _INVALID:
        told = str(answer.get("Error", {}).get("Message", ""))
        if "PhoneNumber" in told:
            return "invalid_number"
        return "sender_refused" if "Sender" in told or "Origination" in told else "rejected"
    return REFUSALS.get(code, "rejected")
