"""`relance broadcasts`: rehearsing large ones in full, and running them (docs/broadcasts.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from chalicelib.storage.advertisers import OPERATOR
from cli.answers import AsJson, answer, fail, the_stage
from cli.segments import in_words

if TYPE_CHECKING:
    from chalicelib.storage.advertisers import Advertiser
    from chalicelib.storage.broadcasts import Broadcast
    from chalicelib.wiring import Services

app = typer.Typer(no_args_is_help=True, help="A text to a segment: rehearsed, launched, stopped.")
AdvertiserId = Annotated[str, typer.Argument(help="An advertiser's id.")]
BroadcastId = Annotated[str, typer.Argument(help="A broadcast's id.")]
_PAGE = 100


@app.command("list")
def list_broadcasts(advertiser: AdvertiserId, as_json: AsJson = False) -> None:
    """Say which broadcasts an advertiser has, and how far they are."""
    found = the_stage().services().broadcasts.all_of(advertiser)
    told = [{"broadcast": one.id, "name": one.plan.name, "state": one.state, "made": one.made} for one in found]
    lines = [f"{one.id} {one.plan.name}: {one.state}, {one.made} made" for one in found]
    answer({"broadcasts": told}, "\n".join(lines) or "There is none.", as_json)


@app.command()
def rehearse(advertiser: AdvertiserId, broadcast: BroadcastId, as_json: AsJson = False) -> None:
    """Look ahead for everybody of its segment, however many. Nothing is sent or taken."""
    services = the_stage().services()
    found = _try(lambda: services.broadcast_desk.rehearse(_advertiser(services, advertiser), broadcast, None))
    answer(found.rehearsed, in_words(found.rehearsed), as_json)


@app.command()
def differences(advertiser: AdvertiserId, broadcast: BroadcastId, as_json: AsJson = False) -> None:
    """Say what became of it otherwise than was rehearsed, message by message."""
    from chalicelib.messaging.differences import compare

    services = the_stage().services()
    found = _try(lambda: services.broadcast_desk.find(advertiser, broadcast))
    sums: Counter[str] = Counter()
    listed: list[dict[str, Any]] = []
    after: str | None = ""
    while after is not None:
        rows, after = services.broadcasts.recipients(found, after, _PAGE)
        messages = services.messages.get_all([row.message for row in rows])
        page = compare(rows, messages, all_seen=found.rehearsed.get("exact", False))
        sums.update(same=page.same, waiting=page.waiting, unforeseen=page.unforeseen)
        listed += [
            {
                "message": one.message,
                "foreseen": one.foreseen and (one.foreseen.reason or one.foreseen.outcome),
                "became": one.became.reason or one.became.outcome,
            }
            for one in page.differences
        ]
    lines = [f"{one['message']}: {one['foreseen'] or 'not foreseen'}, became {one['became']}" for one in listed]
    lines.append(f"{sums['same']} as foreseen, {len(listed)} otherwise, {sums['waiting']} wait")
    answer({**sums, "differences": listed}, "\n".join(lines), as_json)


@app.command()
def pause(advertiser: AdvertiserId, broadcast: BroadcastId, as_json: AsJson = False) -> None:
    """Stop a broadcast at once, what is queued included."""
    services = the_stage().services()
    _say(_try(lambda: services.broadcast_desk.pause(advertiser, broadcast, OPERATOR)), as_json)


@app.command()
def resume(advertiser: AdvertiserId, broadcast: BroadcastId, as_json: AsJson = False) -> None:
    """Let a broadcast go on at its pace."""
    services = the_stage().services()
    _say(_try(lambda: services.broadcast_desk.resume(advertiser, broadcast)), as_json)


@app.command()
def cancel(advertiser: AdvertiserId, broadcast: BroadcastId, as_json: AsJson = False) -> None:
    """End a broadcast: what has not left does not leave."""
    services = the_stage().services()
    _say(_try(lambda: services.broadcast_desk.cancel(advertiser, broadcast, OPERATOR)), as_json)


def _say(broadcast: Broadcast, as_json: bool) -> None:
    answer({"broadcast": broadcast.id, "state": broadcast.state}, broadcast.state, as_json)


def _advertiser(services: Services, advertiser: str) -> Advertiser:
    found = services.advertisers.get(advertiser)
    if found is None:
        fail(f"there is no advertiser {advertiser}")
    return found


def _try(ask: Callable[[], Broadcast]) -> Broadcast:
    from chalicelib.errors import Conflict, NotFound

    try:
        return ask()
    except NotFound as missing:
        fail(f"there is no such {missing}")
    except Conflict as conflict:
        fail(str(conflict))
