"""`relance countries`: what each country allows, and what the operator signed for it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.answers import AsJson, answer, fail, the_stage

if TYPE_CHECKING:
    from chalicelib.messaging.signing import CountryBook

app = typer.Typer(no_args_is_help=True, help="What each country allows.")
Code = Annotated[str, typer.Argument(help="ISO 3166-1, such as FR, RE or BE.")]
By = Annotated[str, typer.Option(help="Who answers for it: kept with the values.")]


@app.command("list")
def list_countries(as_json: AsJson = False) -> None:
    """Say what holds: hours, holidays and senders, with their sources."""
    from chalicelib.messaging.country_report import country_report

    told = country_report(_book())
    answer({"countries": told}, "\n".join(_line(country) for country in told), as_json)


@app.command()
def sign(
    country: Code,
    file: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="Values with their sources, in TOML.")],
    by: By,
    as_json: AsJson = False,
) -> None:
    """Let values hold for a country: it is sent to from then on. France can only be made stricter."""
    from chalicelib.errors import InvalidInput
    from chalicelib.messaging.country_report import country_told

    try:
        # Through JSON, so that a day that TOML takes for a date is a text like the others.
        values = json.loads(json.dumps(tomllib.loads(file.read_text(encoding="utf-8")), default=str))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        fail(f"{file} is not TOML: {error}")
    book = _book()
    try:
        profile = book.sign(country, values, by)
    except InvalidInput as error:
        fail("; ".join(f"{wrong.field}: {wrong.message}" for wrong in error.errors))
    told = country_told(profile, book.signature(country))
    answer(told, f"Signed by {by}. {_line(told)}", as_json)


@app.command("take-back")
def take_back(country: Code, by: By, as_json: AsJson = False) -> None:
    """Take back what was signed for a country: the profile as it is shipped holds again."""
    from chalicelib.messaging.country_report import country_told

    told = country_told(_book().take_back(country, by), None)
    answer(told, _line(told), as_json)


def _book() -> CountryBook:
    return the_stage().services().countries


def _line(told: Mapping[str, Any]) -> str:
    marketing = told["hours"]["marketing"]
    signed = f", signed by {told['signed']['by']}" if told["signed"] else ""
    closed = f", not on {', '.join(marketing['closed'])}" if marketing["closed"] else ""
    state = "sends" if told["sends"] else "rehearsals only"
    return (
        f"{told['country']} {told['name']}: {state}{signed}; marketing {marketing['open']}-{marketing['close']}{closed}"
    )
