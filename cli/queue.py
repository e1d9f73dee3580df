"""`relance queue`: orders that failed again and again, to look at and to give once more."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.answers import AsJson, answer, the_stage

app = typer.Typer(no_args_is_help=True, help="Orders that could not be carried out.")

Most = Annotated[int, typer.Option("--most", min=1, max=10_000, help="How many at most.")]


@app.command()
def inspect(most: Most = 100, as_json: AsJson = False) -> None:
    """Say which messages the dead-letter queue names, and what became of each. Nothing is taken away."""
    from chalicelib.reports.dead_letters import told

    services = the_stage().services()
    orders = told(services.dead_letters.look(most), services.messages, services.enrolments)
    lines = [
        f"{each['message'] or each['journey']}  {each['state']}  {each['reason'] or ''}".rstrip() for each in orders
    ]
    answer({"orders": orders}, "\n".join(lines) or "nothing is there", as_json)


@app.command()
def redrive(most: Most = 100, as_json: AsJson = False) -> None:
    """Put the dead-letter queue's orders back on the send queue. An order whose message has moved on does nothing."""
    moved = the_stage().services().dead_letters.redrive(most)
    answer({"moved": moved}, f"{moved} orders are on the send queue again", as_json)
