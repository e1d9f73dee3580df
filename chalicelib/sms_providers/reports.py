"""What providers report, on its way from the webhook to whoever applies it: no phone and no text in the clear."""

from __future__ import annotations

import json
from dataclasses import asdict

from chalicelib.sms_providers.contract import InboundText, Receipt
from chalicelib.storage.receipt_queue import ReceiptQueue, SealedText
from chalicelib.vault import Vault


class Reports:
    """Takes reports, durably."""

    def __init__(self, queue: ReceiptQueue, vault: Vault) -> None:
        self._queue = queue
        self._vault = vault

    def take(self, receipts: list[Receipt], texts: list[InboundText]) -> None:
        """Put on the queue what one call brought. Raises StorageUnavailable: the provider must call again."""
        sealed = [SealedText(text.id, self._vault.seal(json.dumps(asdict(text)), _place(text.id))) for text in texts]
        self._queue.put([asdict(receipt) for receipt in receipts], sealed)

    def give_up(self, long_texts: list[str]) -> None:
        """Have long texts read without the parts that never came. Raises StorageUnavailable."""
        self._queue.put([], [], long_texts)


def opened(vault: Vault, text: SealedText) -> InboundText:
    """An SMS from a phone, as the queue carried it."""
    return InboundText(**json.loads(vault.open(text.sealed, _place(text.id))))


def _place(text_id: str) -> str:
    return f"inbound/{text_id}"
