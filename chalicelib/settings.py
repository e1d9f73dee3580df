"""The stage's settings: the only module that reads the environment."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.errors import ConfigurationError

_ISSUER = re.compile(r"(https://[^\s?#]+|http://(localhost|127\.0\.0\.1)(:[0-9]+)?(/[^\s?#]*)?)?")


@dataclass(frozen=True, slots=True)
class Settings:
    """What one deployed stage is told by its template."""

    stage: str
    table: str
    send_queue_url: str
    origin: str
    """The service's public origin, without a trailing slash: what short links start with."""
    sms_provider: str
    phone_simulator: bool
    test_clock: bool
    """Whether `relance clock` may move the stage's time."""
    opposition_log: str = ""
    """The bucket that oppositions and erasures are logged in, beside the table."""
    network_cookie: bool = False
    """Whether sites may have the service's own cookie at all (docs/adr/0012); each must be allowed to, too."""
    import_files: str = ""
    """The bucket that files of contacts are uploaded to."""
    export_files: str = ""
    """The bucket that exports are written to."""
    import_queue_url: str = ""
    receipt_queue_url: str = ""
    notice_queue_url: str = ""
    dead_letters_url: str = ""
    """The queue of orders that nobody could carry out."""
    webhooks_to_loopback: bool = False
    """Whether outgoing webhooks may be received on this machine, by http too."""
    provider_secrets: str = "ssm"
    """Where providers' accounts stand: `ssm`, or `secretsmanager`, which SSM reads too."""
    provider_rate: int = 0
    """SMS a second that a provider is given at most; 0 for any number."""
    sender_rate: int = 0
    """SMS a second from one sender at most; 0 for any number."""
    stop_number: str = ""
    """The provider's number that takes STOPs for senders that are names: told in each of their marketing SMS."""
    heard_providers: tuple[str, ...] = ()
    """Providers beside those that send, whose receipts and texts from phones are taken."""
    prices: str = ""
    """What the operator pays for SMS, in JSON (sms_providers/prices.py)."""
    word_within_h: int = 72
    """How long a receipt is waited for where it is not known whether an SMS left (hours)."""

    mail_from: str = ""
    """The address that e-mails come from; empty: none are sent."""
    text_model: str = ""
    """The Bedrock model, or inference profile, that suggests texts; empty: none does."""
    reply_model: str = ""
    """The one that is asked about replies of which the rules are unsure; empty: none is."""

    oidc_issuer: str = ""
    """The OpenID Connect provider by which people sign in to the console; empty: by keys only."""
    oidc_client: str = ""

    @property
    def providers(self) -> tuple[str, ...]:
        """The names of who sends: one provider, or the second that fails over."""
        return tuple(name.strip() for name in self.sms_provider.split(","))

    @property
    def keys_path(self) -> str:
        """The SSM path under which the stage's two secrets stand (docs/adr/0004)."""
        return f"/relance/{self.stage}/keys"

    @property
    def providers_path(self) -> str:
        """The SSM path under which providers' accounts stand (docs/providers.md)."""
        within = "/aws/reference/secretsmanager/" if self.provider_secrets == "secretsmanager" else "/"
        return f"{within}relance/{self.stage}/providers"


@dataclass(frozen=True, slots=True)
class AwsAccess:
    """A function's own credentials, and where it finds AWS."""

    region: str
    key_id: str
    secret_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    endpoints: Mapping[str, str] = field(default_factory=dict)
    """Of a local stack: service to URL, and under an empty name the one for all others."""

    def endpoint(self, service: str) -> str:
        """The URL of a service."""
        told = self.endpoints.get(service) or self.endpoints.get("")
        if told:
            return told
        suffix = "amazonaws.com.cn" if self.region.startswith("cn-") else "amazonaws.com"
        return f"https://{service}.{self.region}.{suffix}"


def aws_access() -> AwsAccess:
    """Read what Lambda gives each container for its whole life; ConfigurationError where it is not there."""
    prefix = "AWS_ENDPOINT_URL"
    return AwsAccess(
        region=os.environ.get("AWS_REGION") or _required("AWS_DEFAULT_REGION"),
        key_id=_required("AWS_ACCESS_KEY_ID"),
        secret_key=_required("AWS_SECRET_ACCESS_KEY"),
        session_token=os.environ.get("AWS_SESSION_TOKEN") or None,
        endpoints={
            name.removeprefix(prefix).removeprefix("_").lower(): url
            for name, url in os.environ.items()
            if url and name.startswith(prefix)
        },
    )


