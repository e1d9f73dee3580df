"""`relance consent`: proves the consent ledgers, and closes their days."""

from __future__ import annotations

from dataclasses import asdict

import typer

from cli.answers import AsJson, answer, the_stage

app = typer.Typer(no_args_is_help=True, help="The consent ledgers.")


@app.command()
def verify(as_json: AsJson = False) -> None:
    """Look at every chain, register and daily root. Ends with 1 where anything is not as it was written."""
    found = the_stage().services().consent_verifier.verify()
    lines = [
        f"{found.entries} entries in {found.chains} chains over {found.days} days, {found.erased} of them erased: "
        + (f"{len(found.findings)} findings" if found.findings else "all as it was written")
    ]
    lines += [f"{finding.where}: {finding.message} ({finding.rule})" for finding in found.findings]
    answer(asdict(found), "\n".join(lines), as_json)
    if found.findings:
        raise typer.Exit(1)


@app.command()
def root(as_json: AsJson = False) -> None:
    """Make the roots of days that are over and have none. The service does so by itself each hour."""
    made = the_stage().services().consent_verifier.close_days()
    told = "\n".join(f"{root.day} {root.entries} entries {root.hash}" for root in made)
    answer({"roots": [asdict(root) for root in made]}, told or "Every day that is over has its root.", as_json)
