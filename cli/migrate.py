"""`relance migrate`: come over from another tool, its people's refusals first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from cli.answers import AsJson, answer, fail, the_stage
from cli.connection import demo_state

if TYPE_CHECKING:
    from chalicelib.audience.migration.migrate import MigrationReport, Target
    from chalicelib.audience.migration.reading import PeerFile


def migrate(
    peer: Annotated[str, typer.Argument(help="klaviyo, attentive, brevo or smsapi.")],
    files: Annotated[list[str], typer.Argument(help="Exports, CSV or NDJSON; or KIND=FILE, with suppressions, sends…")],
    base: Annotated[str, typer.Option(help="The advertiser's id.")] = "",
    country: Annotated[str, typer.Option(help="Country of national numbers.")] = "FR",
    wording: Annotated[str, typer.Option(help="Version of the text that the people agreed to.")] = "",
    mapping: Annotated[list[str] | None, typer.Option("--map", help="FIELD=COLUMN, as often as needed.")] = None,
    day_first: Annotated[bool, typer.Option("--day-first", help="03/04/2026 is the third of April.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read every row and write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Come over from another tool: refusals first, past sends, then consents; and who can be written to."""
    from chalicelib.audience.migration.migrate import Migration
    from chalicelib.clock import SystemClock
    from chalicelib.errors import InvalidInput, StorageUnavailable

    base = base or (demo_state() or {}).get("advertiser", "")
    if not base and not dry_run:
        fail("say which base with --base: an advertiser's id")
    try:
        opened = _open(peer, files, mapping or [], country, day_first=day_first)
        target = None if dry_run else _target(base)
        now = (target.clock if target else SystemClock()).now()
        known = the_stage().services().wordings.hash_of(base, wording) if target else None
        report = Migration(opened, target, now, wording or None, known).run()
    except InvalidInput as error:
        fail("; ".join(f"{e.field}: {e.message}" for e in error.errors))
    except StorageUnavailable as error:
        fail(f"the store did not answer ({error}): run the command again, it goes on")
    answer(asdict(report), _text(report, files), as_json)


def _open(
    peer_name: str, files: Sequence[str], mapping: Sequence[str], country: str, *, day_first: bool
) -> list[PeerFile]:
    from chalicelib.audience.importing import file_opener
    from chalicelib.audience.migration.contract import FileKind
    from chalicelib.audience.migration.peers import PEERS
    from chalicelib.audience.migration.reading import open_peer_files

    peer = PEERS.get(peer_name.lower())
    if peer is None:
        fail(f"the peers are {', '.join(PEERS)}")
    told = {field: column for field, sign, column in (entry.partition("=") for entry in mapping) if sign}
    if len(told) != len(mapping):
        fail("--map takes FIELD=COLUMN")
    named = []
    for name in files:
        kind: FileKind | None = next((kind for kind in get_args(FileKind) if name.startswith(f"{kind}=")), None)
        path = Path(name.removeprefix(f"{kind}="))
        if not path.is_file():
            fail(f"there is no file {path}")
        named.append((file_opener(path), kind))
    return open_peer_files(peer, named, told, country=country, day_first=day_first)


def _target(base: str) -> Target:
    from chalicelib.audience.migration.migrate import Target

    services = the_stage().services()
    if services.advertisers.get(base) is None:
        fail("there is no such advertiser: a peer's people come into an advertiser's own base")
    return Target(
        base,
        intake=services.intake,
        ledgers=services.ledgers,
        contacts=services.contacts,
        vault=services.vault,
        clock=services.clock,
    )


def _text(report: MigrationReport, files: Sequence[str]) -> str:
    def told(counts: dict[str, int]) -> str:
        return ", ".join(f"{number} {what}" for what, number in sorted(counts.items())) or "none"

    lines = [
        f"{report.rows} rows in {len(files)} files",
        f"refusals: {told(report.opposed)}",
        f"past sends: {told(report.sends)}",
        f"contacts: {told(report.contacts)}",
        f"sendable: {report.sendable}; not: {told(report.not_sendable)}",
        f"matchable: {report.matchable}; not: {told(report.not_matchable)}",
        f"rows left out: {told(report.left_out)}",
    ]
    return "\n".join(lines + [f"{files[e.file - 1]}, line {e.line}: {e.rule}" for e in report.errors])
