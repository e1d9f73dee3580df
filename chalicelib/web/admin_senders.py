"""`/v1/advertisers/{advertiser}/senders`: what an advertiser's SMS may come from. The operator verifies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalice.app import Blueprint, Response

from chalicelib.errors import Forbidden, NotFound
from chalicelib.storage.advertisers import OPERATOR, Advertiser
from chalicelib.web.admin_requests import answer, authorise, read_body
from chalicelib.web.described import PAGED, described, done, listed
from chalicelib.web.listing import page_of, part_asked
from chalicelib.web.views import view
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.messaging.senders import Sender
    from chalicelib.web.sender_models import SenderTold


routes = Blueprint(__name__)
_TOLD = "web.sender_models:SenderTold"
_SENDERS = "/v1/advertisers/{advertiser}/senders"


@routes.route(_SENDERS, methods=["GET"])
@described(query=PAGED, answer=listed("senders", _TOLD))
@view
def list_senders(advertiser: str) -> Response:
    """What SMS may come from, with what each sender may do in its country."""
    authorise(routes, advertiser)
    owner = _advertiser(advertiser)
    found, following = part_asked(routes, services().sender_book.of(owner), lambda one: f"{one.country} {one.value}")
    return page_of("senders", [_told(owner, sender) for sender in found], following)


@routes.route(_SENDERS + "/{country}/{value}", methods=["GET"])
@described(answer=_TOLD)
@view
def get_sender(advertiser: str, country: str, value: str) -> Response:
    """A sender, with what it may do in its country."""
    authorise(routes, advertiser)
    owner = _advertiser(advertiser)
    return answer(_told(owner, services().sender_book.find(owner, country, value)))


@routes.route(_SENDERS + "/{country}/{value}", methods=["PUT"])
@described(body="web.sender_models:SenderSettings", answer=_TOLD)
@view
def put_sender(advertiser: str, country: str, value: str) -> Response:
    """Register a sender, which then waits for the operator; with the operator's key it can be verified."""
    from chalicelib.web.sender_models import SenderSettings

    scope = authorise(routes, advertiser)
    body = read_body(routes, SenderSettings)
    if body.verified and scope != OPERATOR:
        raise Forbidden("a sender is verified by the operator")
    owner = _advertiser(advertiser)
    sender = services().sender_book.register(
        owner, country, value, verified=body.verified, stop_number=body.stop_number
    )
    return answer(_told(owner, sender))


@routes.route(_SENDERS + "/{country}/{value}", methods=["DELETE"])
@described(answer=done("removed", "country", "value"))
@view
def delete_sender(advertiser: str, country: str, value: str) -> Response:
    """Take a sender off: nothing comes from it any more."""
    authorise(routes, advertiser)
    services().sender_book.remove(_advertiser(advertiser), country, value)
    return answer({"country": country, "value": value, "removed": True})


def _advertiser(advertiser: str) -> Advertiser:
    found = services().advertisers.get(advertiser)
    if found is None:
        raise NotFound("advertiser")
    return found


def _told(owner: Advertiser, sender: Sender) -> SenderTold:
    from chalicelib.web.sender_models import sender_answer

    return sender_answer(sender, default=services().sender_book.is_default(owner, sender))