def from_environment() -> Settings:
    """Read the stage's settings.

    Raises ConfigurationError where a value is missing, or where `prod` is given what only a rehearsal may have.
    """
    settings = Settings(
        stage=_required("STAGE"),
        table=_required("TABLE_NAME"),
        send_queue_url=_required("SEND_QUEUE_URL"),
        origin=_required("ORIGIN").rstrip("/"),
        sms_provider=_required("SMS_PROVIDER"),
        phone_simulator=os.environ.get("PHONE_SIMULATOR") == "on",
        test_clock=os.environ.get("TEST_CLOCK") == "on",
        opposition_log=os.environ.get("OPPOSITION_LOG", ""),
        network_cookie=os.environ.get("NETWORK_COOKIE") == "on",
        import_files=os.environ.get("IMPORT_FILES", ""),
        export_files=os.environ.get("EXPORT_FILES", ""),
        import_queue_url=os.environ.get("IMPORT_QUEUE_URL", ""),
        receipt_queue_url=os.environ.get("RECEIPT_QUEUE_URL", ""),
        notice_queue_url=os.environ.get("NOTICE_QUEUE_URL", ""),
        dead_letters_url=os.environ.get("SEND_DEAD_LETTERS_URL", ""),
        webhooks_to_loopback=os.environ.get("WEBHOOKS_TO_LOOPBACK") == "on",
        provider_secrets=os.environ.get("PROVIDER_SECRETS") or "ssm",
        stop_number=os.environ.get("SMS_STOP_NUMBER", ""),
        provider_rate=_rate("PROVIDER_RATE"),
        sender_rate=_rate("SENDER_RATE"),
        heard_providers=tuple(filter(None, map(str.strip, os.environ.get("SMS_LISTEN", "").split(",")))),
        prices=os.environ.get("SMS_PRICES", ""),
        mail_from=_mail_from(),
        text_model=_model("TEXT_MODEL"),
        reply_model=_model("REPLY_MODEL"),
        oidc_issuer=_told("OIDC_ISSUER").rstrip("/"),
        oidc_client=_told("OIDC_CLIENT"),
        word_within_h=_hours("WORD_WITHIN_HOURS", 72),
    )
    if settings.provider_secrets not in ("ssm", "secretsmanager"):
        raise ConfigurationError("PROVIDER_SECRETS", "must be ssm or secretsmanager")
    if settings.stop_number and not re.fullmatch(r"[0-9]{5,6}", settings.stop_number):
        raise ConfigurationError("SMS_STOP_NUMBER", "is a number of five or six digits, such as 36123")
    if bool(settings.oidc_issuer) is not bool(settings.oidc_client):
        raise ConfigurationError("OIDC_CLIENT", "goes with OIDC_ISSUER: both, or none of them")
    if not _ISSUER.fullmatch(settings.oidc_issuer):
        raise ConfigurationError("OIDC_ISSUER", "is an https address, or one of this machine")
    if settings.stage == "prod":
        _refuse_rehearsal(settings)
    return settings


def _required(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise ConfigurationError(name, "is not set")
    return value


def _rate(name: str) -> int:
    value = os.environ.get(name) or "0"
    if not value.isdigit():
        raise ConfigurationError(name, "is a whole number of SMS a second, 0 for any number")
    return int(value)


def _hours(name: str, usual: int) -> int:
    value = os.environ.get(name) or str(usual)
    if not value.isdigit() or not int(value):
        raise ConfigurationError(name, "is a whole number of hours, at least 1")
    return int(value)


def _model(name: str) -> str:
    value = _told(name)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.:_-]{0,127}|", value):
        raise ConfigurationError(name, "is the id of a Bedrock model or inference profile, or none")
    return value


def _told(name: str) -> str:
    """A stack's parameter is never empty: `none` stands for none."""
    value = os.environ.get(name, "none")
    return "" if value == "none" else value


def _mail_from() -> str:
    value = _told("MAIL_FROM")
    if not re.fullmatch(r"[^@\s]+@[^@\s]+|", value):
        raise ConfigurationError("MAIL_FROM", "is an e-mail address that SES has verified, or none")
    return value


def _refuse_rehearsal(settings: Settings) -> None:
    if "outbox" in settings.sms_provider:
        raise ConfigurationError("SMS_PROVIDER", "prod cannot use the outbox: it delivers to nobody")
    if settings.phone_simulator:
        raise ConfigurationError("PHONE_SIMULATOR", "prod cannot show people's messages on a page")
    if settings.webhooks_to_loopback:
        raise ConfigurationError("WEBHOOKS_TO_LOOPBACK", "prod tells its customers' own receivers, not itself")
    if settings.test_clock:
        raise ConfigurationError("TEST_CLOCK", "prod keeps the real time")
