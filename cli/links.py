"""`relance links`: standalone links, and the settings of all of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chalicelib.errors import InvalidInput, NotFound
from cli.answers import AsJson, answer, fail, the_stage

if TYPE_CHECKING:
    from chalicelib.links.desk import LinkDesk
    from chalicelib.storage.links import Link

app = typer.Typer(no_args_is_help=True, help="Short links.")

Advertiser = Annotated[str, typer.Option("--advertiser", help="An advertiser's id.")]
Name = Annotated[str, typer.Argument(help="A code, or <domain>/<slug>.")]
Settings = Annotated[
    str, typer.Option("--set", help='Settings as in the API, such as \'{"until": 1772445600000, "tags": ["poster"]}\'.')
]
Target = Annotated[str, typer.Option(help="Where it leads from now on.")]


@app.command()
def create(
    target: Annotated[str, typer.Argument(help="Where it leads.")],
    advertiser: Advertiser,
    domain: Annotated[str, typer.Option(help="One of the advertiser's own domains.")] = "",
    slug: Annotated[str, typer.Option(help="What follows the slash there.")] = "",
    settings: Settings = "{}",
    as_json: AsJson = False,
) -> None:
    """Make a standalone link."""
    from chalicelib.web.link_models import NewLink, wanted_from

    services = the_stage().services()
    if services.advertisers.get(advertiser) is None:
        fail(f"there is no advertiser {advertiser}")
    body = _read(NewLink, _object(settings) | {"target": target, "domain": domain, "slug": slug})
    try:
        made = services.link_desk.make(advertiser, wanted_from(body), domain=body.domain, slug=body.slug)
    except InvalidInput as error:
        fail(_said(error))
    _tell(services.link_desk, made, as_json)


@app.command()
def show(name: Name, advertiser: Advertiser, as_json: AsJson = False) -> None:
    """Say where a link leads, and how."""
    desk = the_stage().services().link_desk
    _tell(desk, _found(desk, advertiser, name), as_json)


@app.command()
def edit(
    name: Name, advertiser: Advertiser, target: Target = "", settings: Settings = "{}", as_json: AsJson = False
) -> None:
    """Change a link: the next click lands by it."""
    from chalicelib.web.link_models import LinkChange, changed

    desk = the_stage().services().link_desk
    body = _read(LinkChange, _object(settings) | ({"target": target} if target else {}))
    _found(desk, advertiser, name)
    try:
        edited = desk.edit(advertiser, name, lambda wanted: changed(wanted, body))
    except InvalidInput as error:
        fail(_said(error))
    _tell(desk, edited, as_json)


@app.command()
def qr(
    name: Name,
    advertiser: Advertiser,
    file: Annotated[Path, typer.Argument(help="A file to write, .svg or .png.")],
    as_json: AsJson = False,
) -> None:
    """Draw a link's QR code."""
    from chalicelib.links.qr import png, svg

    desk = the_stage().services().link_desk
    url = desk.url(_found(desk, advertiser, name))
    if file.suffix not in (".svg", ".png"):
        fail("a QR code is drawn as .svg or .png")
    file.write_bytes(png(url) if file.suffix == ".png" else svg(url).encode())
    answer({"url": url, "file": str(file)}, f"{file}: {url}", as_json)


def _found(desk: LinkDesk, advertiser: str, name: str) -> Link:
    try:
        return desk.find(advertiser, name)
    except NotFound:
        fail("this advertiser has no such link")


def _object(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    if not isinstance(told, dict):
        fail("settings are a JSON object")
    return told


def _read(model: Any, told: dict[str, Any]) -> Any:
    from pydantic import ValidationError

    from chalicelib.tracking.collect import field_errors

    try:
        return model.model_validate_json(json.dumps(told))
    except ValidationError as error:
        fail(_said(InvalidInput(field_errors(error))))


def _said(error: InvalidInput) -> str:
    return "; ".join(f"{each.field}: {each.message}" for each in error.errors)


def _tell(desk: LinkDesk, link: Link, as_json: bool) -> None:
    from chalicelib.web.link_models import link_answer

    told = link_answer(link, desk.url(link))
    answer(told, "\n".join(f"{name}: {json.dumps(value)}" for name, value in told.items() if value), as_json)
