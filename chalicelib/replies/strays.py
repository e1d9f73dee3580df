"""Texts of phones that nobody has written to: kept apart, for the operator to read. Nobody else's are shown so."""

from __future__ import annotations

import json
from dataclasses import asdict

from chalicelib.sms_providers.contract import InboundText
from chalicelib.storage.heard_texts import HeardTexts, Stray, stray_context
from chalicelib.vault import Vault


def sealed_stray(vault: Vault, text_id: str, at: int, text: InboundText) -> Stray:
    """A text as it is kept."""
    told = json.dumps(asdict(text), ensure_ascii=False)
    return Stray(text_id, at, vault.seal(told, stray_context(text_id)))


def page(texts: HeardTexts, vault: Vault, after: str, limit: int) -> tuple[list[tuple[Stray, InboundText]], str | None]:
    """The newest behind a place (empty: the newest of all), in clear, and the place to go on behind, if any.

    Raises StorageUnavailable.
    """
    found = texts.strays(after, limit)
    told = [(stray, InboundText(**json.loads(vault.open(stray.sealed, stray_context(stray.id))))) for stray in found]
    return told, found[-1].place if len(found) == limit else None
