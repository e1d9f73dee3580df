"""`/v1/advertisers/{advertiser}/broadcasts…`: a text to a segment, rehearsed before it goes (mission.md, J7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from chalice.app import Blueprint, Response

from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.broadcasts import State
from chalicelib.web.admin_requests import answer, authorise, key_of, reached, read_body
from chalicelib.web.described import IN_BATCHES, PAGED, WHOLE, described, listed, one_of
from chalicelib.web.listing import MOST_IN_A_BATCH, SHARD_PLACE, page_asked, page_of, part_asked, word_asked
from chalicelib.web.views import view
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.storage.broadcasts import Broadcast
    from chalicelib.web.broadcast_models import RowForeseen


routes = Blueprint(__name__)
_TOLD = "web.broadcast_models:BroadcastTold"
_STATES: tuple[str, ...] = get_args(State)
_COMPARED = listed(
    "differences",
    "web.broadcast_models:DifferenceTold",
    same=WHOLE | {"description": "Of this page, of which the same became"},
    waiting=WHOLE | {"description": "Of this page, of which nothing has become yet"},
    unforeseen=WHOLE | {"description": "Of this page, those that a rehearsal of a sample did not look at"},
)
_BROADCASTS = "/v1/advertisers/{advertiser}/broadcasts"
_BROADCAST = f"{_BROADCASTS}/{{broadcast}}"


@routes.route(_BROADCASTS, methods=["POST"])
@described(body="web.broadcast_models:NewBroadcast", answer=_TOLD, status=201)
@view
def create_broadcast(advertiser: str) -> Response:
    """Plan a broadcast to a segment."""
    from chalicelib.web.broadcast_models import NewBroadcast, plan_from

    owner = reached(routes, advertiser)
    plan = plan_from(read_body(routes, NewBroadcast))
    return _told(owner, services().broadcast_desk.create(owner, plan), 201)


@routes.route(_BROADCASTS, methods=["GET"])
@described(query={"state": one_of("How far it is", *_STATES), **PAGED}, answer=listed("broadcasts", _TOLD))
@view
def list_broadcasts(advertiser: str) -> Response:
    """All broadcasts, without their rehearsals."""
    from chalicelib.web.broadcast_models import broadcast_answer

    authorise(routes, advertiser)
    state = word_asked(routes, "state", _STATES)
    meant = (one for one in services().broadcasts.all_of(advertiser) if state in (None, one.state))
    found, following = part_asked(routes, meant, lambda one: one.id)
    return page_of("broadcasts", [{**broadcast_answer(one), "rehearsal": None} for one in found], following)


@routes.route(_BROADCAST, methods=["GET"])
@described(answer=_TOLD)
@view
def get_broadcast(advertiser: str, broadcast: str) -> Response:
    """A broadcast with what its rehearsal found."""
    owner = reached(routes, advertiser)
    return _told(owner, services().broadcast_desk.find(advertiser, broadcast))


@routes.route(_BROADCAST, methods=["PUT"])
@described(body="web.broadcast_models:NewBroadcast", answer=_TOLD)
@view
def change_broadcast(advertiser: str, broadcast: str) -> Response:
    """Change a broadcast's plan. It has to be rehearsed, and approved, anew."""
    from chalicelib.web.broadcast_models import NewBroadcast, plan_from

    owner = reached(routes, advertiser)
    plan = plan_from(read_body(routes, NewBroadcast))
    return _told(owner, services().broadcast_desk.change(owner, broadcast, plan))


@routes.route(f"{_BROADCAST}/rehearse", methods=["POST"])
@described(answer=_TOLD)
@view
def rehearse_broadcast(advertiser: str, broadcast: str) -> Response:
    """Rehearse a broadcast: everybody up to 2,000, a sample of a larger segment. Nothing is sent or taken."""
    from chalicelib.messaging.rehearser import AT_ONCE

    owner = reached(routes, advertiser)
    return _told(owner, services().broadcast_desk.rehearse(owner, broadcast, AT_ONCE))


