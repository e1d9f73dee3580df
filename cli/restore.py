"""`relance restore`: what a restored table has to be told before anything is sent from it (docs/keys.md)."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from chalicelib.audience.replay import Replay
from chalicelib.errors import RelanceError
from cli.answers import AsJson, answer, fail, the_stage
from cli.nesting import clear
from cli.passes import NotComplete

app = typer.Typer(no_args_is_help=True, help="After a restore of the table.")


@app.command("status")
def status(as_json: AsJson = False) -> None:
    """Say whether the stage's table may be sent from."""
    halt = the_stage().services().table_identity.halt()
    answer({"sending": halt is None, "reason": halt}, f"nothing is sent: {halt}" if halt else "sending is on", as_json)


@app.command("replay")
def replay(
    since: Annotated[str, typer.Option(help="ISO 8601, before the restored moment; everything unless told.")] = "",
    as_json: AsJson = False,
) -> None:
    """Tell the table of all oppositions and erasures of the log, then allow sending from it. It can be run again."""
    services = the_stage().services()
    try:
        if services.vault.is_moving:
            fail("a nesting of keys is under way: take it on with `relance keys nest`, then replay")
        if services.vault.generation > 1:
            clear(services)  # The table may be from before a nesting of keys.
        records = services.opposition_log.since(_moment(since) if since else 0)
        told = Replay(services.table, services.contacts, services.ledgers, services.erasure, services.vault)
        done = told.run(records)
        services.table_identity.confirm()
    except (NotComplete, RelanceError) as error:
        fail(f"sending stays as it was, run it again: {error}")
    answer(
        asdict(done) | {"sending": True},
        f"{done.records} records: {done.opposed} people opposed again, {done.erased} erased again. Sending is on.",
        as_json,
    )


def _moment(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fail("the moment is not ISO 8601, such as 2026-03-02T10:00:00+01:00")
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
