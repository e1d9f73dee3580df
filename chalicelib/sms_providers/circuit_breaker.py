"""Spares a provider that does not answer, and those who wait for it.

After some failures nothing is handed over for a while, then it is tried again. Two providers fail over meanwhile.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.clock import MINUTE, Clock
from chalicelib.errors import StorageUnavailable
from chalicelib.logs import log, log_failure
from chalicelib.sms_providers.contract import Accepted, Provider, SendError, Sms
from chalicelib.storage.breakers import Breaker, Breakers

_FAILURES = 5
_WITHIN = MINUTE
_FIRST, _LONGEST = MINUTE, 16 * MINUTE


def is_open(breaker: Breaker, now: int) -> bool:
    """Whether nothing is handed over now."""
    return now < breaker.open_until


def failed(breaker: Breaker, now: int) -> Breaker:
    """After a failure. The fifth within a minute opens it for a minute.

    Each one after that opens it for twice as long, up to sixteen minutes, until the provider has answered.
    """
    if not breaker.opened and now - breaker.since >= _WITHIN:
        breaker = replace(breaker, since=now, failures=0)
    breaker = replace(breaker, failures=breaker.failures + 1)
    if breaker.failures < _FAILURES:
        return breaker
    pause = min(_FIRST << breaker.opened, _LONGEST)
    return replace(breaker, open_until=now + pause, opened=breaker.opened + 1)


def answered(breaker: Breaker) -> Breaker:
    """After an answer, whatever it said."""
    return Breaker(breaker.provider, breaker.version) if breaker.failures else breaker


class CircuitBreaker:
    """A provider behind its breaker. While it is open every SMS is `retryable`: nothing has left."""

    def __init__(self, provider: Provider, breakers: Breakers, clock: Clock) -> None:
        self._provider = provider
        self._breakers = breakers
        self._clock = clock

    @property
    def name(self) -> str:
        """The provider's."""
        return self._provider.name

    @property
    def idempotent(self) -> bool:
        """As the provider is."""
        return self._provider.idempotent

    @property
    def reaches_phones(self) -> bool:
        """As the provider does."""
        return self._provider.reaches_phones

    def send(self, sms: Sms) -> Accepted:
        """Hand one SMS over, unless the breaker is open. Raises what the provider raises."""
        try:
            breaker = self._breakers.get(self.name)
        except StorageUnavailable:
            breaker = Breaker(self.name)  # It spares the provider; it protects nobody.
        if is_open(breaker, self._clock.now()):
            raise SendError("retryable")
        try:
            accepted = self._provider.send(sms)
        except SendError as refused:
            if refused.kind == "out_of_credit":
                log("out_of_credit", provider=self.name)  # an alarm counts these lines (infra/resources.yaml)
            self._note(
                breaker, failed(breaker, self._clock.now()) if refused.kind == "retryable" else answered(breaker)
            )
            raise
        except Exception:
            self._note(breaker, failed(breaker, self._clock.now()))
            raise
        self._note(breaker, answered(breaker))
        return accepted

    def _note(self, known: Breaker, breaker: Breaker) -> None:
        if breaker == known:
            return
        if breaker.open_until > known.open_until:
            log("breaker_opened", provider=self.name, until=breaker.open_until)
        try:
            self._breakers.save(breaker, known)
        except StorageUnavailable as error:
            log_failure("breaker_not_noted", error, provider=self.name)  # the SMS has its own outcome
