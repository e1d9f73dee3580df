"""`relance webhooks`: where an advertiser is told events, and what arrived (docs/webhooks.md)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, cast

import typer

from cli.answers import AsJson, answer, fail, the_stage

if TYPE_CHECKING:
    from chalicelib.storage.deliveries import Delivery
    from chalicelib.storage.webhooks import Format
    from chalicelib.webhooks.desk import WebhookDesk

app = typer.Typer(no_args_is_help=True, help="Where an advertiser is told events, and what arrived.")
Advertiser = Annotated[str, typer.Argument(help="An advertiser's id.")]
WebhookId = Annotated[str, typer.Argument(help="A webhook's id.")]


@contextmanager
def _desk(advertiser: str) -> Iterator[WebhookDesk]:
    """The desk; what it refuses ends the command with the reason."""
    from chalicelib.errors import Conflict, InvalidInput, NotFound

    services = the_stage().services()
    if services.advertisers.get(advertiser) is None:
        fail(f"there is no advertiser {advertiser}")
    try:
        yield services.webhook_desk
    except NotFound as missing:
        fail(f"there is no such {missing}")
    except Conflict as refused:
        fail(str(refused))
    except InvalidInput as error:
        fail("; ".join(f"{wrong.field}: {wrong.message}" for wrong in error.errors))


@app.command("list")
def list_webhooks(advertiser: Advertiser, as_json: AsJson = False) -> None:
    """Say where an advertiser is told what."""
    from chalicelib.web.webhook_models import webhook_answer

    with _desk(advertiser) as desk:
        told = [webhook_answer(one, desk.url(one)) for one in desk.all_of(advertiser)]
    lines = [
        f"{one['webhook']} {one['name']}: {', '.join(one['events'])} to {one['url']}, {one['paused'] or one['state']}"
        for one in told
    ]
    answer({"webhooks": told}, "\n".join(lines) or "There is none.", as_json)


@app.command()
def add(
    advertiser: Advertiser,
    url: Annotated[str, typer.Argument(help="https, on a public address.")],
    event: Annotated[list[str], typer.Option(help="An event to be told of; again for each. All without it.")] = [],  # noqa: B006
    name: Annotated[str, typer.Option(help="What people call it.")] = "Webhook",
    form: Annotated[str, typer.Option("--format", help="json or slack.")] = "json",
    as_json: AsJson = False,
) -> None:
    """Make a webhook, and show its secret once."""
    from chalicelib.webhooks.events import SUBSCRIBABLE

    if form not in ("json", "slack"):
        fail("--format: json or slack")
    if unknown := [one for one in event if one not in SUBSCRIBABLE]:
        fail(f"--event: {', '.join(unknown)}: one of {', '.join(SUBSCRIBABLE)}")
    with _desk(advertiser) as desk:
        made, secret = desk.create(
            advertiser, name=name, url=url, form=cast("Format", form), events=event or SUBSCRIBABLE
        )
    told = {"webhook": made.id, "secret": secret, "events": list(made.events)}
    answer(told, f"{made.id}\n{secret}\nThe secret is not shown again.", as_json)


@app.command("test")
def send_ping(advertiser: Advertiser, webhook: WebhookId, as_json: AsJson = False) -> None:
    """Send a ping; `deliveries` says whether it arrived."""
    with _desk(advertiser) as desk:
        _tell(desk.test(advertiser, webhook), as_json)


@app.command()
def deliveries(
    advertiser: Advertiser,
    webhook: WebhookId,
    limit: Annotated[int, typer.Option(help="How many.", min=1, max=1_000)] = 25,
    as_json: AsJson = False,
) -> None:
    """Say what a webhook was told lately, the newest first."""
    from chalicelib.webhooks.desk import delivery_facts

    with _desk(advertiser) as desk:
        found, _ = desk.deliveries(advertiser, webhook, "", limit)
    told = [delivery_facts(one) for one in found]
    answer({"deliveries": told}, "\n".join(map(_line, found)) or "There is none.", as_json)


@app.command()
def replay(
    advertiser: Advertiser,
    webhook: WebhookId,
    delivery: Annotated[str, typer.Argument(help="A delivery's id.")] = "",
    missed: Annotated[bool, typer.Option("--missed", help="All that did not arrive, of the last 30 days.")] = False,
    as_json: AsJson = False,
) -> None:
    """Tell a delivery again, or all that did not arrive, the oldest first."""
    if bool(delivery) == missed:
        fail("name a delivery, or say --missed")
    with _desk(advertiser) as desk:
        if delivery:
            _tell(desk.replay(advertiser, webhook, delivery), as_json)
            return
        dead = [one.id for one in _all(desk, advertiser, webhook) if one.state == "dead"]
        for one in reversed(dead):
            desk.replay(advertiser, webhook, one)
    answer({"replayed": len(dead)}, f"{len(dead)} are on their way", as_json)


@app.command()
def rotate(
    advertiser: Advertiser,
    webhook: WebhookId,
    overlap: Annotated[int, typer.Option(help="Hours that the secret of before signs too.", min=0, max=168)] = 24,
    as_json: AsJson = False,
) -> None:
    """Make a new secret, and show it once."""
    from chalicelib.clock import HOUR

    with _desk(advertiser) as desk:
        secret = desk.rotate(advertiser, webhook, overlap * HOUR)
    answer({"webhook": webhook, "secret": secret}, secret, as_json)


@app.command()
def remove(advertiser: Advertiser, webhook: WebhookId, as_json: AsJson = False) -> None:
    """Take a webhook off."""
    with _desk(advertiser) as desk:
        desk.remove(advertiser, webhook)
    answer({"webhook": webhook, "removed": True}, "removed", as_json)


def _all(desk: WebhookDesk, advertiser: str, webhook: str) -> Iterator[Delivery]:
    after: str | None = ""
    while after is not None:
        found, after = desk.deliveries(advertiser, webhook, after, 100)
        yield from found


def _tell(delivery: Delivery, as_json: bool) -> None:
    from chalicelib.webhooks.desk import delivery_facts

    answer(delivery_facts(delivery), f"{delivery.id} is on its way", as_json)


def _line(delivery: Delivery) -> str:
    at = datetime.fromtimestamp(delivery.at / 1000, UTC).isoformat(timespec="seconds")
    why = f" ({delivery.reason})" if delivery.reason else ""
    return f"{at} {delivery.id} {delivery.event}: {delivery.state}{why}, {delivery.attempts} attempts"
