"""`relance journeys`: what an advertiser's journeys are, letting them run, and what came of what they compare."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chalicelib.reports.why import reason_in_words
from chalicelib.storage.advertisers import OPERATOR, Advertiser
from chalicelib.storage.journeys import Running
from cli.answers import AsJson, answer, fail, the_stage

if TYPE_CHECKING:
    from chalicelib.storage.journeys import StoredJourney
    from chalicelib.wiring import Services

app = typer.Typer(no_args_is_help=True, help="Journeys: what is sent when, to whom, and when not.")
AdvertiserId = Annotated[str, typer.Argument(help="An advertiser's id.")]
JourneyId = Annotated[str, typer.Argument(help="A journey's id.")]
Version = Annotated[int | None, typer.Option(help="Of a version: else of the newest.", min=1)]
_MICRO = 1_000_000


@app.command("list")
def list_journeys(advertiser: AdvertiserId, as_json: AsJson = False) -> None:
    """Say which journeys an advertiser has, and whether people can begin them."""
    found = list(the_stage().services().journeys.all(advertiser))
    told = [{"journey": one.id, "state": one.state, "version": one.version} for one in found]
    lines = [f"{one.id}: {one.state}, version {one.version}" for one in found]
    answer({"journeys": told}, "\n".join(lines) or "There is none.", as_json)


@app.command()
def show(advertiser: AdvertiserId, journey: JourneyId, version: Version = None, as_json: AsJson = False) -> None:
    """Show a journey's document."""
    found = _stored(the_stage().services(), advertiser, journey, version)
    document = json.loads(found.document)
    told = {"journey": found.id, "state": found.state, "version": found.version, "document": document}
    answer(told, json.dumps(document, ensure_ascii=False, indent=2), as_json)


