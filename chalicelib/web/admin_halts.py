"""`/v1/halts` and `/v1/advertisers/{advertiser}/halts…`: stop marketing now, and let it go on.

The operator's stop is the operator's to end. An advertiser stops itself, or one of its campaigns.
"""

from __future__ import annotations

from chalice.app import Blueprint, Response

from chalicelib.errors import Forbidden, NotFound
from chalicelib.storage.advertisers import OPERATOR
from chalicelib.storage.halts import EVERYTHING, Halt, scope_of
from chalicelib.web.admin_requests import answer, authorise, reached, read_body
from chalicelib.web.described import described, text
from chalicelib.web.views import parameter, view
from chalicelib.wiring import services

routes = Blueprint(__name__)
_ALL = "/v1/halt"
_ONE = "/v1/advertisers/{advertiser}/halt"
_TOLD = "web.halt_models:HaltTold"
_OF_A_CAMPAIGN = {"campaign": text("One campaign of the advertiser, in the place of all")}


@routes.route(_ALL, methods=["GET"])
@described(answer=_TOLD, operator=True)
@view
def get_halt() -> Response:
    """Whether all marketing stands still; for the operator."""
    authorise(routes, OPERATOR)
    return _told(EVERYTHING)


@routes.route(_ALL, methods=["PUT"])
@described(body="web.halt_models:NewHalt", answer=_TOLD, operator=True)
@view
def halt_everything() -> Response:
    """Stop all marketing; for the operator."""
    return _halt(EVERYTHING, authorise(routes, OPERATOR))


@routes.route(_ALL, methods=["DELETE"])
@described(answer=_TOLD, operator=True)
@view
def resume_everything() -> Response:
    """Let marketing go on; for the operator."""
    return _resume(EVERYTHING, authorise(routes, OPERATOR))


@routes.route(_ONE, methods=["GET"])
@described(query=_OF_A_CAMPAIGN, answer=_TOLD)
@view
def get_halt_of(advertiser: str) -> Response:
    """Whether an advertiser, or with `?campaign=` one of its campaigns, stands still."""
    authorise(routes, advertiser)
    return _told(_scope(advertiser))


@routes.route(_ONE, methods=["PUT"])
@described(body="web.halt_models:NewHalt", query=_OF_A_CAMPAIGN, answer=_TOLD)
@view
def halt_of(advertiser: str) -> Response:
    """Stop an advertiser's marketing, or one campaign."""
    by = authorise(routes, advertiser)
    return _halt(_scope(advertiser), by)


@routes.route(_ONE, methods=["DELETE"])
@described(query=_OF_A_CAMPAIGN, answer=_TOLD)
@view
def resume_of(advertiser: str) -> Response:
    """Let an advertiser's marketing, or one campaign, go on."""
    by = authorise(routes, advertiser)
    return _resume(_scope(advertiser), by)


@routes.route("/v1/advertisers/{advertiser}/halts", methods=["GET"])
@described(answer="reports.standing_still:StandingStill")
@view
def all_halts(advertiser: str) -> Response:
    """What stands still of an advertiser, the service included; when its last marketing SMS left; what waits since."""
    from chalicelib.reports.standing_still import standing_still

    owner = reached(routes, advertiser)
    journeys = [journey.id for journey in services().journeys.all(owner.id)]
    broadcasts = [one.id for one in services().broadcasts.all_of(owner.id) if one.state in ("running", "paused")]
    now = services().clock.now()
    return answer(standing_still(owner.id, [*journeys, *broadcasts], services().halts, services().counters, now))


def _scope(advertiser: str) -> str:
    if services().advertisers.get(advertiser) is None:
        raise NotFound("advertiser")
    return scope_of(advertiser, parameter(routes, "campaign", "") or None)


def _halt(scope: str, by: str) -> Response:
    from chalicelib.web.halt_models import NewHalt

    body = read_body(routes, NewHalt)
    services().halts.halt(Halt(scope, services().clock.now(), by, body.why))
    return _told(scope)


def _resume(scope: str, by: str) -> Response:
    known = services().halts.read(scope)
    if known and known.by == OPERATOR and by != OPERATOR:
        raise Forbidden("the operator stopped this")
    services().halts.resume(scope, services().clock.now())
    return _told(scope)


def _told(scope: str) -> Response:
    from chalicelib.web.halt_models import halt_answer

    return answer(halt_answer(services().halts.read(scope)))
