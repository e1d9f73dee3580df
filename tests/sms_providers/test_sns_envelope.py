"""What an SNS topic posts is believed where Amazon signed it and the topic is the account's, and nowhere else."""

from __future__ import annotations

import json

import pytest

from chalicelib.errors import Forbidden, InvalidInput
from chalicelib.sms_providers.sns_envelope import Topics
from tests.support.topic_double import CERTIFICATE, SUBSCRIBE, TOPIC, Topic

OURS = frozenset((TOPIC,))


@pytest.fixture(scope="module")
def topic() -> Topic:
    return Topic()


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_genuine_message_opens_and_its_certificate_is_fetched_once(topic: Topic, version: str) -> None:
    topics = Topics(topic.fetch)
    topic.fetched.clear()
    for _ in range(3):
        opened = topics.open(topic.notification({"a": 1}, version), OURS)
        assert (opened.kind, opened.id, json.loads(opened.message)) == ("Notification", "m-1", {"a": 1})
    assert topic.fetched == [CERTIFICATE]


@pytest.mark.parametrize(
    "changes",
    [
        {"Message": "other"},
        {"MessageId": "m-2"},
        {"Timestamp": "2026-03-02T10:00:01.000Z"},
        {"Type": "SubscriptionConfirmation"},
        {"Subject": "added"},
        {"Signature": "AAAA"},
        {"Signature": "é"},
        {"SignatureVersion": "1"},
        {"TopicArn": "arn:aws:sns:eu-west-3:999999999999:relance"},
        {"SigningCertURL": "http://sns.eu-west-3.amazonaws.com/a.pem"},
        {"SigningCertURL": "https://sns.eu-west-3.amazonaws.com.evil.example/a.pem"},
        {"SigningCertURL": "https://evil.example/sns.eu-west-3.amazonaws.com/a.pem"},
        {"SigningCertURL": "https://sns.eu-west-3.amazonaws.com@evil.example/a.pem"},
        {"SigningCertURL": "https://sns.eu-west-3.amazonaws.com/a.txt"},
    ],
)
def test_a_forged_one_does_not(topic: Topic, changes: dict[str, str]) -> None:
    with pytest.raises(Forbidden):
        Topics(topic.fetch).open(topic.notification({"a": 1}, **changes), OURS)


def test_one_that_another_key_signed_does_not(topic: Topic) -> None:
    with pytest.raises(Forbidden):
        Topics(topic.fetch).open(Topic().notification({"a": 1}), OURS)


def test_a_certificate_that_is_none(topic: Topic) -> None:
    with pytest.raises(Forbidden):
        Topics(lambda _: b"<html>").open(topic.notification({"a": 1}), OURS)


def test_a_subscription_is_confirmed_at_amazons_own_address(topic: Topic) -> None:
    topics = Topics(topic.fetch)
    topic.fetched.clear()
    topics.confirm(topics.open(topic.confirmation(), OURS))
    assert topic.fetched == [CERTIFICATE, SUBSCRIBE]
    with pytest.raises(Forbidden):
        topics.open(topic.confirmation(SubscribeURL="https://evil.example/"), OURS)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"{}", b'{"TopicArn": 1}', b"\xff"])
def test_what_is_no_envelope(topic: Topic, body: bytes) -> None:
    with pytest.raises((InvalidInput, Forbidden)):
        Topics(topic.fetch).open(body, OURS)
