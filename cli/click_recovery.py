"""`relance clicks recover`: clicks that landed while the table was away, out of the redirect's log."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.answers import AsJson, answer, fail, the_stage


def recover(
    file: Annotated[
        str,
        typer.Argument(
            help="Lines of the redirect's log, or what `aws logs filter-log-events` answers; - for standard input."
        ),
    ] = "-",
    as_json: AsJson = False,
) -> None:
    """Keep and count the clicks that the redirect could only write to its log. To be repeated at will."""
    from chalicelib.links.recovery import lost_clicks, recover

    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"the log cannot be read ({type(error).__name__})")
    services = the_stage().services()
    told = recover(lost_clicks(text), services.links, services.clicks)
    gone = f", {told['unknown_link']} of links that are gone" if told["unknown_link"] else ""
    answer(told, f"{told['recovered']} clicks are in the table{gone}", as_json)
