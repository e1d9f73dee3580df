"""`relance queue`: orders that failed again and again, to look at and to give once more."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from chalicelib.wiring import Services
from cli.answers import AsJson, answer, the_stage

app = typer.Typer(no_args_is_help=True, help="Orders that could not be carried out.")

_BATCH = 10
Most = Annotated[int, typer.Option("--most", min=1, max=10_000, help="How many at most.")]


@app.command()
def inspect(most: Most = 100, as_json: AsJson = False) -> None:
    """Say which messages the dead-letter queue names, and what became of each. Nothing is taken away."""
    stage = the_stage()
    services = stage.services()
    url = stage.outputs["SendDeadLettersUrl"]
    sqs = stage.client("sqs")
    told = []
    for letter in _receive(sqs, url, most, hidden_s=30):
        order = json.loads(letter["Body"])
        if "enrolment" in order:
            told.append(_step(services, order, int(letter["Attributes"]["ApproximateReceiveCount"])))
            continue
        message = services.messages.get(order["message"])
        attempts = int(letter["Attributes"]["ApproximateReceiveCount"])
        state, reason = (message.state, message.reason) if message else ("gone", None)
        told.append({"message": order["message"], "state": state, "reason": reason, "received": attempts})
    lines = [f"{each['message'] or each['journey']}  {each['state']}  {each['reason'] or ''}".rstrip() for each in told]
    answer({"orders": told}, "\n".join(lines) or "nothing is there", as_json)


@app.command()
def redrive(most: Most = 100, as_json: AsJson = False) -> None:
    """Put the dead-letter queue's orders back on the send queue. An order whose message has moved on does nothing."""
    stage = the_stage()
    sqs, source, target = stage.client("sqs"), stage.outputs["SendDeadLettersUrl"], stage.outputs["SendQueueUrl"]
    moved = 0
    for letter in _receive(sqs, source, most, hidden_s=60):
        # First there, then away from here: in between it is in both, and an order may come twice.
        sqs.send_message(QueueUrl=target, MessageBody=letter["Body"])
        sqs.delete_message(QueueUrl=source, ReceiptHandle=letter["ReceiptHandle"])
        moved += 1
    answer({"moved": moved}, f"{moved} orders are on the send queue again", as_json)


def _receive(sqs: Any, url: str, most: int, *, hidden_s: int) -> list[Any]:
    """Up to `most` messages, hidden from other readers for a moment."""
    letters: list[Any] = []
    while len(letters) < most:
        got = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=min(_BATCH, most - len(letters)),
            VisibilityTimeout=hidden_s,
            MessageSystemAttributeNames=["ApproximateReceiveCount"],
        ).get("Messages", [])
        if not got:
            break
        letters += got
    return letters


def _step(services: Services, order: dict[str, Any], attempts: int) -> dict[str, Any]:
    """What became of a journey's step that an order names."""
    pk, sk = order["enrolment"]
    enrolment = services.enrolments.get((pk, sk))
    state, reason = (enrolment.state, enrolment.reason) if enrolment else ("gone", None)
    return {"message": None, "journey": sk, "state": state, "reason": reason, "received": attempts}
