"""The stage's settings, and what `prod` refuses to start with."""

from __future__ import annotations

import os

import pytest

from chalicelib.errors import ConfigurationError
from chalicelib.settings import aws_access, from_environment

STAGE = {
    "STAGE": "prod",
    "TABLE_NAME": "table",
    "SEND_QUEUE_URL": "https://sqs.example/send",
    "ORIGIN": "https://r.example/",
    "SMS_PROVIDER": "none",
}


@pytest.fixture(autouse=True)
def stage(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PHONE_SIMULATOR", "TEST_CLOCK", "NETWORK_COOKIE", "SMS_STOP_NUMBER", "SMS_LISTEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in STAGE.items():
        monkeypatch.setenv(name, value)


def test_a_stage_is_told_by_its_environment() -> None:
    settings = from_environment()
    assert (settings.stage, settings.table, settings.origin) == ("prod", "table", "https://r.example")
    assert settings.keys_path == "/relance/prod/keys"
    assert not settings.phone_simulator and not settings.test_clock and not settings.network_cookie


def test_a_stage_may_have_the_services_own_cookie(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWORK_COOKIE", "on")
    assert from_environment().network_cookie


def test_the_number_that_takes_stops_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not from_environment().stop_number
    monkeypatch.setenv("SMS_STOP_NUMBER", "36123")
    assert from_environment().stop_number == "36123"
    monkeypatch.setenv("SMS_STOP_NUMBER", "STOP")
    with pytest.raises(ConfigurationError, match="SMS_STOP_NUMBER"):
        from_environment()


def test_a_stage_may_hear_other_providers_than_send(monkeypatch: pytest.MonkeyPatch) -> None:
    assert from_environment().heard_providers == ()
    monkeypatch.setenv("SMS_LISTEN", "twilio, http,")
    assert from_environment().heard_providers == ("twilio", "http")


def test_providers_accounts_stand_in_ssm_or_in_secrets_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    assert from_environment().providers_path == "/relance/prod/providers"
    monkeypatch.setenv("PROVIDER_SECRETS", "secretsmanager")
    assert from_environment().providers_path == "/aws/reference/secretsmanager/relance/prod/providers"
    monkeypatch.setenv("PROVIDER_SECRETS", "environment")
    with pytest.raises(ConfigurationError, match="PROVIDER_SECRETS"):
        from_environment()


@pytest.mark.parametrize("name", STAGE)
@pytest.mark.parametrize("value", ["", None])
def test_a_stage_that_is_not_told_all_does_not_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str | None
) -> None:
    if value is None:
        monkeypatch.delenv(name)
    else:
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=name):
        from_environment()


REHEARSALS = [("SMS_PROVIDER", "outbox"), ("PHONE_SIMULATOR", "on"), ("TEST_CLOCK", "on")]


@pytest.mark.parametrize(("name", "value"), [*REHEARSALS, ("SMS_PROVIDER", "smsapi,outbox")])
def test_prod_refuses_what_belongs_to_a_rehearsal(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=name):
        from_environment()


@pytest.mark.parametrize("stage_name", ["local", "test"])
def test_a_rehearsal_may_have_all_of_it(monkeypatch: pytest.MonkeyPatch, stage_name: str) -> None:
    monkeypatch.setenv("STAGE", stage_name)
    for name, value in REHEARSALS:
        monkeypatch.setenv(name, value)
    settings = from_environment()
    assert settings.test_clock and settings.phone_simulator and settings.sms_provider == "outbox"


@pytest.fixture
def lambdas(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """What Lambda puts into each container's environment, and nothing of this machine's."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {"REGION": "eu-west-3", "ACCESS_KEY_ID": "AKID", "SECRET_ACCESS_KEY": "key"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    return monkeypatch


@pytest.mark.parametrize(
    ("told", "dynamodb", "ssm"),
    [
        ({}, "https://dynamodb.eu-west-3.amazonaws.com", "https://ssm.eu-west-3.amazonaws.com"),
        (
            {"AWS_REGION": "cn-north-1"},
            "https://dynamodb.cn-north-1.amazonaws.com.cn",
            "https://ssm.cn-north-1.amazonaws.com.cn",
        ),
        ({"AWS_ENDPOINT_URL": "http://all:4566"}, "http://all:4566", "http://all:4566"),
        (
            {"AWS_ENDPOINT_URL": "http://all:4566", "AWS_ENDPOINT_URL_DYNAMODB": "http://one:8000"},
            "http://one:8000",
            "http://all:4566",
        ),
        (
            {"AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_S3": "http://other:1"},
            "https://dynamodb.eu-west-3.amazonaws.com",
            "https://ssm.eu-west-3.amazonaws.com",
        ),
    ],
)
def test_aws_is_where_the_environment_says(
    lambdas: pytest.MonkeyPatch, told: dict[str, str], dynamodb: str, ssm: str
) -> None:
    for name, value in told.items():
        lambdas.setenv(name, value)
    access = aws_access()
    assert (access.endpoint("dynamodb"), access.endpoint("ssm")) == (dynamodb, ssm)


def test_credentials_are_the_containers_own(lambdas: pytest.MonkeyPatch) -> None:
    assert aws_access().session_token is None
    lambdas.setenv("AWS_SESSION_TOKEN", "token")
    access = aws_access()
    assert (access.key_id, access.secret_key, access.session_token) == ("AKID", "key", "token")
    lambdas.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(ConfigurationError, match="AWS_SECRET_ACCESS_KEY"):
        aws_access()


def test_the_region_may_have_its_older_name(lambdas: pytest.MonkeyPatch) -> None:
    lambdas.delenv("AWS_REGION")
    lambdas.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    assert aws_access().region == "eu-west-1"


@pytest.mark.parametrize("name", ["TEXT_MODEL", "REPLY_MODEL"])
def test_a_language_model_is_named_or_none(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(name, raising=False)
    assert getattr(from_environment(), name.lower()) == ""
    for value, expected in (("none", ""), ("eu.amazon.nova-lite-v1:0", "eu.amazon.nova-lite-v1:0")):
        monkeypatch.setenv(name, value)
        assert getattr(from_environment(), name.lower()) == expected
    monkeypatch.setenv(name, "a model")
    with pytest.raises(ConfigurationError, match=name):
        from_environment()