@routes.route(f"{_BROADCAST}/rehearsal", methods=["GET"])
@described(query=PAGED | IN_BATCHES, answer=listed("rows", "web.broadcast_models:RowForeseen"))
@view
def list_rehearsal(advertiser: str, broadcast: str) -> Response:
    """Who would get what of a broadcast when, or why not, in pages of the segment's members."""
    from chalicelib.messaging.broadcasts import message_id

    authorise(routes, advertiser)
    found = services().broadcast_desk.find(advertiser, broadcast)
    segment = services().segment_desk.find(advertiser, found.plan.segment)
    people, after = services().segment_desk.page(segment, *page_asked(routes, SHARD_PLACE, MOST_IN_A_BATCH))
    names = {person: message_id(services().vault, found, person) for person in people}
    rows = services().broadcasts.foreseen(found, names.values())
    told: list[RowForeseen] = [
        {
            "person": person,
            "message": row.message,
            "outcome": row.outcome,
            "at": row.at,
            "reason": row.reason,
            "parts": row.parts,
        }
        for person, name in names.items()
        if (row := rows.get(name))
    ]
    return page_of("rows", told, after)


@routes.route(f"{_BROADCAST}/differences", methods=["GET"])
@described(query=PAGED | IN_BATCHES, answer=_COMPARED)
@view
def list_differences(advertiser: str, broadcast: str) -> Response:
    """What became of a broadcast, held against its rehearsal, in pages."""
    from chalicelib.messaging.differences import compare
    from chalicelib.web.broadcast_models import difference_answer

    authorise(routes, advertiser)
    found = services().broadcast_desk.find(advertiser, broadcast)
    recipients, after = services().broadcasts.recipients(found, *page_asked(routes, SHARD_PLACE, MOST_IN_A_BATCH))
    messages = services().messages.get_all([one.message for one in recipients])
    compared = compare(recipients, messages, all_seen=found.rehearsed.get("exact", False))
    counted = {"same": compared.same, "waiting": compared.waiting, "unforeseen": compared.unforeseen}
    return page_of("differences", list(map(difference_answer, compared.differences)), after, **counted)


@routes.route(f"{_BROADCAST}/approve", methods=["POST"])
@described(answer=_TOLD)
@view
def approve_broadcast(advertiser: str, broadcast: str) -> Response:
    """Agree to a broadcast as it was rehearsed. Another key than this one launches it."""
    owner = reached(routes, advertiser)
    return _told(owner, services().broadcast_desk.approve(advertiser, broadcast, key_of(routes)))


@routes.route(f"{_BROADCAST}/launch", methods=["POST"])
@described(answer=_TOLD)
@view
def launch_broadcast(advertiser: str, broadcast: str) -> Response:
    """Let a broadcast begin at its time."""
    owner = reached(routes, advertiser)
    return _told(owner, services().broadcast_desk.launch(owner, broadcast, key_of(routes)))


@routes.route(f"{_BROADCAST}/pause", methods=["POST"])
@described(answer=_TOLD)
@view
def pause_broadcast(advertiser: str, broadcast: str) -> Response:
    """Pause a broadcast at once."""
    owner = reached(routes, advertiser)
    return _told(owner, services().broadcast_desk.pause(advertiser, broadcast, authorise(routes, advertiser)))


@routes.route(f"{_BROADCAST}/resume", methods=["POST"])
@described(answer=_TOLD)
@view
def resume_broadcast(advertiser: str, broadcast: str) -> Response:
    """Let a broadcast go on."""
    owner = reached(routes, advertiser)
    return _told(owner, services().broadcast_desk.resume(advertiser, broadcast))


@routes.route(f"{_BROADCAST}/cancel", methods=["POST"])
@described(answer=_TOLD)
@view
def cancel_broadcast(advertiser: str, broadcast: str) -> Response:
    """End a broadcast: what has not left does not leave."""
    owner = reached(routes, advertiser)
    return _told(owner, services().broadcast_desk.cancel(advertiser, broadcast, authorise(routes, advertiser)))


def _told(owner: Advertiser, broadcast: Broadcast, status: int = 200) -> Response:
    from chalicelib.messaging.broadcasts import needs_approval
    from chalicelib.web.broadcast_models import broadcast_answer

    needed = bool(broadcast.rehearsal) and needs_approval(broadcast, owner.safeguards)
    leaves = broadcast.state in ("running", "done")
    halt = services().halts.against(owner.id, broadcast.id) if leaves else None
    told = broadcast_answer(broadcast, needs_approval=needed, halt=halt.scope if halt else None)
    return answer(told, status)
