"""Providers' accounts: a JSON object for each provider, kept as a secret and never in the environment.

It stands in SSM as a SecureString, or in Secrets Manager, which SSM reads by its reference path; docs/providers.md says
which fields each provider has. A container reads it again after some minutes, so a token can be changed without a stop.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import MISSING, fields
from typing import TYPE_CHECKING, Any, TypeVar

from chalicelib.clock import MINUTE, Clock
from chalicelib.errors import ConfigurationError, StorageUnavailable
from chalicelib.logs import log
from chalicelib.sms_providers.contract import SendError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

KEPT = 5 * MINUTE

T = TypeVar("T", bound="DataclassInstance")


class Accounts:
    """Reads accounts, each once in five minutes. `read` gives a secret by the provider's name."""

    def __init__(self, read: Callable[[str], str], clock: Clock) -> None:
        self._read = read
        self._clock = clock
        self._kept: dict[str, tuple[int, Any]] = {}

    def of(self, provider: str, kind: type[T]) -> T:
        """A provider's account; one that cannot be read anew is good for as long again.

        Raises SendError `retryable` where there is none to go by: nothing can have left. The log says why.
        """
        read_at, account = self._kept.get(provider, (0, None))
        if account is None or self._clock.now() - read_at >= KEPT:
            try:
                account = parse(provider, kind, self._read(provider))
            except (StorageUnavailable, ConfigurationError) as error:
                log("account_unreadable", provider=provider, detail=str(error))
                if account is None:
                    raise SendError("retryable") from None
            self._kept[provider] = (self._clock.now(), account)
        found: T = account
        return found


def parse(provider: str, kind: type[T], document: str) -> T:
    """An account from its JSON. ConfigurationError names a field that is missing, unknown or no text, never a value."""
    try:
        given = json.loads(document)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise ConfigurationError(provider, "the account must be a JSON object")
    known = {field.name: field for field in fields(kind)}
    for name in given:
        if name not in known:
            raise ConfigurationError(f"{provider}.{name}", "is no field of this provider's account")
    for name, field in known.items():
        if name not in given and field.default is MISSING and field.default_factory is MISSING:
            raise ConfigurationError(f"{provider}.{name}", "is missing")
        if field.type in ("str", "str | None") and not isinstance(given.get(name, ""), str):
            raise ConfigurationError(f"{provider}.{name}", "must be text")
    return kind(**given)
