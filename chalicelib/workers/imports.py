"""Import queue edge: each message names an uploaded file to read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.logs import log, log_failure
from chalicelib.wiring import Services


def on_uploads(
    batch: Mapping[str, Any], remaining_ms: Callable[[], int], services: Services
) -> dict[str, list[dict[str, str]]]:
    """Read what each message names. What another reads comes back: that one may yet fail."""
    failures = []
    for record in batch["Records"]:
        try:
            named = json.loads(record["body"])
            outcome = services.import_desk.read(named["base"], named["upload"], remaining_ms)
            log("upload", upload=named["upload"], outcome=outcome)
            failed = outcome == "busy"
        except Exception as error:  # noqa: BLE001 - whatever it was, the queue retries, then the dead-letter queue keeps it
            log_failure("upload_failed", error, order=record["messageId"])
            failed = True
        if failed:
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
