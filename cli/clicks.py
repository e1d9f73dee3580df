"""`relance clicks`: whose clicks they were."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

import typer

from cli.answers import AsJson, answer, the_stage

app = typer.Typer(no_args_is_help=True, help="Clicks on short links.")


@app.command()
def classify(as_json: AsJson = False) -> None:  # noqa: ARG001 - each command takes it; this one answers in JSON only
    """Class requests as clicks are: a JSON object a line on standard input, an answer a line; no stage is needed.

    {"method": "GET", "headers": {"User-Agent": "…"}, "seconds_since_sent": 42, "ip": "203.0.113.7"}
    """
    wrong = False
    for number, line in enumerate(sys.stdin, 1):
        if not line.strip():
            continue
        try:
            told = _classified(json.loads(line))
        except (ValueError, TypeError) as error:
            wrong = True
            told = {"error": f"line {number}: {error}"}
        typer.echo(json.dumps(told))
    if wrong:
        raise typer.Exit(1)


@app.command()
def reclassify(
    advertiser: Annotated[str, typer.Option(help="Only the clicks on this advertiser's links.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change.")] = False,
    as_json: AsJson = False,
) -> None:
    """Class the kept clicks again, with the rules of this version; counts and sales follow. Run it again at will."""
    from chalicelib.links.reclassify import reclassify as run

    services = the_stage().services()
    told = run(
        services.click_log,
        services.links,
        services.conversion_log,
        services.conversions,
        advertiser=advertiser,
        dry_run=dry_run,
    )
    moves = "".join(f"\n{number} from {move}" for move, number in sorted(told.moved.items()))
    sales = f"\n{told.sales} sales put down anew" if told.sales else ""
    changed = "would change" if dry_run else "changed"
    answer(asdict(told), f"{told.seen} clicks, {told.changed} {changed}{moves}{sales}", as_json)


def _classified(request: Any) -> dict[str, Any]:
    from chalicelib.links.classify import Circumstances
    from chalicelib.links.classify import classify as decide
    from chalicelib.web.gateway import network
    from chalicelib.web.redirect import click_of

    if not isinstance(request, Mapping) or not isinstance(request.get("headers") or {}, Mapping):
        raise TypeError("an object with method, headers, seconds_since_sent and ip is expected")
    headers = {str(name).lower(): str(value) for name, value in (request.get("headers") or {}).items()}
    seconds = request.get("seconds_since_sent")
    if seconds is not None and (isinstance(seconds, bool) or not isinstance(seconds, int | float)):
        raise TypeError("seconds_since_sent is a number")
    click = click_of(str(request.get("method") or "GET").upper(), headers, network(str(request.get("ip") or "")), 0)
    click_class, reasons = decide(click, Circumstances(None if seconds is None else int(seconds * 1000)))
    return {"class": click_class, "reasons": reasons}
