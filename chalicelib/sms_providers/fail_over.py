"""Two providers: the second gets what the first has not taken for certain. Never what it may have taken."""

from __future__ import annotations

from chalicelib.logs import log
from chalicelib.sms_providers.contract import Accepted, Provider, SendError, Sms

_OTHERWISE = frozenset(("retryable", "out_of_credit"))
"""Refusals that say something of the provider, not of the SMS."""


class FailOver:
    """Provider `first,second`.

    It is idempotent in neither: a second try after no answer could find the first provider down, and hand over to the
    second what the first had taken.
    """

    idempotent = False

    def __init__(self, first: Provider, second: Provider) -> None:
        self._first = first
        self._second = second

    @property
    def name(self) -> str:
        """The first's: who took an SMS is told by what it was accepted with."""
        return self._first.name

    @property
    def reaches_phones(self) -> bool:
        """Whether either does."""
        return self._first.reaches_phones or self._second.reaches_phones

    def send(self, sms: Sms) -> Accepted:
        """Hand one SMS over. Raises SendError as the provider that was asked last, or whatever either raises."""
        try:
            return self._first.send(sms)
        except SendError as refused:
            if refused.kind not in _OTHERWISE:
                raise
            log("failed_over", message=sms.message_id, provider=self._first.name, reason=refused.kind)
        return self._second.send(sms)
