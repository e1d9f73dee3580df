"""`relance sms`: what a text costs, before it is sent."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from cli.answers import AsJson, answer, fail
from cli.sms_preview import preview

app = typer.Typer(no_args_is_help=True, help="Texts of SMS.")
app.command("preview")(preview)


@app.command("count", context_settings={"ignore_unknown_options": True})  # A text may begin with "-20 %".
def count(
    text: Annotated[str, typer.Argument(help="The text, as it would be sent.")],
    as_json: AsJson = False,
) -> None:
    """Count the SMS that a text takes, name the characters that make it dear, and show it without them."""
    from chalicelib.messaging import sms_text

    if any("\ud800" <= character <= "\udfff" for character in text):
        fail("the text is not valid UTF-8")
    counted = sms_text.count(text)
    lines = [f"{counted.parts} SMS, {counted.units} units of {counted.encoding}"]
    if counted.culprits:
        lines.append(
            f"not in GSM-7: {', '.join(f'{character} (U+{ord(character):04X})' for character in counted.culprits)}"
        )
        if counted.safe != text:
            safe = sms_text.count(counted.safe)
            lines.append(f"as {safe.parts} SMS, {safe.units} units of {safe.encoding}: {counted.safe}")
    answer(asdict(counted), "\n".join(lines), as_json)
