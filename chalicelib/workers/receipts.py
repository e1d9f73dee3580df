"""Receipt queue edge: what providers reported is applied, or left on the queue by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.logs import log_failure
from chalicelib.sms_providers.contract import Receipt
from chalicelib.sms_providers.reports import opened
from chalicelib.storage.receipt_queue import decode
from chalicelib.wiring import Services


def on_reports(batch: Mapping[str, Any], services: Services) -> dict[str, list[dict[str, str]]]:
    """Apply what each call brought. One that fails comes back whole: what was applied of it changes nothing then."""
    failures = []
    for record in batch["Records"]:
        try:
            receipts, texts, given_up = decode(record["body"])
            for receipt in receipts:
                services.receipt_desk.apply(Receipt(**receipt))
            for text in texts:
                services.inbound.receive(opened(services.vault, text))
            for name in given_up:
                services.inbound.give_up(name)
        except Exception as error:  # noqa: BLE001 - whatever it was, the queue retries, then the dead-letter queue keeps it
            log_failure("report_failed", error, order=record["messageId"])
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
