"""Amazon SNS and AWS End User Messaging: what goes out, what each answer means, events, texts and the opt-out list."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import boto3
import pytest
from moto import mock_aws
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from chalicelib.aws import boto
from chalicelib.sms_providers.contract import Accepted, InboundText, Receipt, ReceiptState, SendError
from chalicelib.sms_providers.end_user_messaging import REFUSALS, STATES, EndUserMessaging, EndUserMessagingAccount
from chalicelib.sms_providers.hooks import HookCall
from chalicelib.sms_providers.opt_outs import OptOut
from chalicelib.sms_providers.sns import Sns, SnsAccount
from chalicelib.sms_providers.sns_envelope import Topics
from chalicelib.sms_providers.transport import NoAnswer
from tests.sms_providers.examples import DRAMA, MESSAGE, SMS, TEXT, sms
from tests.support.gateway_double import Gateway, closed_port, gateway
from tests.support.topic_double import TOPIC, Topic
from tests.support.world import NOON


def client(service: Any, url: str) -> Any:
    session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="eu-west-3")
    return session.client(service, endpoint_url=url, config=boto.config_of(service))


# --- Amazon SNS ------------------------------------------------------------------------------------------------------

PUBLISHED = (
    200,
    "<PublishResponse><PublishResult><MessageId>94f20ce6</MessageId></PublishResult></PublishResponse>",
)


def sns(url: str) -> Sns:
    return Sns(lambda: SnsAccount("0.20"), lambda: client("sns", url))


def sns_error(code: str, message: str = "…", status: int = 400) -> tuple[int, str]:
    return status, f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"


def attributes(received: Gateway) -> dict[str, str]:
    form = parse_qs(received.received[0].body)
    found: dict[str, str] = {}
    for position in (1, 2, 3):
        entry = f"MessageAttributes.entry.{position}"
        kind = form[f"{entry}.Value.DataType"][0]
        found[form[f"{entry}.Name"][0]] = f"{kind} {form[f'{entry}.Value.StringValue'][0]}"
    return found


def test_sns_gets_the_sms_the_sender_the_class_and_the_highest_price() -> None:
    with gateway(PUBLISHED) as there:
        assert sns(there.url).send(SMS) == Accepted("94f20ce6", "sns")
    form = parse_qs(there.received[0].body)
    assert (form["Action"], form["PhoneNumber"], form["Message"]) == (["Publish"], [DRAMA], [TEXT])
    assert attributes(there) == {
        "AWS.SNS.SMS.SenderID": "String MaiaFils",
        "AWS.SNS.SMS.SMSType": "String Promotional",
        "AWS.SNS.SMS.MaxPrice": "Number 0.20",
    }


@pytest.mark.parametrize("message_class", ["notification", "authorisation"])
def test_sns_sends_what_is_no_marketing_as_transactional_and_a_number_as_itself(message_class: str) -> None:
    with gateway(PUBLISHED) as there:
        sns(there.url).send(sms(message_class=message_class, sender="36123"))
    assert attributes(there) == {
        "AWS.MM.SMS.OriginationNumber": "String 36123",
        "AWS.SNS.SMS.SMSType": "String Transactional",
        "AWS.SNS.SMS.MaxPrice": "Number 0.20",
    }


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (sns_error("InvalidParameter", "Invalid parameter: PhoneNumber Reason: +1 is not valid"), "invalid_number"),
        (sns_error("InvalidParameter", "Invalid parameter: SenderID"), "sender_refused"),
        (sns_error("InvalidParameter", "Invalid parameter: Message too long"), "rejected"),
        (sns_error("OptedOut"), "opted_out"),
        (sns_error("Throttling"), "retryable"),
        (sns_error("Throttled", status=429), "retryable"),
        (sns_error("AuthorizationError", status=403), "retryable"),
        (sns_error("UserError"), "rejected"),
    ],
)
def test_each_refusal_of_sns_has_its_kind(answer: tuple[int, str], kind: str) -> None:
    with gateway(answer) as there, pytest.raises(SendError) as refused:
        sns(there.url).send(SMS)
    assert (refused.value.kind, len(there.received)) == (kind, 1)


@pytest.mark.parametrize("answer", [None, sns_error("InternalError", status=500), (503, "")])
def test_sns_is_asked_once_where_it_does_not_say(answer: tuple[int, str] | None) -> None:
    with gateway(answer) as there, pytest.raises(NoAnswer):
        sns(there.url).send(SMS)
    assert len(there.received) == 1


def test_sns_takes_it_as_moto_has_it() -> None:
    with mock_aws():
        provider = Sns(SnsAccount, lambda: boto3.client("sns", region_name="eu-west-3"))
        accepted = provider.send(SMS)
        kept = get_backend("sns")[DEFAULT_ACCOUNT_ID]["eu-west-3"].sms_messages
    assert kept == {accepted.provider_id: (DRAMA, TEXT)}


# --- AWS End User Messaging ------------------------------------------------------------------------------------------

SENT = (200, '{"MessageId": "862a8790"}')


@pytest.fixture(scope="module")
def topic() -> Topic:
    return Topic()


def messaging(url: str, fetch: Callable[[str], bytes] | None = None) -> EndUserMessaging:
    account = EndUserMessagingAccount("relance", [TOPIC], "Default", "0.20")
    made = client("pinpoint-sms-voice-v2", url)
    return EndUserMessaging(lambda: account, lambda: made, Topics(fetch or (lambda _: b"")))


def eum_error(code: str, status: int = 400, **more: Any) -> tuple[int, str]:
    return status, json.dumps({"__type": f"com.amazonaws#{code}", "Message": "…"} | more)


def test_end_user_messaging_gets_the_sms_with_our_id_in_its_context() -> None:
    with gateway(SENT) as there:
        assert messaging(there.url).send(SMS) == Accepted("862a8790", "end_user_messaging")
    [request] = there.received
    assert request.headers["x-amz-target"] == "PinpointSMSVoiceV2.SendTextMessage"
    assert json.loads(request.body) == {
        "DestinationPhoneNumber": DRAMA,
        "OriginationIdentity": "MaiaFils",
        "MessageBody": TEXT,
        "MessageType": "PROMOTIONAL",
        "ConfigurationSetName": "relance",
        "MaxPrice": "0.20",
        "Context": {"message": MESSAGE},
        "TimeToLive": 7_200,
    }


@pytest.mark.parametrize(("asked", "told"), [(None, None), (1, 5), (10**6, 259_200)])
def test_a_validity_stays_within_what_is_taken(asked: int | None, told: int | None) -> None:
    with gateway(SENT) as there:
        messaging(there.url).send(sms(validity_s=asked, message_class="authorisation"))
    body = json.loads(there.received[0].body)
    assert (body.get("TimeToLive"), body["MessageType"]) == (told, "TRANSACTIONAL")


def cases() -> list[tuple[tuple[int, str], str]]:
    listed = [(*name.split("/"), kind) for name, kind in REFUSALS.items()]
    return [(eum_error(c[0], Reason=c[1]) if len(c) == 3 else eum_error(c[0]), c[-1]) for c in listed]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        *cases(),
        (
            eum_error("ValidationException", Fields=[{"Name": "DestinationPhoneNumber"}]),
            "invalid_number",
        ),
        (eum_error("ValidationException", Reason="PRICE_OVER_THRESHOLD"), "rejected"),
        (eum_error("ThrottlingException"), "retryable"),
    ],
)
def test_each_refusal_of_end_user_messaging_has_its_kind(answer: tuple[int, str], kind: str) -> None:
    with gateway(answer) as there, pytest.raises(SendError) as refused:
        messaging(there.url).send(SMS)
    assert (refused.value.kind, len(there.received)) == (kind, 1)


@pytest.mark.parametrize("answer", [None, eum_error("InternalServerException", 500)])
def test_end_user_messaging_is_asked_once_where_it_does_not_say(answer: tuple[int, str] | None) -> None:
    with gateway(answer) as there, pytest.raises(NoAnswer):
        messaging(there.url).send(SMS)
    assert len(there.received) == 1


@pytest.mark.parametrize("provider", [sns, messaging])
def test_nothing_leaves_for_fiction_or_without_a_connection(provider: Callable[[str], Sns | EndUserMessaging]) -> None:
    with gateway(SENT) as there, pytest.raises(SendError, match="invalid_number"):
        provider(there.url).send(sms(to="+33639980001"))
    assert there.received == []
    with pytest.raises(SendError, match="retryable"):
        provider(closed_port()).send(SMS)


def event(kind: str, **changes: Any) -> dict[str, Any]:
    return {
        "eventType": kind,
        "eventVersion": "1.0",
        "eventTimestamp": 1_686_975_103_470,
        "isFinal": True,
        "originationPhoneNumber": "MaiaFils",
        "destinationPhoneNumber": DRAMA,
        "messageId": "862a8790",
        "context": {"message": MESSAGE},
    } | changes


@pytest.mark.parametrize(("kind", "told"), STATES.items())
def test_each_event_has_its_state(topic: Topic, kind: str, told: tuple[ReceiptState, str | None]) -> None:
    hooks = messaging("http://127.0.0.1:1", topic.fetch)
    event_id = f"862a8790/{kind}/1686975103470"
    expected = Receipt("end_user_messaging", event_id, told[0], 1_686_975_103_470, MESSAGE, "862a8790", told[1])
    assert hooks.receipts(HookCall("/", NOON, topic.notification(event(kind)))) == [expected]


def test_other_events_say_nothing(topic: Topic) -> None:
    hooks = messaging("http://127.0.0.1:1", topic.fetch)
    assert hooks.receipts(HookCall("/", NOON, topic.notification(event("VOICE_ANSWERED")))) == []
    [told] = hooks.receipts(HookCall("/", NOON, topic.notification(event("TEXT_DELIVERED", context=None))))
    assert (told.message_id, told.provider_id) == (None, "862a8790")


def test_a_text_from_a_phone(topic: Topic) -> None:
    hooks = messaging("http://127.0.0.1:1", topic.fetch)
    said = {"originationNumber": DRAMA, "destinationNumber": "+12125550101", "messageKeyword": "K"}
    said |= {"messageBody": "STOP", "inboundMessageId": "cae173d2"}
    expected = InboundText("eum-cae173d2", DRAMA, "+12125550101", "STOP", NOON)
    assert hooks.texts(HookCall("/", NOON, topic.notification(said))) == [expected]


def test_the_opt_out_list_is_read_page_by_page() -> None:
    listed = {"OptedOutNumber": DRAMA, "OptedOutTimestamp": 1_772_445_600.25, "EndUserOptedOut": True}
    pages = [{"OptedOutNumbers": [listed], "NextToken": "more"}, {"OptedOutNumbers": []}]
    with gateway(*((200, json.dumps(page)) for page in pages)) as there:
        provider = messaging(there.url)
        first = provider.opt_outs(None)
        last = provider.opt_outs(first.next_page)
    assert (first.numbers, first.next_page) == ([OptOut(DRAMA, 1_772_445_600_000)], "more")
    assert (last.numbers, last.next_page) == ([], None)
    asked = [json.loads(request.body) for request in there.received]
    assert asked[0] == {"OptOutListName": "Default", "MaxResults": 100}
    assert asked[1] == asked[0] | {"NextToken": "more"}
