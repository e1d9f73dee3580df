"""`relance sms preview`: what a text costs for an audience. Needs no stack."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from chalicelib.errors import ConfigurationError
from cli.answers import AsJson, answer, fail

if TYPE_CHECKING:
    from chalicelib.messaging.preview import Cost
    from chalicelib.messaging.values import Values
    from chalicelib.sms_providers.prices import Money
    from chalicelib.storage.messages import MessageClass

_NAMED = {"first_name", "last_name", "product", "code", "agent", "total"}


def preview(
    text: Annotated[str, typer.Argument(help="A template, such as '{{ brand }}: bonjour {{ link }}'.")],
    rows: Annotated[
        Path | None,
        typer.Option("--rows", help="CSV: first_name, product, custom fields."),
    ] = None,
    brand: Annotated[str, typer.Option(help="The advertiser's brand.")] = "Lumen",
    message_class: Annotated[str, typer.Option("--class", help="marketing or notification.")] = "marketing",
    stop_number: Annotated[str, typer.Option(help="Where a STOP goes: the sender, where it is a number.")] = "36123",
    host: Annotated[str, typer.Option(help="The host of short links, whose length counts.")] = "r.example",
    provider: Annotated[str, typer.Option(help="Whose prices.")] = "outbox",
    country: Annotated[str, typer.Option(help="Where to.")] = "FR",
    gsm_safe: Annotated[bool, typer.Option("--gsm-safe", help="With the GSM-safe spelling.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what a text costs for the worst recipient and on average, and which characters make it dear."""
    from chalicelib.messaging.preview import preview as look
    from chalicelib.sms_providers.prices import own_prices, price
    from chalicelib.storage.templates import Template

    if message_class not in ("marketing", "notification"):
        fail("a class is marketing or notification")
    label: MessageClass = "marketing" if message_class == "marketing" else "notification"
    template = Template("preview", text, label, gsm_safe=gsm_safe)
    try:
        price_of = partial(price, provider, country, own=own_prices(os.environ.get("SMS_PRICES", "")))
        found = look(template, _audience(rows, brand, host), stop_number, price_of)
    except ConfigurationError as error:
        fail(str(error))
    lines = [f"{found.recipients} recipients"]
    if found.written:
        lines += _lines("worst", found.written)
    if found.culprits and found.safe:
        characters = ", ".join(f"{character} ({number})" for character, number in found.culprits.items())
        lines += [f"not in GSM-7: {characters}", *_lines("GSM-safe, worst", found.safe)]
    lines += [f"{one.recipients} refused: {one.message} (first in row {one.row + 1})" for one in found.refused]
    answer(asdict(found), "\n".join(lines), as_json)
    if found.written is None:
        raise typer.Exit(1)


def _lines(name: str, cost: Cost) -> list[str]:
    average = f"average {cost.average_parts:g} SMS{_paid(cost.average_price)}"
    each = [f"  {number}: {part}" for number, part in enumerate(cost.cut, 1)]
    return [f"{name}: {cost.parts} SMS{_paid(cost.price)}, {cost.units} units of {cost.encoding}; {average}", *each]


def _paid(money: Money | None) -> str:
    return f" ({money.micro / 1_000_000:.4f} {money.currency})" if money else ""


def _audience(rows: Path | None, brand: str, host: str) -> Iterator[Values]:
    if rows is None:
        yield _values({"first_name": "Camille", "product": "Lampe de chevet"}, brand, host)
        return
    try:
        with rows.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                yield _values({name: value for name, value in row.items() if name and value}, brand, host)
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{rows} cannot be read: {type(error).__name__}")


def _values(row: Mapping[str, str], brand: str, host: str) -> Values:
    from chalicelib.messaging.values import PromoCode, Thing, Values

    return Values(
        brand=brand,
        link=f"https://{host}/Ab3dE5gH7j",
        way_out=f"https://{host}/u/Ab3dE5gH7j",
        first_name=row.get("first_name"),
        last_name=row.get("last_name"),
        product=Thing(row["product"]) if "product" in row else None,
        total=row.get("total"),
        agent=row.get("agent"),
        code=PromoCode(row["code"]) if "code" in row else None,
        order={"number": row["order_number"]} if "order_number" in row else None,
        fields={name: value for name, value in row.items() if name not in _NAMED},
        data=dict(row),
    )
