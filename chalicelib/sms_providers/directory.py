"""Every provider by its name, each imported when it is asked for: a cold start pays for its own alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from chalicelib.clock import Clock
from chalicelib.errors import ConfigurationError
from chalicelib.sms_providers.accounts import Accounts
from chalicelib.sms_providers.contract import Provider
from chalicelib.sms_providers.fail_over import FailOver
from chalicelib.sms_providers.hooks import ReceiptHooks, TextHooks
from chalicelib.sms_providers.opt_outs import OptOutList

_MOST = 2


class Directory:
    """The providers of a stage. `named` is what SMS_PROVIDER says: one name, or two by a comma.

    `heard` are those whose reports are taken beside. `guarded` puts a provider behind what spares it, such as its
    circuit breaker.
    """

    def __init__(
        self,
        named: str,
        outbox: Callable[[], Provider],
        accounts: Accounts,
        client: Callable[[Any], Any],
        origin: str,
        clock: Clock,
        guarded: Callable[[Provider], Provider] = lambda provider: provider,
        heard: Iterable[str] = (),
    ) -> None:
        self._guarded = guarded
        self._names = tuple(name.strip() for name in named.split(","))
        self._heard = frozenset((*self._names, *heard))
        self._outbox = outbox
        self._accounts = accounts
        self._client = client
        self._origin = origin
        self._clock = clock
        self._built: dict[str, Any] = {}

    def provider(self) -> Provider:
        """Who sends. Raises ConfigurationError."""
        if len(self._names) > _MOST or len(set(self._names)) < len(self._names):
            raise ConfigurationError("SMS_PROVIDER", "names one provider, or two different ones by a comma")
        first, *second = (self._guarded(self._named(name)) for name in self._names)
        return FailOver(first, second[0]) if second else first

    def receipt_hooks(self, name: str) -> ReceiptHooks | None:
        """Who reports receipts under a name; None where this stage hears no such provider, or it reports none."""
        return cast("ReceiptHooks | None", self._able(name, "receipts"))

    def text_hooks(self, name: str) -> TextHooks | None:
        """Who reports SMS from phones under a name, or None."""
        return cast("TextHooks | None", self._able(name, "texts"))

    def opt_out_lists(self) -> list[OptOutList]:
        """The providers of this stage that keep a list of people who opted out."""
        return [found for name in self._names if hasattr(found := self._named(name), "opt_outs")]

    def _able(self, name: str, what: str) -> Any:
        found = self._named(name) if name in self._heard else None
        return found if hasattr(found, what) else None

    def _named(self, name: str) -> Any:
        if name not in self._built:
            self._built[name] = self._build(name)
        return self._built[name]

    def _build(self, name: str) -> Any:
        match name:
            case "outbox":
                return self._outbox()
            case "smsapi":
                from chalicelib.sms_providers.smsapi import Smsapi, SmsapiAccount

                return Smsapi(lambda: self._accounts.of(name, SmsapiAccount), self._origin, self._clock)
            case "twilio":
                from chalicelib.sms_providers.twilio import Twilio, TwilioAccount

                return Twilio(lambda: self._accounts.of(name, TwilioAccount), self._origin)
            case "sns":
                from chalicelib.sms_providers.sns import Sns, SnsAccount

                return Sns(lambda: self._accounts.of(name, SnsAccount), lambda: self._client("sns"))
            case "end_user_messaging":
                from chalicelib.sms_providers import end_user_messaging as eum
                from chalicelib.sms_providers.sns_envelope import Topics
                from chalicelib.sms_providers.transport import fetch

                return eum.EndUserMessaging(
                    lambda: self._accounts.of(name, eum.EndUserMessagingAccount),
                    lambda: self._client("pinpoint-sms-voice-v2"),
                    Topics(fetch),
                )
            case "http":
                from chalicelib.sms_providers.http_provider import HttpAccount, HttpProvider

                return HttpProvider(lambda: self._accounts.of(name, HttpAccount))
        raise ConfigurationError("SMS_PROVIDER", f"there is no provider {name!r}")
