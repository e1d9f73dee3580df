"""`relance`: the operator's command line. Each command takes --json."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli import (
    broadcasts,
    click_recovery,
    clicks,
    consent,
    contacts,
    conversations,
    countries,
    halts,
    hours,
    journeys,
    keys,
    links,
    lists,
    migrate,
    numbers,
    people,
    queue,
    replies,
    reports,
    restore,
    segments,
    site,
    sms,
    surveys,
    webhooks,
    wordings,
)
from cli.answers import AsJson, answer, fail, the_stage

app = typer.Typer(no_args_is_help=True, help="Relance, from the operator's side.")
clock = typer.Typer(no_args_is_help=True, help="The time of a test stage.")
app.add_typer(consent.app, name="consent")
app.add_typer(people.app, name="person")
app.add_typer(contacts.app, name="contacts")
app.add_typer(conversations.app, name="conversations")
app.add_typer(clock, name="clock")
app.add_typer(numbers.app, name="numbers")
app.add_typer(hours.app, name="hours")
app.add_typer(countries.app, name="countries")
app.command("migrate")(migrate.migrate)
app.add_typer(keys.app, name="keys")
app.add_typer(links.app, name="links")
app.add_typer(lists.app, name="lists")
app.add_typer(clicks.app, name="clicks")
clicks.app.command("recover")(click_recovery.recover)
app.add_typer(site.app, name="site")
app.add_typer(sms.app, name="sms")
app.add_typer(queue.app, name="queue")
app.command("stop")(halts.stop)
app.command("resume")(halts.resume)
app.add_typer(replies.app, name="replies")
app.add_typer(reports.app, name="reports")
app.add_typer(restore.app, name="restore")
app.add_typer(broadcasts.app, name="broadcasts")
app.add_typer(journeys.app, name="journeys")
app.add_typer(segments.app, name="segments")
app.add_typer(surveys.app, name="surveys")
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(wordings.app, name="wordings")


_DURATION = re.compile(r"(\d+)([smhd])")
_FARTHEST_MS = 3_660 * 86_400_000
_UNITS_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


@app.command()
def why(message: Annotated[str, typer.Argument(help="A message's id.")], as_json: AsJson = False) -> None:
    """Say why a message was sent, or was not."""
    from chalicelib.reports.why import why as explain

    found = the_stage().services().messages.get(message)
    if found is None:
        fail(f"there is no message {message}")
    told = explain(found)
    answer(told, told["sentence"], as_json)


@app.command()
def package(
    directory: Annotated[Path, typer.Argument(help="Where to put it; what is there is replaced.")],
    stage: Annotated[str, typer.Option(help="A stage of .chalice/config.json.")] = "prod",
    as_json: AsJson = False,
) -> None:
    """Make what is deployed: the functions' artifact, with its bytecode, and the template."""
    from cli import artifact

    try:
        artifact.package(stage, directory)
    except artifact.DeployFailed as error:
        fail(str(error))
    told = {"artifact": str(directory / "deployment.zip"), "template": str(directory / "sam.yaml")}
    answer(told, f"{told['template']} and {told['artifact']}", as_json)


@clock.command("set")
def clock_set(moment: Annotated[str, typer.Argument(help="ISO 8601.")], as_json: AsJson = False) -> None:
    """Move the stage to a moment, and run the ticks that fall due on the way."""
    try:
        target = datetime.fromisoformat(moment)
    except ValueError:
        fail("the moment is not ISO 8601, such as 2026-03-02T10:00:00+01:00")
    aware = target if target.tzinfo else target.replace(tzinfo=UTC)
    _tell_time(_clock().move_to(int(aware.timestamp() * 1000)), as_json)


@clock.command("advance")
def clock_advance(
    duration: Annotated[str, typer.Argument(help="Such as 46m, 24h, 90s or 1h30m.")], as_json: AsJson = False
) -> None:
    """Move the stage's time on, and run the ticks that fall due on the way."""
    parts = _DURATION.findall(duration)
    if not parts or "".join(number + unit for number, unit in parts) != duration:
        fail("a duration is written as 46m, 24h, 90s or 1h30m")
    milliseconds = sum(int(number) * _UNITS_MS[unit] for number, unit in parts)
    if milliseconds > _FARTHEST_MS:
        fail("a stage's time moves on by ten years at most")
    from cli.clock import NotSettled, TickFailed

    stage_clock = _clock()
    try:
        reached = stage_clock.move_to(stage_clock.now() + milliseconds)
    except (TickFailed, NotSettled) as error:
        fail(str(error))
    _tell_time(reached, as_json)


@clock.command("reset")
def clock_reset(as_json: AsJson = False) -> None:
    """Go back to the real time."""
    _tell_time(_clock().reset(), as_json)


def _clock() -> Any:
    from cli.clock import ClockIsFixed, StageClock

    try:
        return StageClock(the_stage())
    except ClockIsFixed as error:
        fail(str(error))


def _tell_time(now: int, as_json: bool) -> None:
    text = datetime.fromtimestamp(now / 1000, UTC).isoformat(timespec="seconds")
    answer({"now": now, "iso": text}, text, as_json)


if __name__ == "__main__":
    app()
