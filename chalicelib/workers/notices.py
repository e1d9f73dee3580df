"""Notice queue edge: each order names what is to be told outside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.logs import log, log_failure
from chalicelib.storage import keys
from chalicelib.storage.notice_queue import decode
from chalicelib.wiring import Services


def on_notices(batch: Mapping[str, Any], services: Services) -> dict[str, list[dict[str, str]]]:
    """Tell what each order names. A receiver that fails is no failed order: its delivery is due again by itself."""
    failures = []
    for record in batch["Records"]:
        try:
            key = decode(record["body"])
            log("notice", notice=key[1], outcome=_tell(key, services))
        except Exception as error:  # noqa: BLE001 - whatever it was, the queue retries, then the dead-letter queue keeps it
            log_failure("notice_failed", error, order=record["messageId"])
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def _tell(key: keys.Key, services: Services) -> str:
    """What an order names: a delivery, a conversation that waits, or an advertiser's e-mail."""
    if key[1].startswith(keys.DELIVERY_PREFIX):
        return services.deliverer.deliver(key)
    if key[1].startswith(keys.WAITS_PREFIX):
        return services.waiting.due(key)
    return services.waiting_mail.due(keys.notified(key))
