"""`relance`: the operator's command line. Each command takes --json."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from cli.connection import NoStage, Stage, connect, demo_state

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Relance, from the operator's side.")
contacts = typer.Typer(no_args_is_help=True, help="The opt-in base.")
clock = typer.Typer(no_args_is_help=True, help="The time of a test stage.")
keys = typer.Typer(no_args_is_help=True, help="Secrets and admin keys.")
app.add_typer(contacts, name="contacts")
app.add_typer(clock, name="clock")
app.add_typer(keys, name="keys")

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]

_DURATION = re.compile(r"(\d+)([smhd])")
_FARTHEST_MS = 3_660 * 86_400_000
_UNITS_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


@contacts.command("import")
def import_contacts(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV file with a header.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every row and write nothing.")] = False,
    base: Annotated[str, typer.Option(help="An advertiser's id, or 'partner'.")] = "",
    country: Annotated[str, typer.Option(help="Country of national numbers.")] = "FR",
    wording: Annotated[str, typer.Option(help="Version of the text that the people agreed to.")] = "",
    advertisers: Annotated[str, typer.Option(help="Partner base: advertisers named with the consent, by commas.")] = "",
    mapping: Annotated[list[str] | None, typer.Option("--map", help="FIELD=COLUMN, as often as needed.")] = None,
    as_json: AsJson = False,
) -> None:
    """Import opted-in contacts: each row with its proof, or refused with its line and rule."""
    from chalicelib.audience import importing
    from chalicelib.clock import SystemClock
    from chalicelib.errors import InvalidInput

    base = base or (demo_state() or {}).get("advertiser", "")
    if not base and not dry_run:
        _fail("say which base with --base: an advertiser's id, or 'partner'")
    options = importing.ImportOptions(
        base=base,
        country=country,
        wording=wording or None,
        advertisers=tuple(filter(None, advertisers.split(","))),
        columns=_columns(mapping or [], importing.FIELDS),
    )
    services = None if dry_run else _stage().services()
    try:
        importing.check_columns(importing.read_header(file), options)
        report = importing.import_rows(
            importing.read_csv(file),
            options,
            proof=importing.fingerprint(file),
            now=(services.clock if services else SystemClock()).now(),
            store=services.contact_writer if services else None,
        )
    except InvalidInput as error:
        _fail("; ".join(f"{e.field}: {e.message}" for e in error.errors))
    except (UnicodeDecodeError, csv.Error):
        _fail(f"{file} is not a CSV file in UTF-8")
    lines = [f"{report.rows} rows: {report.accepted} accepted, {report.merged} merged, {report.refused} refused"]
    lines += [f"line {error.line}: {error.field}: {error.message} ({error.rule})" for error in report.errors]
    _answer(asdict(report), "\n".join(lines), as_json)


@app.command()
def why(message: Annotated[str, typer.Argument(help="A message's id.")], as_json: AsJson = False) -> None:
    """Say why a message was sent, or was not."""
    from chalicelib.reports.why import why as explain

    found = _stage().services().messages.get(message)
    if found is None:
        _fail(f"there is no message {message}")
    told = explain(found)
    _answer(told, told["sentence"], as_json)


@clock.command("set")
def clock_set(moment: Annotated[str, typer.Argument(help="ISO 8601.")], as_json: AsJson = False) -> None:
    """Move the stage to a moment, and run the ticks that fall due on the way."""
    try:
        target = datetime.fromisoformat(moment)
    except ValueError:
        _fail("the moment is not ISO 8601, such as 2026-03-02T10:00:00+01:00")
    aware = target if target.tzinfo else target.replace(tzinfo=UTC)
    _tell_time(_clock().move_to(int(aware.timestamp() * 1000)), as_json)


@clock.command("advance")
def clock_advance(
    duration: Annotated[str, typer.Argument(help="Such as 46m, 24h, 90s or 1h30m.")], as_json: AsJson = False
) -> None:
    """Move the stage's time on, and run the ticks that fall due on the way."""
    parts = _DURATION.findall(duration)
    if not parts or "".join(number + unit for number, unit in parts) != duration:
        _fail("a duration is written as 46m, 24h, 90s or 1h30m")
    milliseconds = sum(int(number) * _UNITS_MS[unit] for number, unit in parts)
    if milliseconds > _FARTHEST_MS:
        _fail("a stage's time moves on by ten years at most")
    stage_clock = _clock()
    _tell_time(stage_clock.move_to(stage_clock.now() + milliseconds), as_json)


@clock.command("reset")
def clock_reset(as_json: AsJson = False) -> None:
    """Go back to the real time."""
    _tell_time(_clock().reset(), as_json)


@keys.command("init")
def keys_init(as_json: AsJson = False) -> None:
    """Create the stage's secrets, where they are not there yet."""
    from cli.secrets import create_secrets

    created = create_secrets(_stage())
    _answer({"created": created}, "\n".join(created) or "All there already.", as_json)


@keys.command("operator")
def keys_operator(as_json: AsJson = False) -> None:
    """Make an admin key that reaches every advertiser. It is shown this once."""
    from cli.secrets import create_operator_key

    key = create_operator_key(_stage())
    _answer({"operator_key": key}, key, as_json)


def _stage() -> Stage:
    try:
        return connect()
    except NoStage as error:
        _fail(str(error))


def _clock() -> Any:
    from cli.clock import ClockIsFixed, StageClock

    try:
        return StageClock(_stage())
    except ClockIsFixed as error:
        _fail(str(error))


def _tell_time(now: int, as_json: bool) -> None:
    text = datetime.fromtimestamp(now / 1000, UTC).isoformat(timespec="seconds")
    _answer({"now": now, "iso": text}, text, as_json)


def _columns(mapping: list[str], known: tuple[str, ...]) -> dict[str, str]:
    pairs = [entry.partition("=") for entry in mapping]
    for field, _, column in pairs:
        if field not in known or not column:
            _fail(f"--map takes FIELD=COLUMN, with a field out of {', '.join(known)}")
    return {field: column for field, _, column in pairs}


def _answer(data: Any, text: str, as_json: bool) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False) if as_json else text)


def _fail(text: str) -> NoReturn:
    typer.echo(f"relance: {text}", err=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    app()
