"""`relance wordings`: the texts that people agree to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.answers import AsJson, answer, fail, the_stage
from cli.connection import demo_state

if TYPE_CHECKING:
    from chalicelib.storage.contacts import Purpose
    from chalicelib.storage.wordings import Wording
    from chalicelib.wiring import Services

app = typer.Typer(no_args_is_help=True, help="The texts that people agree to.")
Base = Annotated[str, typer.Option(help="An advertiser's id, or 'partner'.")]


@app.command()
def add(
    wording: Annotated[str, typer.Argument(help="Its id, such as till-2026-1: a changed text gets a new one.")],
    sms_marketing: Annotated[str, typer.Option(help="What is agreed to for offers by SMS.")],
    sms_notification: Annotated[str, typer.Option(help="The same for notifications by SMS.")] = "",
    matching: Annotated[str, typer.Option(help="The same for being matched with visits.")] = "",
    language: Annotated[str, typer.Option(help="Two small letters.")] = "fr",
    base: Base = "",
    as_json: AsJson = False,
) -> None:
    """Register a text. The same again changes nothing; another text under an id that is taken is refused."""
    from chalicelib.errors import Conflict, InvalidInput
    from chalicelib.storage.wordings import Wording

    given: dict[Purpose, str] = {
        "sms_marketing": sms_marketing,
        "sms_notification": sms_notification,
        "matching": matching,
    }
    texts = {purpose: text.strip() for purpose, text in given.items() if text.strip()}
    new = Wording(wording, language, texts)
    services, base = _reach(base)
    try:
        added = services.wordings.add(base, new)
    except InvalidInput as error:
        fail("; ".join(f"{wrong.field}: {wrong.message}" for wrong in error.errors))
    except Conflict as error:
        fail(f"{wording}: {error}")
    answer(_told(new) | {"added": added}, f"{wording} {new.hash}", as_json)


@app.command("list")
def list_wordings(base: Base = "", as_json: AsJson = False) -> None:
    """Say which texts are registered."""
    services, base = _reach(base)
    found = services.wordings.all(base)
    lines = [f"{wording.id} ({wording.language}, {', '.join(wording.texts)}) {wording.hash}" for wording in found]
    answer({"wordings": [_told(wording) for wording in found]}, "\n".join(lines) or "None is registered.", as_json)


def _reach(base: str) -> tuple[Services, str]:
    from chalicelib.audience.importing import check_base
    from chalicelib.errors import InvalidInput

    base = base or (demo_state() or {}).get("advertiser", "")
    services = the_stage().services()
    try:
        check_base(base, services.advertisers)
    except InvalidInput as error:
        fail("; ".join(f"--{wrong.field}: {wrong.message}" for wrong in error.errors))
    return services, base


def _told(wording: Wording) -> dict[str, Any]:
    return {"wording": wording.id, "language": wording.language, "texts": dict(wording.texts), "hash": wording.hash}
