"""`relance stop` and `relance resume`: marketing stands still everywhere within ten seconds, and goes on."""

from __future__ import annotations

from typing import Annotated

import typer

from chalicelib.storage.advertisers import OPERATOR
from chalicelib.storage.halts import Halt, scope_of
from cli.answers import AsJson, answer, fail, the_stage

Advertiser = Annotated[str, typer.Option("--advertiser", help="An advertiser's id; everybody's marketing without it.")]
Campaign = Annotated[str, typer.Option("--campaign", help="One campaign or journey of that advertiser.")]


def stop(
    advertiser: Advertiser = "",
    campaign: Campaign = "",
    why: Annotated[str, typer.Option(help="What whoever finds it standing still should know.")] = "",
    as_json: AsJson = False,
) -> None:
    """Stop marketing SMS, everywhere or for one: within ten seconds none leaves. Codes and notifications go on."""
    services = the_stage().services()
    scope = _scope(advertiser, campaign)
    new = services.halts.halt(Halt(scope, services.clock.now(), OPERATOR, why))
    answer({"scope": scope, "halted": True, "new": new}, "stopped" if new else "it stood still already", as_json)


def resume(advertiser: Advertiser = "", campaign: Campaign = "", as_json: AsJson = False) -> None:
    """Let marketing go on: what waited leaves as its hours, caps and expiry allow."""
    services = the_stage().services()
    scope = _scope(advertiser, campaign)
    ended = services.halts.resume(scope, services.clock.now())
    answer({"scope": scope, "halted": False, "new": ended}, "goes on" if ended else "it did not stand still", as_json)


def _scope(advertiser: str, campaign: str) -> str:
    if campaign and not advertiser:
        fail("--campaign needs --advertiser")
    if advertiser and the_stage().services().advertisers.get(advertiser) is None:
        fail(f"there is no advertiser {advertiser}")
    return scope_of(advertiser or None, campaign or None)
