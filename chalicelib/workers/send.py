"""Send queue edge: each order is sent or left on the queue by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.logs import log, log_failure
from chalicelib.storage.send_queue import decode
from chalicelib.wiring import Services


def on_orders(batch: Mapping[str, Any], services: Services) -> dict[str, list[dict[str, str]]]:
    """Send what each order names; the failed ones go back to the queue, the others do not."""
    failures = []
    for record in batch["Records"]:
        try:
            order = decode(record["body"])
            outcome = services.dispatch.send(order.message, order.version, order.lease)
            log("order", message=order.message, outcome=outcome)
        except Exception as error:  # noqa: BLE001 - whatever it was, the queue retries, then the dead-letter queue keeps it
            log_failure("order_failed", error, order=record["messageId"])
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
