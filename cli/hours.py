"""`relance hours`: whether an SMS may go to a number at a moment."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, get_args
from zoneinfo import ZoneInfo

import typer

from chalicelib.storage.messages import MessageClass
from cli.answers import AsJson, answer, fail

if TYPE_CHECKING:
    from chalicelib.messaging.hours import Hours

app = typer.Typer(no_args_is_help=True, help="The hours at which an SMS may be sent.")

_CLASSES = ", ".join(get_args(MessageClass))


@app.callback()
def hours() -> None:
    """The hours at which an SMS may be sent."""


@app.command()
def check(
    phone: Annotated[str, typer.Argument(help="In E.164, such as +33639980012, or as it is written in France.")],
    at: Annotated[str, typer.Option(help="The moment in ISO 8601 with its offset; now where it is not said.")] = "",
    message_class: Annotated[MessageClass, typer.Option("--class", help=f"One of {_CLASSES}.")] = "marketing",
    postcode: Annotated[str, typer.Option(help="The recipient's postcode, if it is known.")] = "",
    zone: Annotated[str, typer.Option(help="The recipient's own time zone, if it is known: Europe/Paris.")] = "",
    rehearse: Annotated[
        bool, typer.Option("--rehearse", help="Ask for the hours alone, also where nothing may be sent yet.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say whether a message may go, by which rule, and the first moment from then on; no stage is needed."""
    from chalicelib.messaging.hours import check_hours
    from chalicelib.messaging.recipients import place_of

    place = place_of(_e164(phone), postcode or None, zone or None)
    found = check_hours(place, message_class, _moment(at), rehearse=rehearse)
    told = _told(found)
    until = f"; from {told['next']} on" if found.next is not None and not found.allowed else ""
    verdict = "allowed" if found.allowed else "not allowed"
    answer(
        told, f"{message_class} to {found.country or 'an unknown country'}: {verdict} ({found.rule}){until}", as_json
    )


def _told(found: Hours) -> dict[str, Any]:
    return {
        "allowed": found.allowed,
        "country": found.country,
        "zone": found.zone,
        "rule": found.rule,
        "next": None if found.next is None else _iso(found.next, found.zone.split(",")[0]),
    }


def _iso(moment: int, zone: str) -> str:
    seconds, milliseconds = divmod(moment, 1000)
    local = datetime.fromtimestamp(seconds, ZoneInfo(zone)).replace(microsecond=milliseconds * 1000)
    return local.isoformat(timespec="milliseconds" if milliseconds else "seconds")


def _moment(at: str) -> int:
    from chalicelib.clock import SystemClock

    if not at:
        return SystemClock().now()
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        fail("the moment is not ISO 8601, such as 2026-03-02T10:00:00+01:00")
    if moment.tzinfo is None:
        fail("the moment has no offset: add Z, or one such as +01:00. The recipient's clock is not guessed from it")
    try:
        whole = int(moment.replace(microsecond=0).timestamp())
    except (OverflowError, ValueError):
        fail("the moment is out of range")
    return whole * 1000 + moment.microsecond // 1000


def _e164(phone: str) -> str:
    from chalicelib.audience.phones import parse_mobile
    from chalicelib.errors import FieldError

    parsed = parse_mobile(phone, "FR")
    return phone.strip().replace(" ", "") if isinstance(parsed, FieldError) else parsed
