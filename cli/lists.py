"""`relance lists`: what was there before the API had lists."""

from __future__ import annotations

import typer

from cli.answers import AsJson, answer, the_stage
from cli.passes import SEGMENTS, each_segment

app = typer.Typer(no_args_is_help=True, help="The lists that the API shows.")


@app.callback()
def lists() -> None:
    """The lists that the API shows."""


@app.command()
def fill(as_json: AsJson = False) -> None:
    """List everything that was made before there were lists: once, after an upgrade. It can be run again."""
    from chalicelib.storage.unlisted import enlist

    table = the_stage().services().table
    found = sum(each_segment(lambda segment: enlist(table, segment, SEGMENTS)))
    answer({"listed": found}, f"{found} things are in their lists now", as_json)
