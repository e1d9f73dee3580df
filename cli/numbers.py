"""`relance numbers`: check a base's numbers with the networks."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from cli import progress
from cli.answers import AsJson, answer, fail, the_stage
from cli.connection import demo_state

app = typer.Typer(no_args_is_help=True, help="Numbers that exist, and those that do not.")

_MICRO = 1_000_000


@app.command("check")
def check(
    price: Annotated[str, typer.Option(help="What one look-up costs by your contract, such as 0.006.")],
    base: Annotated[str, typer.Option(help="An advertiser's id, or 'partner'.")] = "",
    max_cost: Annotated[str, typer.Option(help="Ask for no more than this costs.")] = "",
    token: Annotated[str, typer.Option(envvar="SMSAPI_TOKEN", help="SMSAPI's token, with the right to HLR.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would cost, and ask nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Spend it without asking.")] = False,
    as_json: AsJson = False,
) -> None:
    """Look up each number that was not checked for 90 days. Shows the cost, and asks before it is spent."""
    from chalicelib.sms_providers.hlr import CheckRefused
    from chalicelib.sms_providers.smsapi_hlr import SmsapiHlr

    base = base or (demo_state() or {}).get("advertiser", "")
    if not base:
        fail("say which base with --base: an advertiser's id, or 'partner'")
    each, most = _micro(price), _micro(max_cost) if max_cost else None
    stage = the_stage()
    checker = stage.services().number_checker
    estimate = checker.estimate(base, each)
    told = f"{estimate.numbers} numbers to look up, about {estimate.cost / _MICRO:.2f}"
    if estimate.fictional:
        told += f"; {estimate.fictional} numbers of fiction are left out"
    if dry_run or not estimate.numbers:
        answer(asdict(estimate), told, as_json)
        return
    if not token:
        fail("give SMSAPI's token in SMSAPI_TOKEN")
    progress.stop()
    if not yes:
        typer.confirm(f"{told}. Spend it?", abort=True, err=True)
    try:
        report = checker.run(base, SmsapiHlr(token), each, max_cost=most)
    except CheckRefused as error:
        fail(f"the look-ups were refused: {error}")
    found = ", ".join(f"{number} {status}" for status, number in report.found.items()) or "nothing"
    ended = "; stopped at the highest cost" if report.stopped else ""
    if report.found.get("unknown"):
        ended += f"; what SMSAPI learns later is taken at {stage.settings.origin}/hooks/smsapi/numbers"
    answer(asdict(report), f"{report.numbers} numbers: {found}; spent {report.spent / _MICRO:.2f}{ended}", as_json)


@app.command("owners")
def owners(as_json: AsJson = False) -> None:
    """Note whose each number is, of senders registered before that was kept: once, after an upgrade."""
    services = the_stage().services()
    noted = {advertiser.id: services.sender_book.note_owners(advertiser) for advertiser in services.advertisers.each()}
    numbers = sum(noted.values())
    answer({"advertisers": len(noted), "numbers": numbers}, f"{numbers} numbers of {len(noted)} advertisers", as_json)


def _micro(text: str) -> int:
    try:
        amount = int(Decimal(text.replace(",", ".")) * _MICRO)
    except (InvalidOperation, ValueError, OverflowError):
        fail("a price is written as 0.006")
    if amount < 0:
        fail("a price is not negative")
    return amount
