"""`/v1/advertisers/{advertiser}/wordings`: the texts that people agree to. The operator's are those of `partner`."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from chalice.app import Blueprint, Response

from chalicelib.errors import FieldError, InvalidInput, NotFound
from chalicelib.storage.contacts import PARTNER
from chalicelib.storage.wordings import Wording
from chalicelib.web.admin_requests import answer, authorise, read_body
from chalicelib.web.described import PAGED, described, listed
from chalicelib.web.listing import page_of, part_asked
from chalicelib.web.views import view
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.web.wording_models import WordingTold

routes = Blueprint(__name__)
_TOLD = "web.wording_models:WordingTold"


@routes.route("/v1/advertisers/{advertiser}/wordings", methods=["GET"])
@described(query=PAGED, answer=listed("wordings", _TOLD))
@view
def list_wordings(advertiser: str) -> Response:
    """The wordings that an advertiser has registered."""
    _reach(advertiser)
    found, following = part_asked(routes, services().wordings.all(advertiser), lambda wording: wording.id)
    return page_of("wordings", [_told(wording) for wording in found], following)


@routes.route("/v1/advertisers/{advertiser}/wordings/{wording}", methods=["GET"])
@described(answer=_TOLD)
@view
def get_wording(advertiser: str, wording: str) -> Response:
    """A wording with its texts and hash, or Relance's own as the advertiser's form shows it."""
    _reach(advertiser)
    found = services().wordings.get(advertiser, wording)
    if found is None:
        raise NotFound("wording")
    return answer(_told(found))


@routes.route("/v1/advertisers/{advertiser}/wordings/{wording}", methods=["PUT"])
@described(body="web.wording_models:NewWording", answer=_TOLD, status=(200, 201))
@view
def put_wording(advertiser: str, wording: str) -> Response:
    """Register a wording. It is never changed: the same again is the same, another text under its id a conflict."""
    from chalicelib.web.wording_models import NewWording

    _reach(advertiser)
    body = read_body(routes, NewWording)
    new = Wording(wording, body.language, body.texts)
    return answer(_told(new), 201 if services().wordings.add(advertiser, new) else 200)


def text_hash(advertiser: str, wording: str, text: str | None) -> str:
    """The hash of a wording that a number or a tool is registered with, with its text or by its id alone."""
    told = hashlib.sha256(text.encode()).hexdigest() if text else None
    found = services().wordings.hash_of(advertiser, wording, told, "text")
    if found is None:
        raise InvalidInput([FieldError("wording", "registered", "send its text, or register the wording first")])
    return found


def _reach(base: str) -> None:
    authorise(routes, base)
    if base != PARTNER and services().advertisers.get(base) is None:
        raise NotFound("advertiser")


def _told(wording: Wording) -> WordingTold:
    return {
        "wording": wording.id,
        "language": wording.language,
        "texts": dict(wording.texts),
        "hash": wording.hash,
    }
