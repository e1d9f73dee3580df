"""Send queue edge: each order is carried out or left on the queue by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.errors import RelanceError
from chalicelib.logs import log, log_failure
from chalicelib.storage.send_queue import StepOrder, decode
from chalicelib.wiring import Services


def on_orders(batch: Mapping[str, Any], services: Services) -> dict[str, list[dict[str, str]]]:
    """Send what each order names, or run its journey's step; failed orders go back to the queue, the others do not."""
    failures = []
    for record in batch["Records"]:
        try:
            order = decode(record["body"])
            if isinstance(order, StepOrder):
                _step(order, services)
            else:
                outcome = services.dispatch.send(order.message, order.version, order.lease)
                log("order", message=order.message, outcome=outcome)
        except Exception as error:  # noqa: BLE001 - whatever it was, the queue retries, then the dead-letter queue keeps it
            log_failure("order_failed", error, order=record["messageId"])
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def _step(order: StepOrder, services: Services) -> None:
    """Run a step, and send what it made at once; where that fails, the message's lease brings it back."""
    made = services.steps.run(order.enrolment, order.version)
    if isinstance(made, str):
        log("step_order", outcome=made)
        return
    try:
        outcome = services.dispatch.send(made.id, made.version, made.due_at or 0)
    except RelanceError as error:
        log_failure("order_failed", error, order=made.id)
    else:
        log("order", message=made.id, outcome=outcome)