@app.command()
def put(
    advertiser: AdvertiserId,
    journey: JourneyId,
    file: Annotated[Path, typer.Argument(help="The document, as JSON.", exists=True, dir_okay=False)],
    migrate: Annotated[bool, typer.Option("--migrate", help="Let who is in it go on with this version.")] = False,
    as_json: AsJson = False,
) -> None:
    """Save a journey's next version, if nothing is wrong with it."""
    from pydantic import ValidationError

    from chalicelib.journeys.definition import Journey

    services, owner = _owner(advertiser)
    try:
        document = Journey.model_validate_json(file.read_bytes())
    except ValidationError as error:
        fail("; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()))
    running: Running = "migrate" if migrate else "keep"
    _say(_try(lambda: services.journey_desk.save(owner, journey, document, OPERATOR, running)), as_json)


@app.command()
def rehearse(
    advertiser: AdvertiserId,
    journey: JourneyId,
    start_at: Annotated[datetime | None, typer.Option(help="When the last thirty days are to begin anew: now.")] = None,
    most: Annotated[int | None, typer.Option(help="How many contacts are looked at: all.", min=1)] = None,
    as_json: AsJson = False,
) -> None:
    """Say what the last thirty days would lead to if they came again. Nothing is sent, nothing taken."""
    from chalicelib.web.message_models import epoch_ms

    services, owner = _owner(advertiser)
    _stored(services, advertiser, journey, None)
    found = services.rehearsal_desk.at_once(owner, journey, epoch_ms(start_at), most)
    answer(found, "\n".join(_foreseen(found)), as_json)


@app.command()
def playbooks(as_json: AsJson = False) -> None:
    """Say which journeys are ready to be switched on."""
    from chalicelib.journeys.playbooks import playbooks as ready

    told = [{"playbook": one.id, "title": one.title, "says": one.says, "asks": one.asks} for one in ready()]
    answer({"playbooks": told}, "\n".join(f"{one.id}: {one.says['en']}" for one in ready()), as_json)


@app.command()
def start(advertiser: AdvertiserId, journey: JourneyId, as_json: AsJson = False) -> None:
    """Let people begin it, or, where it is larger than one person may start, ask a second one to approve it."""
    services, owner = _owner(advertiser)
    _say(_try(lambda: services.journey_desk.start(owner, journey, OPERATOR, OPERATOR)), as_json)


@app.command()
def approve(advertiser: AdvertiserId, journey: JourneyId, as_json: AsJson = False) -> None:
    """Agree to what a key has asked to start: people begin it."""
    services, owner = _owner(advertiser)
    _say(_try(lambda: services.journey_desk.approve(owner, journey, OPERATOR, OPERATOR)), as_json)


@app.command()
def stop(advertiser: AdvertiserId, journey: JourneyId, as_json: AsJson = False) -> None:
    """Stop it: nobody begins it any more, and nothing more of it is sent."""
    services, owner = _owner(advertiser)
    _say(_try(lambda: services.journey_desk.stop(owner, journey, OPERATOR)), as_json)


@app.command()
def results(advertiser: AdvertiserId, journey: JourneyId, version: Version = None, as_json: AsJson = False) -> None:
    """Say what came of its variants and its holdout, and whether that may be chance."""
    from chalicelib.reports.experiments import results_of

    services = the_stage().services()
    found = results_of(_stored(services, advertiser, journey, version), advertiser, services.counters)
    lines = [_arm(arm) for arm in found["arms"]] or ["It compares nothing: it has neither variants nor a holdout."]
    lines += [one["sentence"]["en"] for one in found["comparisons"]]
    answer(found, "\n".join(lines), as_json)


def _arm(arm: Mapping[str, Any]) -> str:
    buyers, people = arm["buyers"], arm["people"]
    text = f"{arm['arm']}: {people} people, {arm['sms']['sent']} SMS sent, {buyers['people']} bought"
    if people:
        text += f" ({buyers['value']:.1%}, between {buyers['low']:.1%} and {buyers['high']:.1%})"
    for currency, revenue in arm["revenue_per_person_micro"].items():
        low, high = revenue["low"] / _MICRO, revenue["high"] / _MICRO
        text += f", {revenue['value'] / _MICRO:.2f} {currency} a person (between {low:.2f} and {high:.2f})"
    return text


def _foreseen(found: Mapping[str, Any]) -> Iterator[str]:
    messages = found["messages"]
    yield f"{found['contacts_looked_at']} of {found['contacts']} contacts, journey {found['journey']}"
    yield f"{messages['sends']['people']} SMS to {found['people']} people, {messages['parts']['total']} parts"
    if price := messages["price"]:
        yield f"{price['micro'] / _MICRO:.2f} {price['currency']}"
    for reason, share in messages["unreached"].items():
        yield f"{share['people']} not sent: {reason_in_words(reason)}"
    for name, number in found["became"].items():
        yield f"{number} {name}"


def _owner(advertiser: str) -> tuple[Services, Advertiser]:
    services = the_stage().services()
    owner = services.advertisers.get(advertiser)
    if owner is None:
        fail(f"there is no advertiser {advertiser}")
    return services, owner


def _stored(services: Services, advertiser: str, journey: str, version: int | None) -> StoredJourney:
    journeys = services.journeys
    found = journeys.version(advertiser, journey, version) if version else journeys.get(advertiser, journey)
    if found is None:
        fail(f"there is no journey {journey}" + (f" in version {version}" if version else ""))
    return found


def _say(journey: StoredJourney, as_json: bool) -> None:
    waits_for = "approval" if journey.requested_by else None
    told = {"journey": journey.id, "state": journey.state} | ({"waits_for": waits_for} if waits_for else {})
    answer(told, f"{journey.state}, waits for approval" if waits_for else journey.state, as_json)


def _try(ask: Callable[[], StoredJourney]) -> StoredJourney:
    from chalicelib.errors import Conflict, InvalidInput, NotFound

    try:
        return ask()
    except InvalidInput as wrong:
        fail("; ".join(f"{error.field}: {error.message}" for error in wrong.errors))
    except NotFound as missing:
        fail(f"there is no such {missing}")
    except Conflict as conflict:
        fail(str(conflict))
