"""`relance site check URL`: whether a shop's page carries the snippet as it should."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from cli.answers import AsJson, answer, fail
from cli.connection import NoStage, connect, demo_state
from cli.site_checks import Known, check
from cli.site_page import NotFetched, fetch

app = typer.Typer(no_args_is_help=True, help="A shop's site.")
_MARKS = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}


@app.callback()
def site() -> None:
    """A shop's site."""


@app.command("check")
def check_site(
    url: Annotated[str, typer.Argument(help="A page of the shop, with http:// or https://.")],
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask the stage about the site.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say whether a site is installed right. Exit code 1 where something does not work."""
    try:
        page = fetch(url)
        findings = check(page, fetch, Known() if offline else _known())
    except NotFetched as error:
        fail(str(error))
    wrong = any(finding.level == "fail" for finding in findings)
    lines = [f"{_MARKS[finding.level]}  {finding.check}: {finding.message}" for finding in findings]
    answer({"url": page.url, "ok": not wrong, "findings": [asdict(f) for f in findings]}, "\n".join(lines), as_json)
    if wrong:
        raise typer.Exit(1)


def _known() -> Known:
    """What the stage knows of sites; nothing where no stage is connected."""
    try:
        services = connect().services()
    except NoStage:
        return Known()

    def origins(site_id: str) -> tuple[str, ...] | None:
        found = services.advertisers.site(site_id)
        return found.origins if found else None

    return Known(origins, (demo_state() or {}).get("origin") or services.settings.origin)
