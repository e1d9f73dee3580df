"""Which provider a stage has, what becomes of a failing first one, and where accounts come from."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import get_args

import pytest
from moto import mock_aws

from chalicelib.clock import StoppedClock
from chalicelib.errors import ConfigurationError, StorageUnavailable
from chalicelib.sms_providers.accounts import KEPT, Accounts
from chalicelib.sms_providers.contract import Accepted, FailureKind, Provider, SendError, Sms
from chalicelib.sms_providers.directory import Directory
from chalicelib.sms_providers.fail_over import FailOver
from chalicelib.sms_providers.smsapi import SmsapiAccount
from chalicelib.sms_providers.transport import NoAnswer
from chalicelib.wiring import Services
from tests.sms_providers.examples import SMS, sms
from tests.support.fakes import RecordingProvider
from tests.support.world import NOON, ORIGIN, World, aws

REAL = ("smsapi", "twilio", "sns", "end_user_messaging", "http")


def unreadable(name: str) -> str:
    raise StorageUnavailable(name)


def directory(named: str, heard: tuple[str, ...] = ()) -> Directory:
    clock = StoppedClock(NOON)
    accounts = Accounts(unreadable, clock)
    return Directory(named, RecordingProvider, accounts, lambda _: None, ORIGIN, clock, heard=heard)


@pytest.mark.parametrize("name", REAL)
def test_every_real_provider_refuses_fiction_and_needs_its_account(name: str) -> None:
    provider = directory(name).provider()
    assert (provider.name, provider.reaches_phones) == (name, True)
    with pytest.raises(SendError, match="invalid_number"):
        provider.send(sms(to="+33639980099"))
    with pytest.raises(SendError, match="retryable"):
        provider.send(SMS)


@pytest.mark.parametrize("named", ["", "pigeon", "smsapi,pigeon", "smsapi,twilio,sns", "smsapi,smsapi"])
def test_a_stage_names_one_or_two_that_there_are(named: str) -> None:
    with pytest.raises(ConfigurationError, match="SMS_PROVIDER"):
        directory(named).provider()


def test_only_a_stages_own_providers_report() -> None:
    both = directory("smsapi, twilio")
    for hooks in (both.receipt_hooks, both.text_hooks):
        assert [hooks(name) is not None for name in (*REAL, "outbox", "")] == [True, True, *[False] * 5]
    assert directory("sns").receipt_hooks("sns") is None
    one = directory("smsapi", heard=("twilio",))
    assert one.provider().name == "smsapi"
    assert [one.text_hooks(name) is not None for name in ("smsapi", "twilio", "http")] == [True, True, False]
    assert [found.name for found in directory("twilio,end_user_messaging").opt_out_lists()] == ["end_user_messaging"]


# --- two providers ---------------------------------------------------------------------------------------------------


class Answering(RecordingProvider):
    """A provider that answers one thing."""

    reaches_phones = True
    idempotent = True

    def __init__(self, name: str, failure: Exception | None = None) -> None:
        super().__init__()
        self.name = name
        self._failure = failure

    def send(self, sms: Sms) -> Accepted:
        self.sent.append(sms)
        if self._failure:
            raise self._failure
        return Accepted("1", self.name)


def pair(failure: Exception | None) -> tuple[Provider, Answering, Answering]:
    first, second = Answering("first", failure), Answering("second")
    return FailOver(first, second), first, second


def test_the_second_is_not_asked_while_the_first_takes() -> None:
    both, _, second = pair(None)
    assert both.send(SMS) == Accepted("1", "first") and second.sent == []
    assert (both.name, both.reaches_phones, both.idempotent) == ("first", True, False)


@pytest.mark.parametrize("kind", get_args(FailureKind))
def test_the_second_gets_what_the_first_could_not_take(kind: FailureKind) -> None:
    both, _, second = pair(SendError(kind))
    if kind in ("retryable", "out_of_credit"):
        assert both.send(SMS) == Accepted("1", "second")
    else:
        with pytest.raises(SendError, match=kind):
            both.send(SMS)
        assert second.sent == []


@pytest.mark.parametrize("failure", [NoAnswer("status 500"), TimeoutError(), KeyError("x")])
def test_the_second_never_gets_what_the_first_may_have_taken(failure: Exception) -> None:
    both, _, second = pair(failure)
    with pytest.raises(type(failure)):
        both.send(SMS)
    assert second.sent == []


# --- accounts --------------------------------------------------------------------------------------------------------


def test_an_account_is_read_again_after_five_minutes_and_kept_while_it_cannot_be() -> None:
    documents, clock = [json.dumps({"token": "one", "hook_token": "w"})], StoppedClock(NOON)
    asked: list[str] = []

    def read(name: str) -> str:
        asked.append(name)
        if not documents:
            raise StorageUnavailable(name)
        return documents[-1]

    accounts = Accounts(read, clock)
    assert accounts.of("smsapi", SmsapiAccount).token == "one"
    documents.append(json.dumps({"token": "two", "hook_token": "w"}))
    clock.advance(KEPT - 1)
    assert accounts.of("smsapi", SmsapiAccount).token == "one"
    clock.advance(1)
    assert accounts.of("smsapi", SmsapiAccount).token == "two"
    documents.clear()
    clock.advance(KEPT)
    assert accounts.of("smsapi", SmsapiAccount).token == "two"
    assert asked == ["smsapi"] * 3


@pytest.mark.parametrize("document", ["", "{", "[]", "{}", '{"token": 1, "hook_token": "w"}'])
def test_an_account_that_is_none_lets_nothing_leave_and_is_not_shown(
    document: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SendError, match="retryable"):
        Accounts(lambda _: document, StoppedClock(NOON)).of("smsapi", SmsapiAccount)
    assert '"event": "account_unreadable"' in capsys.readouterr().out


@pytest.mark.parametrize("store", ["ssm", "secretsmanager"])
def test_an_account_stands_in_ssm_or_in_secrets_manager(store: str) -> None:
    document = json.dumps({"token": "t0ken", "hook_token": "w"})
    with mock_aws():
        world = World()
        name = "relance/test/providers/smsapi"
        if store == "ssm":
            aws("ssm").put_parameter(Name=f"/{name}", Value=document, Type="SecureString")
        else:
            aws("secretsmanager").create_secret(Name=name, SecretString=document)
        services = Services(replace(world.settings, sms_provider="smsapi", provider_secrets=store), client=aws)
        services.clock = world.clock
        assert services.providers._accounts.of("smsapi", SmsapiAccount) == SmsapiAccount("t0ken", "w")
