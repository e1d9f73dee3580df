"""The stage's settings, and what `prod` refuses to start with."""

from __future__ import annotations

import pytest

from chalicelib.errors import ConfigurationError
from chalicelib.settings import from_environment

STAGE = {
    "STAGE": "prod",
    "TABLE_NAME": "table",
    "SEND_QUEUE_URL": "https://sqs.example/send",
    "ORIGIN": "https://r.example/",
    "SMS_PROVIDER": "none",
}


@pytest.fixture(autouse=True)
def stage(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PHONE_SIMULATOR", "TEST_CLOCK", "NETWORK_COOKIE"):
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


@pytest.mark.parametrize(("name", "value"), REHEARSALS)
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
