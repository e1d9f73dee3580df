"""All settings that a send will look at, in one call: halts, caps, advertiser, site, country and circuit breakers.

What the claim depends on is not among them. The ledger is read by itself, and before the contact.
"""

from __future__ import annotations

from collections.abc import Sequence

from chalicelib.messaging.sender_book import DEFAULT_COUNTRY
from chalicelib.storage import keys
from chalicelib.storage.halts import halts_of
from chalicelib.storage.kept import Kept
from chalicelib.storage.messages import Message


class ReadAhead:
    """What the stores then find kept; a setting that was forgotten here costs a call of its own, and nothing else."""

    def __init__(self, kept: Kept, providers: Sequence[str]) -> None:
        self._kept = kept
        self._providers = providers

    def of(self, message: Message) -> None:
        """Read what is not kept any more. Raises StorageUnavailable."""
        wanted = [
            *halts_of(message.advertiser, message.series),
            keys.OPERATOR_CAPS,
            keys.advertiser(message.advertiser),
            keys.signed_country(DEFAULT_COUNTRY),
            *map(keys.breaker, self._providers),
        ]
        if message.site:
            wanted.append(keys.site(message.site))
        self._kept.ahead(wanted)
